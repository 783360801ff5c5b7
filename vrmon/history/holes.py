"""The times of which the book knows nothing, or not all: vrmon was away, or the disk took nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vrmon.catalog import Cause
from vrmon.history.database import Connection
from vrmon.text import Word, rfc3339


class Why(Word):
    """AWAY: vrmon did not run. NO_HISTORY: the book begins later, or ends before. LOST: the disk did not take
    all of it."""

    AWAY = Cause.VRMON_AWAY.value
    NO_HISTORY = "no-history"
    LOST = "lost"


class Hole(NamedTuple):
    """In Unix milliseconds. `rows`: how many are lost, 0 where nobody can count them; None where none are."""

    began: int
    ended: int
    why: Why
    rows: int | None = None

    def told(self) -> dict[str, Any]:
        began, ended = rfc3339(self.began / 1000), rfc3339(self.ended / 1000)
        return {"from": began, "to": ended, "why": self.why.value, "rows": self.rows}


def absences(connection: Connection, first: int | None, last: int, session: int | None) -> list[Hole]:
    """When no session ran in the time from `first` (None: ever) to `last`; the oldest first. `session`: the
    one that runs, None where none does; what began later than that went by a clock that has been set back
    since."""
    return [*_before(connection, first, last, session), *_between(connection, first, last, session)]


def losses(connection: Connection, first: int | None, last: int, unwritten: Hole | None = None) -> list[Hole]:
    """`unwritten`: what waits for the disk."""
    found = connection.execute(
        "SELECT began, ended, rows FROM losses WHERE ended > coalesce(?, ended - 1) AND began < ?"
        " ORDER BY began",
        (first, last),
    )
    lost = [Hole(began, ended, Why.LOST, rows) for began, ended, rows in found]
    if unwritten is None or unwritten.began >= last or unwritten.ended <= (first or 0):
        return lost
    return [*lost, unwritten]


def _before(connection: Connection, first: int | None, last: int, session: int | None) -> Iterator[Hole]:
    """What was before the first of them."""
    (began,) = connection.execute(
        "SELECT min(began) FROM sessions WHERE began <= coalesce(?, began)", (session,)
    ).fetchone()
    began = session if began is None else began
    ended = last if began is None else min(began, last)
    if first is not None and ended > first:
        yield Hole(first, ended, Why.NO_HISTORY)


def _between(connection: Connection, first: int | None, last: int, session: int | None) -> Iterator[Hole]:
    """From the last sign of life of each to the beginning of the next; after the last one, up to `last`."""
    found = connection.execute(
        "SELECT began, seen, lead(began) OVER (ORDER BY began) FROM sessions"
        " WHERE began <= coalesce(?, began) ORDER BY began",
        (session,),
    )
    for began, seen, later in found:
        if began == session:
            return
        ended, why = later or session, Why.AWAY
        if ended is None:
            ended, why = last, Why.NO_HISTORY
        if seen < min(ended, last) and (first is None or ended > first):
            yield Hole(seen, ended, why)
