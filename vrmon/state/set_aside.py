"""Files that must not be written over, on their way to names of their own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_DAMAGED_KEPT = 5


class Aside:
    """Keeps what cannot be used beside `current`: a newer format for ever, the last few damaged files."""

    def __init__(self, current: Path) -> None:
        self._current = current
        self._moves: dict[Path, Path] = {}

    def add(self, path: Path, suffix: str) -> str:
        """The name that `path` will have, one that nothing had before, once `move` has succeeded."""
        number = 1
        while os.path.lexists(target := self._named(suffix, number)) or target in self._moves.values():
            number += 1
        self._moves[path] = target
        return target.name

    def move(self) -> None:
        """Moves what has not been moved yet; OSError leaves the rest for another time."""
        if not self._moves:
            return
        for path, target in list(self._moves.items()):
            with contextlib.suppress(FileNotFoundError):
                path.rename(target)
            del self._moves[path]
        damaged = sorted(self._current.parent.glob(f"{self._current.name}.damaged-*"))
        for old in damaged[:-_DAMAGED_KEPT]:
            with contextlib.suppress(OSError):
                old.unlink()

    def _named(self, suffix: str, number: int) -> Path:
        return self._current.with_name(f"{self._current.name}.{suffix}{f'-{number}' if number > 1 else ''}")
