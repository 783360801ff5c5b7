"""What a device does to the connection that one client keeps: ends it, and whether that says something; and
whether those that are kept leave it no room for another."""

from __future__ import annotations

import time
from typing import TypeVar

_KEPT = 4  # exchanges on one connection after which its end is worth a thought
_ENDS, _OFTEN = 3, 50  # ends within so many exchanges that are a habit
_ALIKE = 2  # ends before this one, each after as many exchanges, that are a habit
_DROPS, _REUSES = 2, 20  # requests dropped with the connection, of so many, that are too many

T = TypeVar("T")


class Keeping:
    """`reused`: the exchange under way goes over a connection that served one before. `ended`: that one has
    ended. `restarted`: it had been kept for a while, and its end is no habit of the device: its service may
    have been restarted.

    A habit is an end that comes often, or each time after as many exchanges.
    """

    def __init__(self) -> None:
        self.reused = False
        self.ended = False
        self.restarted = False
        self._life = 0  # exchanges that the connection has served
        self._served = 0  # in all
        # Of the latest of each; there is one of these for each of a thousand threads, and a deque is large.
        self._lives: tuple[int, ...] = ()
        self._ends: tuple[int, ...] = ()
        self._drops: tuple[bool, ...] = ()

    def begin(self) -> None:
        """An exchange begins."""
        self.reused = self.ended = self.restarted = False

    def reuse(self) -> None:
        self.reused = True

    def renew(self, *, ended: bool) -> None:
        """A new connection is opened; `ended`: since the device had ended the one before, unasked."""
        self.reused = False
        self.ended = self.ended or ended
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


class Crowding:
    """Whether a device serves no new connection while others are kept. Its clients tell it, from any thread.

    It is one that takes its connections one at a time, say. It answers over those that are kept all along, so
    only what becomes of the new ones tells it from others: one slow answer says nothing, a second time-out
    with no answer to any new connection in between does.
    """

    def __init__(self) -> None:
        self._is_well = False  # whether what is kept has served to the last
        self._starved: float | None = None  # when a new connection last brought nothing

    def answer(self, *, is_new: bool) -> None:
        """`is_new`: over a new connection, while others were kept."""
        self._is_well = True
        if is_new:
            self._starved = None

    def lose(self) -> None:
        """What was kept has failed: the device may serve nobody at all."""
        self._is_well = False

    def starve(self, began: float) -> bool:
        """A new connection brought nothing since `began`, while others were kept: whether they are why."""
        if not self._is_well:
            return False
        before, self._starved = self._starved, time.monotonic()
        return before is not None and before <= began


def _latest(most: int, before: tuple[T, ...], one: T) -> tuple[T, ...]:
    return (*before[1 - most :], one)
