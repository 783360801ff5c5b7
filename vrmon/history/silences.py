"""The times in which a primary told nothing: of a job that ran only then nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vrmon.catalog import OF_PRIMARIES, REFUSED
from vrmon.history.database import Connection, rows
from vrmon.text import rfc3339

MOST = 500  # silences of one document, the longest
_SHORTEST = 15_000  # milliseconds: looks that are good are as far apart

_CODES = ", ".join(repr(code.value) for code in sorted(OF_PRIMARIES | REFUSED))
_SILENT = (
    "SELECT one.code, one.subject, one.began,"  # noqa: S608 - our own words
    " CASE WHEN one.session = :session THEN coalesce(one.ended, :last)"
    " ELSE coalesce(one.ended, sessions.seen, one.began) END AS ended"
    " FROM problems AS one LEFT JOIN sessions ON sessions.began = one.session"
    f" WHERE one.code IN ({_CODES})"
    " AND one.began < :last AND (one.ended IS NULL OR one.ended > :first)"
    " ORDER BY one.subject, one.began"
)
_HAS_JOBS = "SELECT 1 FROM jobs WHERE key >= ? || '/' AND key < ? || '0' LIMIT 1"
_OF_CHANNEL = "SELECT DISTINCT key FROM jobs WHERE channel = ?"


class Silence(NamedTuple):
    """In Unix milliseconds."""

    began: int
    ended: int
    primary: str

    def told(self) -> dict[str, Any]:
        began, ended = rfc3339(self.began / 1000), rfc3339(self.ended / 1000)
        return {"from": began, "to": ended, "primary": self.primary}


def silences(
    connection: Connection, first: int, last: int, session: int | None, channel: str = ""
) -> list[dict[str, Any]]:
    """Those from `first` to `last`, the oldest first, as documents have them; `channel`: of its primary
    alone, as far as that is known. `session`: the one that runs, None where none does."""
    asked = {"first": first, "last": last, "session": session}
    found = [row for row in rows(connection, _SILENT, asked) if row["ended"] > first]
    told = _primaries(connection, found, channel)
    joined = _joined(row for row in found if row["subject"] in told)
    long = [one for one in joined if one.ended - one.began >= _SHORTEST]
    longest = sorted(long, key=lambda one: one.began - one.ended)[:MOST]
    return [one.told() for one in sorted(longest)]


def _primaries(connection: Connection, found: Iterable[Mapping[str, Any]], channel: str) -> set[str]:
    """Those that are primaries, of the channel or perhaps so: what is refused may be a DVR."""
    sure = {row["subject"] for row in found if row["code"] in OF_PRIMARIES}
    others = {row["subject"] for row in found} - sure
    every = sure | {one for one in others if connection.execute(_HAS_JOBS, (one, one)).fetchone()}
    if not (channel and every):
        return every
    of_channel = {key.partition("/")[0] for (key,) in connection.execute(_OF_CHANNEL, (channel,))}
    return every & of_channel if of_channel else every


def _joined(found: Iterable[Mapping[str, Any]]) -> Iterator[Silence]:
    """It may fail in one way after another."""
    last: Silence | None = None
    for row in found:
        one = Silence(row["began"], row["ended"], row["subject"])
        if last is not None and last.primary == one.primary and one.began <= last.ended:
            last = last._replace(ended=max(last.ended, one.ended))
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last
