"""The files that a connection is made with: those of a certificate are renewed while vrmond runs."""

from __future__ import annotations

from pathlib import Path


class Files:
    """As they are now; a path that is None is none of them."""

    def __init__(self, *paths: Path | None) -> None:
        self._paths = [one for one in paths if one is not None]
        self._known = self._looked_at()

    def are_renewed(self) -> bool:
        """Whether they have changed since this was asked last. Never raises."""
        before, self._known = self._known, self._looked_at()
        return before != self._known

    def _looked_at(self) -> list[tuple[int, ...] | None]:
        return [_stamp(one) for one in self._paths]


def _stamp(path: Path) -> tuple[int, ...] | None:
    """None where it cannot be looked at. The change of its mode counts: it may be readable since."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino, told.st_ctime_ns, told.st_mtime_ns, told.st_size
