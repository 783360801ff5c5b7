"""What is saved of a primary's jobs. `unix` makes Unix time of the loop's, `monotonic` the reverse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from vrmon.model import Job
from vrmon.plan.memory import Jobs, PrimaryMemory, Question, TrackedJob
from vrmon.settings import Sync
from vrmon.state.written import MINUTE, Shift, named, named_job, rounded, text, text_or_none


def encoded(primary: PrimaryMemory, unix: Shift) -> list[dict[str, Any]]:
    return [_job(primary, tracked, unix) for tracked in primary.jobs.tracked.values()]


def _job(primary: PrimaryMemory, tracked: TrackedJob, unix: Shift) -> dict[str, Any]:
    seen = primary.good if tracked.present and primary.good is not None else tracked.last_seen
    last_seen = unix(seen) or 0.0
    return {
        "job": named(tracked.job),
        "since": unix(tracked.since),
        "last_seen": rounded(last_seen) if tracked.present else last_seen,
        "present": tracked.present,
        "across_outage": tracked.across_outage,
        "lost": unix(tracked.lost),
        "in_crowd": tracked.in_crowd,
        "basename": tracked.basename,
        "renamed": tracked.renamed,
        "listed": unix(tracked.listed),
        "turned": unix(tracked.turned),
    }


def named_since(questions: Mapping[Job, Question], unix: Shift) -> float | None:
    """When, to the minute, the last of the jobs' names was told that was told longest ago."""
    told = [one.told for one in questions.values() if one.told is not None]
    return rounded(unix(min(told))) if told else None


def restored_questions(jobs: Jobs, named: float | None) -> dict[Job, Question]:
    """What is known of the names that had been told; each is to be asked for again."""
    if named is None:
        return {}
    known = (one for one in jobs.values() if one.basename is not None)
    return {one.job: Question(told=max(named, one.since)) for one in known}


def restored(
    saved: Iterable[Mapping[str, Any]], monotonic: Shift, now: float, sync: Sync
) -> tuple[Jobs, dict[Job, int]]:
    """The jobs, and which show each is of, where it is not the first of its id."""
    tracked = Jobs({one.job: one for one in _tracked(saved, monotonic, now, sync)})
    return tracked, {one._replace(show=0): one.show for one in sorted(tracked) if one.show}


def _tracked(
    saved: Iterable[Mapping[str, Any]], monotonic: Shift, now: float, sync: Sync
) -> list[TrackedJob]:
    """The last sight of those that were there is kept to the minute, and was after the last of all began."""
    jobs = [(bool(one["present"]), _restored(one, monotonic, now, sync)) for one in saved]
    newest = max((job.since for _, job in jobs), default=0.0)
    return [
        replace(job, last_seen=max(job.last_seen, newest)) if was_there else job for was_there, job in jobs
    ]


def _restored(saved: Mapping[str, Any], monotonic: Shift, now: float, sync: Sync) -> TrackedJob:
    since, last_seen = monotonic(saved["since"]), monotonic(saved["last_seen"])
    if since is None or last_seen is None:
        raise ValueError("a job without times")
    return TrackedJob(
        named_job(saved["job"]),
        since=since,
        last_seen=max(since, last_seen),
        present=bool(saved["present"]) and now - last_seen <= sync.outage_hold + MINUTE,
        across_outage=bool(saved["across_outage"]),
        lost=monotonic(saved["lost"]),
        in_crowd=bool(saved.get("in_crowd", False)),
        basename=text_or_none(saved["basename"]),
        renamed=text(saved.get("renamed", "")),
        named=None if saved["basename"] is None else since,
        resumed=now,
        listed=monotonic(saved.get("listed")),
        turned=monotonic(saved.get("turned")),
    )
