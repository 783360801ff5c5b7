"""Who tells people, as whom receivers know it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

_FIRST = 1_767_225_600.0  # the year 2026
_LAST = 2**31 - 2  # from the next one on, SNMP takes nothing from a sender any more


@dataclass(frozen=True)
class Sender:
    """vrmon-alarm on a host. `starts`: greater with each, `began`: monotonic time of this one; receivers of
    SNMP version 3 take nothing that seems older than what they have got."""

    host: str
    starts: int = 1
    began: float = field(default_factory=time.monotonic)

    def seconds(self) -> int:
        """Since it was started, at least 1: in place of 0 snmptrap says for how long the host has been up."""
        return 1 + int(time.monotonic() - self.began)


def next_start(last: int, now: float) -> int:
    """The number of a start at `now`, Unix time, after that of the last one, 0 where it is not known: in
    minutes, so that one follows even when what was kept is lost."""
    return min(max(last + 1, int((now - _FIRST) / 60.0), 1), _LAST)
