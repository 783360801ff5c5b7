"""What a device does to the connection that one client keeps: ends it, and whether that says something."""

from __future__ import annotations

from collections import deque

_KEPT = 4  # exchanges on one connection after which its end is worth a thought
_OFTEN = 50  # exchanges within which three ends are a habit
_DROPS, _REUSES = 2, 20  # requests dropped with the connection, of so many, that are too many


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
        self._lives: deque[int] = deque(maxlen=2)
        self._ends: deque[int] = deque(maxlen=3)
        self._drops: deque[bool] = deque(maxlen=_REUSES)

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
            self._drops.append(False)
        self._life += 1
        self._served += 1

    def drop(self) -> None:
        """The device ended the connection just as the request came."""
        self._drops.append(True)
        self.renew(ended=True)

    @property
    def drops_often(self) -> bool:
        return sum(self._drops) >= _DROPS

    def _end(self) -> None:
        self.restarted = self._life >= _KEPT and not self._is_habit()
        self._lives.append(self._life)
        self._ends.append(self._served)

    def _is_habit(self) -> bool:
        often = len(self._ends) == self._ends.maxlen and self._served - self._ends[0] < _OFTEN
        slack = max(1, self._life // 10)
        alike = [abs(one - self._life) <= slack for one in self._lives]
        return often or (len(alike) == self._lives.maxlen and all(alike))
