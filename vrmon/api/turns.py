"""Turns in the asyncio loop, for those whose work must never hold up the daemon's."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

_AT_ONCE = 0.01  # seconds of work that need not be waited for


class Turns:
    """Has what waits run in order: one in each round of the asyncio loop, within a `share` of its time.

    So whatever else the loop has to do waits for one turn at most. A share of 1 is never waited for.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Callable[[], None]] = deque()
        self._next: asyncio.Handle | None = None
        self._paid = float("-inf")  # the loop's time at which all the work so far is within the share

    def want(self, turn: Callable[[], None]) -> None:
        """Have `turn` called once, when all who came before have had theirs."""
        self._waiting.append(turn)
        if self._next is None:
            self._arrange()

    def spent(self, seconds: float) -> None:
        """So much work has been done: a turn's own, or what came of one. Of this thread's own time: waiting
        for others, or for the machine, is no work."""
        self._paid = max(self._paid, self._loop.time() - seconds) + seconds / self._share

    def _arrange(self) -> None:
        rest = self._paid - _AT_ONCE - self._loop.time()
        if rest > 0:
            self._next = self._loop.call_later(rest, self._take)
        else:
            self._next = self._loop.call_soon(self._take)

    def _take(self) -> None:
        self._next = None
        began = time.thread_time()
        try:
            self._waiting.popleft()()
        finally:
            self.spent(time.thread_time() - began)
            if self._waiting and self._next is None:
                self._arrange()
