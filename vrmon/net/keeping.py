"""What a device does to the connection that one client keeps: ends it, and whether that says something."""

from __future__ import annotations

from typing import TypeVar

_KEPT = 4  # exchanges on one connection after which its end is worth a thought
_ENDS, _OFTEN = 3, 50  # ends within so many exchanges that are a habit
_ALIKE = 2  # ends before this one, each after as many exchanges, that are a habit
_DROPS, _REUSES = 2, 20  # requests dropped with the connection, of so many, that are too many

T = TypeVar("T")


class Keeping:
    """`reused`: the exchange under way goes over a connection that served one before. `restarted`: that one
    had been kept for a while, and its end is no habit of the device: its service may have been restarted.

    A habit is an end that comes often, or each time after as many exchanges.
    """

    def __init__(self) -> None:
        self.reused = False
        self.restarted = False
        self._life = 0  # exchanges that the connection has served
        self._served = 0  # in all
        # Of the latest of each; there is one of these for each of a thousand threads, and a deque is large.
        self._lives: tuple[int, ...] = ()
        self._ends: tuple[int, ...] = ()
        self._drops: tuple[bool, ...] = ()

    def begin(self) -> None:
        """An exchange begins."""
        self.reused = self.restarted = False

    def reuse(self) -> None:
        self.reused = True

    def renew(self, *, ended: bool) -> None:
        """A new connection is opened; `ended`: since the device had ended the one before, unasked."""
        self.reused = False
        if ended:
            self._end()
        self._life = 0

    def serve(self) -> None:
        """The exchange went well."""
        if self.reused:
            self._drops = _latest(_REUSES, self._drops, False)
        self._life += 1
        self._served += 1

    def drop(self) -> None:
        """The device ended the connection just as the request came."""
        self._drops = _latest(_REUSES, self._drops, True)
        self.renew(ended=True)

    @property
    def drops_often(self) -> bool:
        return sum(self._drops) >= _DROPS

    def _end(self) -> None:
        self.restarted = self._life >= _KEPT and not self._is_habit()
        self._lives = _latest(_ALIKE, self._lives, self._life)
        self._ends = _latest(_ENDS, self._ends, self._served)

    def _is_habit(self) -> bool:
        often = len(self._ends) == _ENDS and self._served - self._ends[0] < _OFTEN
        slack = max(1, self._life // 10)
        alike = [abs(one - self._life) <= slack for one in self._lives]
        return often or (len(alike) == _ALIKE and all(alike))


def _latest(most: int, before: tuple[T, ...], one: T) -> tuple[T, ...]:
    return (*before[1 - most :], one)
