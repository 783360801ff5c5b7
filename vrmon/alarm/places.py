"""Room for a few children at once, of which those that are likely to hang get a part only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 8
"""Children at once, each of 30 MiB: the others wait their turn, and no child has it for longer than 20 s."""
DOUBTFUL = 5
"""Of these on ways that hung when they were last tried: those that work find the rest free of them."""


class Places:
    """Shared by threads."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._taken = 0
        self._doubtful = 0

    @contextmanager
    def place(self, *, is_doubtful: bool) -> Iterator[None]:
        """Waits for one."""
        with self._change:
            self._change.wait_for(lambda: self._is_free(is_doubtful))
            self._count(1, is_doubtful)
        try:
            yield
        finally:
            with self._change:
                self._count(-1, is_doubtful)
                self._change.notify_all()

    def _is_free(self, is_doubtful: bool) -> bool:
        return self._taken < MOST and not (is_doubtful and self._doubtful >= DOUBTFUL)

    def _count(self, change: int, is_doubtful: bool) -> None:
        self._taken += change
        self._doubtful += change * is_doubtful
