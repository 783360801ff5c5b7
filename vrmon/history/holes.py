"""The times of which the book knows nothing, or not all: vrmon was away, or the disk took nothing."""

from __future__ import annotations

from typing import Any

from vrmon.catalog import Cause
from vrmon.history.database import Connection
from vrmon.text import rfc3339

_LOST = "lost"


def absences(
    connection: Connection, first: int, last: int, session: int | None = None
) -> list[tuple[int, int]]:
    """From the last sign of life of one session to the beginning of the next, where that touches the time
    from `first` to `last` (Unix milliseconds); the oldest first. `session`: the one that runs; what began
    later than that went by a clock that has been set back since."""
    found = connection.execute(
        "SELECT seen, next FROM (SELECT seen, lead(began) OVER (ORDER BY began) AS next FROM sessions"
        " WHERE began <= coalesce(?, began)) WHERE next > ? AND seen < ? AND seen < next ORDER BY seen",
        (session, first, last),
    )
    return list(found)


def holes(connection: Connection, first: int, last: int, session: int | None = None) -> list[dict[str, Any]]:
    """`{"from", "to", "why", "rows"}`: `why` is "vrmon-away", or "lost" with how many rows were."""
    away = [
        (began, ended, Cause.VRMON_AWAY.value, None)
        for began, ended in absences(connection, first, last, session)
    ]
    lost = connection.execute(
        "SELECT began, ended, rows FROM losses WHERE ended > ? AND began < ?", (first, last)
    ).fetchall()
    every = [*away, *((began, ended, _LOST, rows) for began, ended, rows in lost)]
    return [
        {"from": rfc3339(began / 1000), "to": rfc3339(ended / 1000), "why": why, "rows": rows}
        for began, ended, why, rows in sorted(every, key=lambda one: one[:2])
    ]
