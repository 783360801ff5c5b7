"""The moment of a plan: every time is compared with it, and it remembers what it was compared with."""

from __future__ import annotations

from math import inf


class Moment:
    """`now`, and in `due` the earliest time that was asked for and is not reached: until then, with nothing
    new, a plan comes to the same. `is_late`: another one was reached already."""

    __slots__ = ("due", "is_late", "now")

    def __init__(self, now: float) -> None:
        self.now = now
        self.due = inf
        self.is_late = False

    def reached(self, time: float) -> bool:
        """Whether it is `time` already."""
        if time <= self.now:
            self.is_late = True
            return True
        self.due = min(self.due, time)
        return False

    def passed(self, time: float, seconds: float) -> bool:
        """Whether `seconds` have gone by since `time`."""
        return self.reached(time + seconds)
