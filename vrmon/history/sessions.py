"""The sessions of vrmond, and what one left open: how far it may have gone on before another one looked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from vrmon.catalog import NO_ANSWER
from vrmon.history.database import Connection, rows

_FIRST_LOOK = 5_000  # milliseconds from the beginning of a session to its first look at a device that answers
_AT_FIRST = 60_000  # milliseconds within which a device is known not to answer
_OF_BLIND = ", ".join(repr(code.value) for code in sorted(NO_ANSWER))
_SILENT = (
    "SELECT ended FROM problems WHERE subject = :device AND began <= :soon"  # noqa: S608 - words of our own
    f" AND session = :session AND code IN ({_OF_BLIND}) ORDER BY began LIMIT 1"
)


class End(Enum):
    """How a session ended. NONE: it runs, or was killed. UNKEPT: vrmond went on without a history."""

    NONE = 0
    ORDERLY = 1
    UNKEPT = 2


class Session(NamedTuple):
    """`began` is what its rows know it by, by the clock as it was then. What is kept of it begins `since`, by
    the clock as it was set a little later; `seen` is its last sign of life."""

    began: int
    since: int
    seen: int
    is_unkept: bool


def known(connection: Connection, running: int | None) -> list[Session]:
    """The oldest first. `running`: the one that runs, None where none does; what is later than that went by a
    clock that has been set back since."""
    found = [
        Session(
            one["began"],
            one.get("since") or one["began"],
            one["seen"],
            is_unkept=one["orderly"] == End.UNKEPT.value,
        )
        for one in rows(connection, "SELECT * FROM sessions", ())
    ]
    last = next((one.since for one in found if one.began == running), running)
    kept = [one for one in found if last is None or one.since <= last]
    return sorted(kept, key=lambda one: one.since)


@dataclass(frozen=True)
class Sessions:
    """`running`: the one that runs, None where none does, as in a copy; `now`: Unix milliseconds."""

    connection: Connection
    running: int | None
    now: int

    def is_over(self, session: int) -> bool:
        return session != self.running

    def looked_again(self, session: int, device: str) -> int:
        """When at the latest one after `session` has looked at what `device` does; now, where none has."""
        every = known(self.connection, self.running)
        before = next((one.since for one in every if one.began == session), session)
        later = next((one for one in every if one.since > before), None)
        if later is None:
            return self.now
        found = {"session": later.began, "soon": later.since + _AT_FIRST, "device": device}
        silent = self.connection.execute(_SILENT, found).fetchone()
        if silent is None:
            return later.since + _FIRST_LOOK
        if silent[0] is not None:
            return int(silent[0])
        return self.looked_again(later.began, device) if self.is_over(later.began) else self.now
