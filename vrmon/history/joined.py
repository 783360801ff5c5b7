"""A job that vrmon met twice, for its state was lost in between: several rows of the book are one job.

The primary does not tell when a job began. It is the same one where nobody has seen it end, and the next that
bears its id is there soon after, under the same name. So it is with its take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from vrmon.catalog import Cause
from vrmon.history.database import ADDED, Connection, rows
from vrmon.history.sessions import Sessions

_NAMED, _NAMELESS = 12 * 3_600_000, 15 * 60_000  # milliseconds for which nobody need have seen it
_MOMENT = 0.001  # seconds
_COLUMNS = "one.*, sessions.seen FROM jobs AS one LEFT JOIN sessions ON sessions.began = one.session"
_THE_SAME = "one.key = :key AND one.ingest = :ingest AND one.job = :job"
_BEFORE = f"SELECT {_COLUMNS} WHERE {_THE_SAME} AND one.stamp < :stamp ORDER BY one.stamp DESC LIMIT 1"
_AFTER = f"SELECT {_COLUMNS} WHERE {_THE_SAME} AND one.stamp > :stamp ORDER BY one.stamp LIMIT 1"
# A vrmond that was killed before its state knew of a job: the next one knows the job by another stamp.
KNOWN_BETTER = (
    "one.ended_latest IS NULL"
    " AND EXISTS (SELECT 1 FROM jobs AS later WHERE later.key = one.key AND later.ingest = one.ingest"
    " AND later.job = one.job AND later.stamp > one.stamp AND later.began_earliest < one.until)"
)
_IS_KNOWN_BETTER = f"SELECT 1 FROM jobs AS one WHERE {_THE_SAME} AND one.stamp = :stamp AND {KNOWN_BETTER}"  # noqa: S608
_TAKES = (
    "SELECT one.*, sessions.seen FROM takes AS one LEFT JOIN sessions ON sessions.began = one.session"
    " WHERE one.key = :key"
)
_TAKE_BEFORE = f"{_TAKES} AND one.stamp < :stamp ORDER BY one.stamp DESC LIMIT 1"
_TAKE_AFTER = f"{_TAKES} AND one.stamp > :stamp ORDER BY one.stamp LIMIT 1"

_OF_ITS_END = ("ended_earliest", "ended_latest", "end_cause", "session", "seen")

_Row = Mapping[str, Any]


def as_one_job(connection: Connection, row: _Row, sessions: Sessions) -> _Row | None:
    """The job whose first row this is; None where another row tells of it."""
    if next(rows(connection, _IS_KNOWN_BETTER, row), None) is not None:
        return None
    found = parts(connection, row)
    return whole(found, unseen_end(found, sessions)) if found[0] is row else None


def as_one_take(connection: Connection, row: _Row, sessions: Sessions) -> _Row | None:
    """The take whose first row this is; None where another row tells of it."""
    before = next(rows(connection, _TAKE_BEFORE, row), None)
    if before is not None and _is_met_again(before, row):
        return None
    found = [row]
    while (after := next(rows(connection, _TAKE_AFTER, found[-1]), None)) is not None:
        if not _is_met_again(found[-1], after):
            break
        found.append(after)
    (one,) = takes(found, sessions)
    return one


def parts(connection: Connection, row: _Row) -> list[_Row]:
    """The rows of the job that `row` is one of, the oldest first."""
    found = [row]
    while before := [one for one in rows(connection, _BEFORE, found[0]) if _goes_on(one, found[0])]:
        found[:0] = before
    while found[-1]["ended_latest"] is None:
        after = [one for one in rows(connection, _AFTER, found[-1]) if _goes_on(found[-1], one)]
        if not after:
            break
        found += after
    return found


def whole(found: Sequence[_Row], unseen: _Row | None = None) -> dict[str, Any]:
    """Their row as one, with all columns; `unseen` is the gap at its end that nobody saw."""
    first, last = ({**ADDED, **one} for one in (found[0], found[-1]))
    if len(found) == 1 and unseen is None:
        return last
    least = sum(one["least"] for one in found)
    most = sum(one["most"] for one in found) + sum(gap["most"] for gap in unwatched(found))
    began, until = first["began_earliest"], last["ended_latest"] or last["until"]
    shortest = ((last["ended_earliest"] or last["until"]) - first["began_latest"]) / 1000
    ended: dict[str, Any] = {}
    if unseen is not None:
        ended = {"ended_earliest": unseen["began"], "ended_latest": unseen["ended"]}
        until = unseen["ended"]
        most, shortest = most + unseen["most"], shortest + unseen["most"]
    longest = max((until - began) / 1000, _MOMENT)
    covered_most = min(1.0 - least / longest, 1.0)
    return {
        **last,
        **ended,
        "basename": last["basename"] or first["basename"],
        "began_earliest": began,
        "began_latest": first["began_latest"],
        "was_running": first["was_running"],
        "least": round(least, 3),
        "most": round(most, 3),
        "covered_least": min(max(1.0 - most / max(shortest, _MOMENT), 0.0), covered_most),
        "covered_most": covered_most,
    }


def unwatched(found: Sequence[_Row]) -> Iterator[dict[str, Any]]:
    """The gaps between them: nobody knows."""
    for one, other in pairwise(found):
        began, ended = one["until"], other["began_earliest"]
        if ended > began:
            seconds = (ended - began) / 1000
            cause = Cause.VRMON_AWAY.value
            yield {"began": began, "ended": ended, "least": 0.0, "most": seconds, "cause": cause}


def unseen_end(found: Sequence[_Row], sessions: Sessions) -> dict[str, Any] | None:
    """The gap from when the job was last known to when somebody looked again and it was over; None where
    somebody saw it end, or it runs."""
    last = found[-1]
    if last["ended_latest"] is not None or not sessions.is_over(last["session"]):
        return None
    began = last["until"]
    primary = last["key"].partition("/")[0]
    ended = max(began, sessions.looked_again(last["session"], primary))
    seconds = (ended - began) / 1000
    return {"began": began, "ended": ended, "least": 0.0, "most": seconds, "cause": Cause.VRMON_AWAY.value}


def takes(found: Sequence[_Row], sessions: Sessions) -> list[dict[str, Any]]:
    """The takes of all of them, in order; one that was met again under its name is one. One whose end nobody
    saw ended between vrmon's last sign of life and the next look at its recorder."""
    joined: list[dict[str, Any]] = []
    for take in found:
        last = joined[-1] if joined else None
        if last is not None and _is_met_again(last, take):
            ended = {name: take[name] for name in _OF_ITS_END}
            names = json.dumps(list(dict.fromkeys([*json.loads(last["names"]), *json.loads(take["names"])])))
            joined[-1] = {**last, **ended, "names": names}
        else:
            joined.append(dict(take))
    return [_ended(take, sessions) for take in joined]


def _ended(take: dict[str, Any], sessions: Sessions) -> dict[str, Any]:
    if take["ended_latest"] is not None or not sessions.is_over(take["session"]):
        return take
    earliest = max(take["began_latest"], take["seen"] or 0)
    latest = max(earliest, sessions.looked_again(take["session"], take["dvr"]))
    cause = take["end_cause"] or Cause.VRMON_AWAY.value
    return {**take, "ended_earliest": earliest, "ended_latest": latest, "end_cause": cause}


def _is_met_again(last: _Row, take: _Row) -> bool:
    is_open = last["ended_latest"] is None and last["session"] != take["session"]
    before, after = json.loads(last["names"]), json.loads(take["names"])
    return is_open and last["source"] == take["source"] and bool(before) and after[:1] == before[-1:]


def _goes_on(one: _Row, other: _Row) -> bool:
    """Whether `other`, of another session, is the job of `one`."""
    away = other["began_earliest"] - one["until"]
    is_open = one["ended_latest"] is None and one["session"] != other["session"]
    if not is_open or away < 0:
        return False
    if one["basename"] is None or other["basename"] is None:
        return bool(away <= _NAMELESS)
    return bool(one["basename"] == other["basename"] and away <= _NAMED)
