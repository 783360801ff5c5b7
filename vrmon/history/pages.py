"""What stands in the book, page by page: the newest first, each page after the last of the one before."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vrmon.catalog import Cause
from vrmon.errors import NoSuchPage
from vrmon.history.database import Connection, rows
from vrmon.history.entries import happened
from vrmon.history.holes import Hole, absences, losses, told
from vrmon.history.joined import as_one_job, as_one_take
from vrmon.history.sessions import Sessions
from vrmon.text import rfc3339
from vrmon.views.events import Event

_SCANNED = 10_000  # rows that are looked at for one page, whatever it is to hold
_ALWAYS = (-(2**62), 2**62)

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """`since`: the column of when it began; `rest`: those that, with it, tell the rows apart. `about`: which
    holds the channel's name. `as_one`: the row for all that tell of one and the same; None in place of all
    but the first of them."""

    table: str
    since: str
    rest: tuple[str, ...]
    about: str
    told: Callable[[_Row], dict[str, Any]]
    as_one: Callable[[Connection, _Row, Sessions], _Row | None] = lambda _, row, __: row

    @property
    def order(self) -> tuple[str, ...]:
        return (self.since, *self.rest)


def page(
    connection: Connection,
    kind: str,
    *,
    since: float | None = None,
    until: float | None = None,
    channel: str = "",
    after: str = "",
    limit: int = 100,
    session: int | None = None,
    now: float | None = None,
    unwritten: Sequence[Hole] = (),
) -> dict[str, Any]:
    """`{"items", "next", "holes"}`: what began from `since` up to `until` (Unix time). `next` is the cursor
    for the page after this one, None at the end; a page may hold less than `limit` and have one.
    `session`: the one that runs; `now`: Unix time, this machine's unless said; `unwritten`:
    what the disk has not taken."""
    wanted = KINDS.get(kind)
    if wanted is None:
        raise NoSuchPage(f"Cannot list {kind!r}: a kind is one of {', '.join(KINDS)}.")
    first = _ALWAYS[0] if since is None else round(since * 1000)
    last = _ALWAYS[1] if until is None else round(until * 1000)
    sessions = Sessions(connection, session, round((time.time() if now is None else now) * 1000))
    since_when, until_when = (None if since is None else first), min(last, sessions.now)
    holes = [
        *absences(connection, since_when, until_when, session),
        *losses(connection, since_when, until_when, unwritten),
    ]
    items: list[dict[str, Any]] = []
    cursor = None
    for number, row in enumerate(_rows(connection, wanted, first, last, after), 1):
        cursor = tuple(row[column] for column in wanted.order)
        if not channel or row[wanted.about] == channel:
            one = wanted.as_one(connection, row, sessions)
            items += [] if one is None else [wanted.told(one)]
        if len(items) >= limit or number >= _SCANNED:
            break
    else:
        cursor = None
    return {
        "items": items,
        "next": None if cursor is None else _encoded(cursor),
        "holes": told(holes),
    }


def last_events(connection: Connection, session: int, count: int) -> list[tuple[Event, float]]:
    """Those of the sessions before this one, each with its Unix time; the oldest first."""
    found = connection.execute(
        "SELECT code, severity, subject, message, fields, time FROM events WHERE session <> ?"
        " ORDER BY time DESC, session DESC, number DESC LIMIT ?",
        (session, count),
    )
    events = []
    for *row, moment in found:
        with contextlib.suppress(ValueError):  # a later vrmon's
            events.append((happened(*row), moment / 1000))
    return events[::-1]


def _rows(connection: Connection, kind: Kind, first: int, last: int, after: str) -> Iterator[_Row]:
    order = ", ".join(f"one.{column} DESC" for column in kind.order)
    # The bare comparison of the time is what the index answers.
    columns = ", ".join(f"one.{column}" for column in kind.order)
    later = f" AND one.{kind.since} <= ? AND ({columns}) < ({', '.join('?' * len(kind.order))})"
    place = _decoded(after, len(kind.order)) if after else ()
    question = (
        f"SELECT one.*, sessions.seen FROM {kind.table} AS one"  # noqa: S608 - names of our own
        f" LEFT JOIN sessions ON sessions.began = one.session"
        f" WHERE one.{kind.since} >= ? AND one.{kind.since} < ?{later if after else ''} ORDER BY {order}"
    )
    return rows(connection, question, (first, last, *place[:1], *place))


def _encoded(cursor: tuple[object, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")


def _decoded(cursor: str, length: int) -> tuple[int | str, ...]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        json.dumps(place, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        place = None
    if (
        not isinstance(place, list)
        or len(place) != length
        or not all(isinstance(one, str) or (type(one) is int and abs(one) < 2**63) for one in place)
    ):
        raise NoSuchPage("Cannot read the next page: 'after' is not the 'next' of a page of this kind.")
    return tuple(place)


def utc(moment: int | None) -> str | None:
    return None if moment is None else rfc3339(moment / 1000)


def began(row: _Row, *, is_known: bool = True) -> dict[str, Any]:
    """The bounds of when it began; `is_known`: it did not run already as somebody looked at first."""
    return {
        "earliest": utc(row["began_earliest"]) if is_known else None,
        "latest": utc(row["began_latest"]),
    }


def ended(row: _Row, *, is_known: bool = True) -> dict[str, Any] | None:
    """The bounds of when it ended, None while it runs; `is_known`: it did not run on as nobody looked any
    more."""
    if row["ended_latest"] is None:
        return None
    return {"earliest": utc(row["ended_earliest"]), "latest": utc(row["ended_latest"]) if is_known else None}


def ended_of_take(row: _Row) -> dict[str, Any] | None:
    return ended(row, is_known=row["end_cause"] != Cause.UNCONFIGURED.value)


def job_itself(row: _Row) -> dict[str, Any]:
    """Which job it is, and when it ran."""
    return {
        "channel": row["channel"],
        "primary": row["key"].partition("/")[0],
        "ingest": row["ingest"],
        "job": row["job"],
        "basename": row["basename"],
        "began": began(row, is_known=not row["was_running"]),
        "ended": ended(row, is_known=not row["left_running"]),
    }


def sums(row: _Row) -> dict[str, Any]:
    """How much of a job is missing."""
    return {
        "missing": {"least": row["least"], "most": row["most"]},
        "coverage": {"least": row["covered_least"], "most": row["covered_most"]},
    }


def _job(row: _Row) -> dict[str, Any]:
    return {
        **job_itself(row),
        "until": utc(row["until"]),
        **sums(row),
    }


def _take(row: _Row) -> dict[str, Any]:
    return {
        "channel": row["channel"],
        "dvr": row["dvr"],
        "source": row["source"],
        "ingest": row["ingest"],
        "job": row["job"],
        "number": row["number"],
        "names": json.loads(row["names"]),
        "began": began(row),
        "ended": ended_of_take(row),
        "until": utc(row["ended_latest"] or row["seen"]),
        "end_cause": row["end_cause"],
    }


def _problem(row: _Row) -> dict[str, Any]:
    cause = json.loads(row["cause"]) if row["cause"] else None
    return {
        "code": row["code"],
        "severity": row["severity"],
        "subject": row["subject"],
        "message": row["message"],
        "began": utc(row["began"]),
        "ended": utc(row["ended"]),
        "until": utc(row["ended"] or row["seen"]),
        "cause": None if cause is None else {"code": cause[0], "subject": cause[1]},
    }


def _command(row: _Row) -> dict[str, Any]:
    told = ("channel", "device", "verb", "source", "take", "job", "reason", "by", "outcome", "error")
    return {"time": utc(row["time"]), **{name: row[name] for name in told}, "answered": utc(row["answered"])}


def _event(row: _Row) -> dict[str, Any]:
    return {
        "time": utc(row["time"]),
        "severity": row["severity"],
        "subject": row["subject"],
        "message": row["message"],
        "code": row["code"],
        "fields": json.loads(row["fields"]),
    }


KINDS: Mapping[str, Kind] = {
    "job": Kind("jobs", "began_earliest", ("key", "ingest", "job", "stamp"), "channel", _job, as_one_job),
    "take": Kind("takes", "began_earliest", ("key", "stamp"), "channel", _take, as_one_take),
    "problem": Kind("problems", "began", ("code", "subject"), "subject", _problem),
    "command": Kind("commands", "time", ("session", "number"), "channel", _command),
    "event": Kind("events", "time", ("session", "number"), "subject", _event),
}
