"""The times of which the book knows nothing, or not all: vrmon was away, or the disk took nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from vrmon.catalog import Cause
from vrmon.history.database import Connection
from vrmon.history.sessions import Session, known
from vrmon.text import Word, rfc3339

MOST = 500  # holes of one document


class Why(Word):
    """AWAY: vrmon did not run. NO_HISTORY: the book begins later, or ends before, or was not kept. LOST: the
    disk did not take all of it. WAITING: it has not taken it yet."""

    AWAY = Cause.VRMON_AWAY.value
    NO_HISTORY = "no-history"
    LOST = "lost"
    WAITING = "waiting"


class Hole(NamedTuple):
    """In Unix milliseconds. `rows`: how many are lost, 0 where nobody can count them, or wait; None for
    neither."""

    began: int
    ended: int
    why: Why
    rows: int | None = None

    def told(self) -> dict[str, Any]:
        began, ended = rfc3339(self.began / 1000), rfc3339(self.ended / 1000)
        return {"from": began, "to": ended, "why": self.why.value, "rows": self.rows}


def absences(connection: Connection, first: int | None, last: int, session: int | None) -> list[Hole]:
    """When no session ran in the time from `first` (None: ever) to `last`; the oldest first. `session`: the
    one that runs, None where none does."""
    every = known(connection, session)
    return [*_before(every, first, last, session), *_between(every, first, last, session)]


def losses(
    connection: Connection, first: int | None, last: int, unwritten: Sequence[Hole] = ()
) -> list[Hole]:
    """`unwritten`: what the disk has not taken."""
    found = connection.execute(
        "SELECT began, ended, rows FROM losses WHERE ended > coalesce(?, ended - 1) AND began < ?"
        " ORDER BY began",
        (first, last),
    )
    lost = [Hole(began, ended, Why.LOST, rows) for began, ended, rows in found]
    return [*lost, *(one for one in unwritten if one.began < last and one.ended > (first or 0))]


def told(holes: Sequence[Hole]) -> list[dict[str, Any]]:
    """As documents have them, the oldest first. Of more than `MOST` those that lie closest together, for the
    same reason, are told as one."""
    ordered = sorted(holes)
    apart = sorted(range(1, len(ordered)), key=lambda place: _apart(ordered[place - 1], ordered[place]))
    joined = frozenset(apart[: max(len(ordered) - MOST, 0)])
    found: list[Hole] = []
    for place, hole in enumerate(ordered):
        if place in joined:
            found[-1] = _as_one(found[-1], hole)
        else:
            found.append(hole)
    return [one.told() for one in found]


def _apart(one: Hole, other: Hole) -> tuple[bool, int]:
    return one.why is not other.why, other.began - one.ended


def _as_one(one: Hole, other: Hole) -> Hole:
    rows = None if one.rows is None and other.rows is None else (one.rows or 0) + (other.rows or 0)
    return Hole(one.began, max(one.ended, other.ended), one.why, rows)


def _before(every: Sequence[Session], first: int | None, last: int, session: int | None) -> Iterator[Hole]:
    """What was before the first of them."""
    began = every[0].since if every else session
    ended = last if began is None else min(began, last)
    if first is not None and ended > first:
        yield Hole(first, ended, Why.NO_HISTORY)


def _between(every: Sequence[Session], first: int | None, last: int, session: int | None) -> Iterator[Hole]:
    """From the last sign of life of each to the beginning of the next; after the last one, up to `last`."""
    for one, later in zip_longest(every, every[1:]):
        if one.began == session:
            return
        ended, why = session if later is None else later.since, Why.NO_HISTORY if one.is_unkept else Why.AWAY
        if ended is None:
            ended, why = last, Why.NO_HISTORY
        if one.seen < min(ended, last) and (first is None or ended > first):
            yield Hole(one.seen, ended, why)
