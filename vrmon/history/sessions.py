"""What a session of vrmond left open: how far it may have gone on before another one looked."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.catalog import NO_ANSWER
from vrmon.history.database import Connection

_FIRST_LOOK = 5_000  # milliseconds from the beginning of a session to its first look at a device that answers
_AT_FIRST = 60_000  # milliseconds within which a device is known not to answer
_NEXT = "SELECT min(began) FROM sessions WHERE began > :session AND began <= coalesce(:running, began)"
_OF_BLIND = ", ".join(repr(code.value) for code in sorted(NO_ANSWER))
_SILENT = (
    "SELECT ended FROM problems WHERE subject = :device AND began BETWEEN :session AND :soon"  # noqa: S608 - words of our own
    f" AND session = :session AND code IN ({_OF_BLIND}) ORDER BY began LIMIT 1"
)


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
        asked = {"session": session, "running": self.running}
        (later,) = self.connection.execute(_NEXT, asked).fetchone()
        if later is None:
            return self.now
        found = {"session": later, "soon": later + _AT_FIRST, "device": device}
        silent = self.connection.execute(_SILENT, found).fetchone()
        if silent is None:
            return int(later) + _FIRST_LOOK
        if silent[0] is not None:
            return int(silent[0])
        return self.looked_again(later, device) if self.is_over(later) else self.now
