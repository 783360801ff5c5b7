"""What a report's document says, in words: of a job, of a gap, of the whole day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from vrmon.catalog import Cause
from vrmon.cli.lenient import clean, moment, number, part, parts, text
from vrmon.cli.reports import unwatched
from vrmon.cli.reports.times import Times
from vrmon.text import span
from vrmon.views.reasons import reason

Document = dict[str, Any]

COMPLETE, RUNNING, PARTIAL, MISSED = "complete", "running", "partial", "missed"
_SURELY = 0.05  # seconds
_NAMED = 3  # jobs in the last line
_FAR = 15.0  # seconds: more than looks are apart
_TOLERANCE = 3.0  # seconds, of a vrmond that does not tell it


def cause(gap: Document, key: str = "cause") -> str:
    return reason(text(gap, key))


def name(job: Document) -> str:
    return text(job, "basename") or f"job {text(job, 'job')} (no name)"


def files(job: Document) -> list[str]:
    """The backup's, in order, each once."""
    named = [
        clean(one)
        for take in parts(job, "takes")
        for one in (take.get("files") or [take.get("name")])
        if isinstance(one, str)
    ]
    return list(dict.fromkeys(named))


def bounds(job: Document, what: str) -> tuple[datetime | None, datetime | None]:
    """Between which moments it `began` or `ended`, in local time."""
    found = (moment(part(job, what), edge) for edge in ("earliest", "latest"))
    earliest, latest = (None if when is None else when.astimezone() for when in found)
    return earliest, latest


def was_running(job: Document) -> bool:
    """Whether it ran already when vrmon looked at first, so that nobody knows what was before."""
    earliest, latest = bounds(job, "began")
    return earliest is None and latest is not None


def ran_on(job: Document) -> bool:
    """Whether it ran still as vrmon looked last, for its channel was none any more: nobody knows its end."""
    earliest, latest = bounds(job, "ended")
    return earliest is not None and latest is None


def span_told(job: Document, times: Times) -> str:
    """From when to when it surely ran, such as "20:00:00–20:30:00"."""
    began, ended = bounds(job, "began")[1], bounds(job, "ended")
    before = "before " if was_running(job) else ""
    after = " or later" if ran_on(job) or _is_far(*ended) else ""
    return f"{before}{times.span_of(began, ended[0])}{after}"


def _is_far(earliest: datetime | None, latest: datetime | None) -> bool:
    if earliest is None or latest is None:
        return False
    return (latest - earliest).total_seconds() > _FAR


def lag(job: Document) -> tuple[float, float] | None:
    """Seconds, at least and at most, from the job's beginning to its first take's."""
    takes = parts(job, "takes")
    began, took = bounds(job, "began"), bounds(takes[0], "began") if takes else (None, None)
    if began[0] is None or began[1] is None or took[0] is None or took[1] is None:
        return None
    least, most = (took[0] - began[1]).total_seconds(), (took[1] - began[0]).total_seconds()
    return max(least, 0.0), max(most, 0.0)


def lag_told(job: Document) -> str:
    found = lag(job)
    if found is None:
        return "–"
    return f"{sum(found) / 2:.1f} ±{(found[1] - found[0]) / 2:.1f} s"


def missing(job: Document) -> tuple[float, float]:
    of_job = part(job, "missing")
    return number(of_job, "least") or 0.0, number(of_job, "most") or 0.0


def is_lacking(job: Document, document: Document) -> bool:
    """Whether more of it is surely missing than may be."""
    tolerance = number(document, "tolerance")
    return missing(job)[0] > (_TOLERANCE if tolerance is None else tolerance)


def coverage(job: Document) -> str:
    status = text(job, "status")
    if status == COMPLETE:
        return "whole"
    if status == MISSED:
        return "nothing"
    least = number(part(job, "coverage"), "least") or 0.0
    if was_running(job):
        of = " since vrmon looked"
    elif ran_on(job):
        of = " while vrmon looked"
    else:
        of = " so far" if status == RUNNING else ""
    return f"≥ {math.floor(least * 1000) / 10:.1f} %{of}"


def amount(least: float, most: float) -> str:
    if least <= _SURELY:
        return f"up to {span(math.ceil(most))}"
    low, high = span(least) if least >= 1 else f"{least:.1f} s", span(math.ceil(most))
    return low if low == high else f"{low} to {high}"


def gaps(job: Document) -> list[Document]:
    """Those that are worth a line: a job that is whole has begun a little late like every other."""
    found = parts(job, "gaps")
    if text(job, "status") != COMPLETE:
        return found
    return [gap for gap in found if text(gap, "cause") != Cause.LATE_START]


def told(job: Document, times: Times) -> list[str]:
    """Its gaps, and its takes that ended by themselves although no gap says so, each as a line."""
    found = gaps(job)
    ends = [take for take in parts(job, "takes") if text(take, "end_cause") and not _is_told(take, found)]
    return [
        *_met(job, times),
        *(gap_told(gap, job, times) for gap in found),
        *(end_told(take, times) for take in ends),
        *_left(job, times),
    ]


def _met(job: Document, times: Times) -> Iterator[str]:
    latest = bounds(job, "began")[1]
    if was_running(job) and latest is not None:
        yield f"running since before vrmon looked at {times.clock(latest)}: what was before, nobody knows"


def _left(job: Document, times: Times) -> Iterator[str]:
    earliest = bounds(job, "ended")[0]
    if ran_on(job) and earliest is not None:
        when = times.clock(earliest)
        yield f"running still at {when}, when its channel was taken out of vrmon.toml: nobody knows the rest"


def end_told(take: Document, times: Times) -> str:
    """Such as "SHOW ended early at 20:00:01, with little or nothing missing: the take died"."""
    ended = bounds(take, "ended")[0]
    when = "" if ended is None else f" at {times.clock(ended)}"
    name, why = text(take, "name") or "a take", cause(take, "end_cause")
    return f"{name} ended early{when}, with little or nothing missing: {why}"


def _is_told(take: Document, found: list[Document]) -> bool:
    """Whether a gap begins where the take ended."""
    earliest, latest = bounds(take, "ended")
    if earliest is None or latest is None:
        return True
    for gap in found:
        began, ended = moment(gap, "from"), moment(gap, "to")
        if began is not None and began <= latest and (ended is None or ended >= earliest):
            return True
    return False


def gap_told(gap: Document, job: Document, times: Times) -> str:
    """Such as "40 s at its start, from 20:00:00 to 20:00:40: the recorder refused to start"."""
    least, most = number(gap, "least") or 0.0, number(gap, "most") or 0.0
    began, ended = moment(gap, "from"), moment(gap, "to")
    verb = "missing" if least > _SURELY else "in doubt"
    when = "" if began is None else f", from {times.clock(began)}"
    when += " on" if ended is None else f" to {times.clock(ended)}"
    return f"{verb}: {amount(least, most)}{_place(gap, job)}{when}: {cause(gap)}"


def lacks(job: Document) -> str:
    """Such as "SPORTS_DESK lacks 40 s at its start"."""
    if text(job, "status") == MISSED:
        return f"{name(job)} was not recorded"
    found = [gap for gap in parts(job, "gaps") if (number(gap, "least") or 0.0) > _SURELY]
    least, most = missing(job)
    if least > 1 and found:
        if not parts(job, "takes") and text(job, "status") == PARTIAL:
            return f"{name(job)} may not have been recorded at all"
        places = _place(found[0], job) if len(found) == 1 else f" in {len(found)} places"
        return f"{name(job)} lacks {span(least)}{places}"
    if was_running(job):
        return f"{name(job)} ran before vrmon looked"
    if ran_on(job):
        return f"{name(job)} ran on without its channel"
    return f"{name(job)} may lack up to {span(math.ceil(most))}"


def whole(document: Document, called: str) -> str:
    """The last line: "Last night: 41 of 42 whole; SPORTS_DESK lacks 40 s at its start."""
    jobs = parts(document, "jobs")
    over = [job for job in jobs if text(job, "status") != RUNNING]
    running = len(jobs) - len(over)
    unknown = list(unwatched.in_short(document))
    if not jobs:
        return f"{called}: {'; '.join(['no job is known of', *unknown]) if unknown else 'no job ran'}."
    good = sum(text(job, "status") == COMPLETE for job in over)
    told = [f"{good} of {len(over)} whole"] if over else []
    told += [f"{running} still running"] if running else []
    bad = [job for job in jobs if text(job, "status") in (PARTIAL, MISSED) or is_lacking(job, document)]
    doubtful = sum(text(job, "status") == PARTIAL and not is_lacking(job, document) for job in jobs)
    told += [f"{doubtful} in doubt"] if doubtful else []
    bad.sort(key=missing, reverse=True)
    told += [lacks(job) for job in bad[:_NAMED]]
    told += [f"and {len(bad) - _NAMED} more"] if len(bad) > _NAMED else []
    return f"{called}: {'; '.join([*told, *unknown])}."


def _place(gap: Document, job: Document) -> str:
    began, ended = moment(gap, "from"), moment(gap, "to")
    _, latest = bounds(job, "began")
    earliest, _ = bounds(job, "ended")
    if began is not None and latest is not None and began <= latest:
        return " at its start"
    if ended is not None and earliest is not None and ended >= earliest:
        return " at its end"
    return ""
