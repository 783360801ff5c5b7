"""What is still to happen, and when; done late but at its own time, whenever somebody looks."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class Agenda:
    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[float], object]]] = []
        self._numbers = count()

    def add(self, due: float, work: Callable[[float], object]) -> None:
        """`work` will be called with `due`, monotonic seconds."""
        heapq.heappush(self._due, (due, next(self._numbers), work))

    def advance(self, now: float) -> None:
        """Does all that was due by `now`, in order."""
        while self._due and self._due[0][0] <= now:
            due, _, work = heapq.heappop(self._due)
            work(due)
