"""What was recorded in a time, what is missing and why: of each job that ran in it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vrmon.errors import NoSuchPage
from vrmon.history import joined
from vrmon.history.database import Connection, rows
from vrmon.history.days import Span
from vrmon.history.holes import Hole, absences, losses, told
from vrmon.history.pages import began, ended_of_take, job_itself, sums, utc
from vrmon.history.sessions import Sessions
from vrmon.history.silences import silences
from vrmon.history.zones import zones
from vrmon.plan.coverage.channel import MOST_TAKES
from vrmon.text import Word, rfc3339
from vrmon.views.coverage import DOUBTED, Doubt, is_beyond_doubt, is_worth_telling
from vrmon.views.reasons import reason

MOST = 5000  # jobs of one report
_PROVEN = 0.5  # of a job that is called whole
_NOTHING = 0.02  # of a job that is called missed, at the most

_OPEN = "one.ended_latest IS NULL"
_NEXT = "SELECT min(began) FROM sessions WHERE began > one.session"
_PLACES = (  # each answered by an index
    "one.began_earliest >= :first AND one.began_earliest < :last",
    "one.ended_latest > :first AND +one.began_earliest < :first",
    f"{_OPEN} AND one.began_earliest < :first"
    f" AND (one.session = :session OR one.until > :first OR ({_NEXT}) > :first)",
)
_GAPS = (
    "SELECT began, ended, least, most, cause FROM gaps"
    " WHERE key = :key AND ingest = :ingest AND job = :job AND stamp = :stamp"
    " AND place < :gaps ORDER BY place"
)
_TAKE = (
    "SELECT one.*, sessions.seen FROM takes AS one LEFT JOIN sessions ON sessions.began = one.session"
    " WHERE one.key = ? AND one.stamp = ?"
)

_OWN_TAKES = (
    "SELECT one.*, sessions.seen FROM takes AS one LEFT JOIN sessions ON sessions.began = one.session"
    " WHERE one.key = :key AND one.ingest = :ingest AND one.job = :job AND one.stamp BETWEEN :stamp AND :last"
)

_Row = Mapping[str, Any]


class Verdict(Word):
    """PARTIAL: a part is surely missing, or so much is in doubt that nobody may call it whole, be it only
    since nobody saw it begin or end. MISSED: nothing of it was recorded, nor can have been unseen."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSED = "missed"


def report(
    connection: Connection,
    span: Span,
    channel: str = "",
    tolerance: float = 3.0,
    session: int | None = None,
    now: float | None = None,
    unwritten: Sequence[Hole] = (),
) -> dict[str, Any]:
    """The document of GET /report; `channel`: of one, "" for all. `tolerance`: seconds that may be missing.
    `session`: the one that runs, None where none does, as in a copy; `now`: Unix time, this machine's unless
    said; `unwritten`: what the disk has not taken.

    NoSuchPage where it would be too long.
    """
    first, last = round(span.began * 1000), round(span.ended * 1000)
    every = _whole(connection, _rows(connection, first, last, channel, session))
    sessions = Sessions(connection, session, round((time.time() if now is None else now) * 1000))
    jobs = [_job(connection, parts, tolerance, sessions) for parts in every]
    jobs.sort(key=lambda job: (job["began"]["earliest"] or job["began"]["latest"], job["channel"]))
    until = min(last, sessions.now)
    found = Counter(job["status"] for job in jobs)
    return {
        "from": rfc3339(span.began),
        "to": rfc3339(span.ended),
        "zones": zones(span),
        "jobs": jobs,
        "tolerance": tolerance,
        "absences": told(absences(connection, first, until, session)),
        "losses": told(losses(connection, first, until, unwritten)),
        "silences": silences(connection, first, until, session, channel),
        "summary": {"jobs": len(jobs), **{one.value: found[one] for one in Verdict}},
    }


def channels(connection: Connection) -> list[str]:
    """The names of all that jobs are known of."""
    return [name for (name,) in connection.execute("SELECT DISTINCT channel FROM jobs ORDER BY channel")]


def _rows(connection: Connection, first: int, last: int, channel: str, session: int | None) -> Iterator[_Row]:
    """Those of the jobs that ran from `first` to `last`. What was open when its session ended may have been
    so until the next one."""
    asked = {"first": first, "last": last, "session": session, "channel": channel}
    count = 0
    for place in _PLACES:
        of_channel = " AND one.channel = :channel" if channel else ""
        question = (
            f"SELECT one.*, sessions.seen"  # noqa: S608 - our own words
            f" FROM jobs AS one LEFT JOIN sessions ON sessions.began = one.session"
            f" WHERE {place}{of_channel} AND NOT ({joined.KNOWN_BETTER})"
        )
        for row in rows(connection, question, asked):
            count += 1
            if count > MOST:
                raise NoSuchPage(f"Cannot report on more than {MOST} jobs at once. Ask for a shorter time.")
            yield row


def _whole(connection: Connection, found: Iterator[_Row]) -> Iterator[list[_Row]]:
    """The parts of each job, once."""
    known = set()
    for row in found:
        parts = joined.parts(connection, row)
        first = parts[0]
        place = first["key"], first["ingest"], first["job"], first["stamp"]
        if place not in known:
            known.add(place)
            yield parts


def _job(connection: Connection, parts: list[_Row], tolerance: float, sessions: Sessions) -> dict[str, Any]:
    unseen = joined.unseen_end(parts, sessions)
    row = joined.whole(parts, unseen)
    gaps = [gap for part in parts for gap in _gaps(connection, part, is_last=part is parts[-1])]
    gaps = sorted([*gaps, *joined.unwatched(parts)], key=lambda gap: int(gap["began"]))
    takes = joined.takes([take for part in parts for take in _takes(connection, part)], sessions)
    itself = job_itself(row)
    ended = itself["ended"]
    worth = [gap for gap in gaps if is_worth_telling(gap["least"], gap["most"], tolerance)]
    verdict = _verdict(row, gaps, tolerance, is_recorded=bool(takes), was_seen_to_end=unseen is None)
    return {
        **itself,
        "takes": [_take(take) for take in takes],
        **sums(row),
        "gaps": [
            _gap(gap, None if ended is None else row["until"])
            for gap in [*worth, *(() if unseen is None else (unseen,))]
        ],
        "status": (Verdict.RUNNING if ended is None else verdict).value,
    }


def _takes(connection: Connection, part: _Row) -> list[_Row]:
    """Those that its row names; where they may be more than that does, all of its own as well."""
    stamps = json.loads(part["takes"])
    named: list[_Row] = [take for stamp in stamps for take in rows(connection, _TAKE, (part["key"], stamp))]
    if len(stamps) < MOST_TAKES // 2:
        return named
    own = rows(connection, _OWN_TAKES, {**part, "last": stamps[-1]})
    every = {take["stamp"]: take for take in (*own, *named)}
    return [every[stamp] for stamp in sorted(every)]


def _gaps(connection: Connection, part: _Row, *, is_last: bool) -> Iterator[dict[str, Any]]:
    for gap in rows(connection, _GAPS, dict(part)) if part["gaps"] else ():
        yield gap if is_last or gap["ended"] is not None else {**gap, "ended": part["until"]}


def _verdict(
    row: _Row, gaps: list[dict[str, Any]], tolerance: float, *, is_recorded: bool, was_seen_to_end: bool
) -> Verdict:
    """Of a job that is over."""
    is_lacking = row["least"] > tolerance
    if is_lacking and not is_recorded and _is_sure_of_nothing(row, tolerance):
        return Verdict.MISSED
    is_short_of_proof = row["covered_least"] < _PROVEN and row["most"] > max(tolerance, DOUBTED)
    doubts = [Doubt(gap["least"], gap["most"], gap["cause"]) for gap in gaps]
    is_sure = not is_short_of_proof and is_beyond_doubt(doubts, tolerance, row["explained"])
    was_seen_whole = was_seen_to_end and not row["was_running"] and not row["left_running"]
    is_whole = is_recorded and not is_lacking and was_seen_whole and is_sure
    return Verdict.COMPLETE if is_whole else Verdict.PARTIAL


def _is_sure_of_nothing(row: _Row, tolerance: float) -> bool:
    """Whether next to nothing of it can have been recorded while nobody saw the recorder."""
    ran = (row["ended_earliest"] - row["began_latest"]) / 1000 if row["ended_latest"] is not None else 0.0
    unknown = ran - row["least"]
    return bool(unknown <= max(tolerance, DOUBTED) or row["covered_most"] <= _NOTHING)


def _take(row: _Row) -> dict[str, Any]:
    files = json.loads(row["names"])
    return {
        "name": files[0] if files else "",
        "files": files,
        "dvr": row["dvr"],
        "source": row["source"],
        "number": row["number"],
        "began": began(row),
        "ended": ended_of_take(row),
        "end_cause": row["end_cause"],
        "end_reason": reason(row["end_cause"]) if row["end_cause"] else "",
    }


def _gap(row: _Row, until: int | None) -> dict[str, Any]:
    """`until`: when at the latest it ended, where it is over."""
    return {
        "from": utc(row["began"]),
        "to": utc(until if row["ended"] is None else row["ended"]),
        "least": row["least"],
        "most": row["most"],
        "cause": row["cause"],
        "reason": reason(row["cause"]),
    }
