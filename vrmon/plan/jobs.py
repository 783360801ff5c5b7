"""Which jobs a primary has, and the proof that one has ended (promises 1 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vrmon.model import Action, DeviceState, Job, Outcome, PrimaryObservation, Result, Verb
from vrmon.plan.memory import FLIGHT, PrimaryMemory, TrackedJob
from vrmon.settings import Sync

_EAGER, _PATIENT, _LAZY = 0.3, 2.0, 10.0  # seconds between two questions for a name
_ASIDE = 8  # questions under way for the names of jobs that no channel mirrors
_MOST_ASIDE = 200  # jobs that no channel mirrors and that are told of nevertheless
_MOST_UNSEEN = 500  # jobs of which an odd answer leaves open whether they are there
_OUT_OF_SIGHT = 90.0  # seconds without an answer, for whatever reason, that count as an outage


def observe(
    memory: PrimaryMemory, observation: PrimaryObservation, mapped: frozenset[str] = frozenset()
) -> PrimaryMemory:
    """Take in an observation, once. An unknown one breaks every row of absences and proves nothing; an
    odd entry does the same to the jobs of its ingest. `mapped`: the channels' ingests."""
    if memory.folded is not None and observation.ended <= memory.folded:
        return memory
    ended = observation.ended
    if observation.seen is None:
        blurred = {job: _blurred(tracked) for job, tracked in memory.jobs.items()}
        bad_since = ended if memory.bad_since is None else memory.bad_since
        return replace(memory, folded=ended, state=observation.state, bad_since=bad_since, jobs=blurred)
    present, listed = set(observation.seen), frozenset(observation.listed)
    odd = frozenset(one.handle for one in observation.odd)
    jobs = {}
    for job, tracked in memory.jobs.items():
        if job in present:
            jobs[job] = _seen(tracked, ended)
        elif odd and _hidden(tracked, odd, listed):
            jobs[job] = _blurred(tracked)
        else:
            jobs[job] = _missing(tracked, observation.began, ended)
    if not memory.answered:  # what the vrmon before us knew is not older than anything it did not know
        jobs = {job: replace(tracked, last_seen=ended) for job, tracked in jobs.items()}
    room = _MOST_ASIDE - sum(1 for job in jobs if job.ingest not in mapped)
    new = [job for job in observation.seen if job not in jobs]
    aside = [job for job in new if job.ingest not in mapped]
    for job in (*(job for job in new if job.ingest in mapped), *aside[: max(room, 0)]):
        jobs[job] = TrackedJob(job, since=ended, last_seen=ended)
    known = (memory.listed & mapped) | listed | {job.ingest for job in present}
    return replace(
        memory,
        folded=ended,
        state=DeviceState.OK,
        bad_since=None,
        answered=True,
        listed=known,
        left_out=max(len(aside) - max(room, 0), 0),
        jobs=jobs,
    )


def _hidden(tracked: TrackedJob, odd: frozenset[str | None], listed: frozenset[str]) -> bool:
    """Whether an odd entry may be that of its ingest: one of which not even the ingest can be read may be
    that of any ingest that is missing from the answer."""
    ingest = tracked.job.ingest
    return ingest in odd or (None in odd and ingest not in listed)


def _blurred(tracked: TrackedJob) -> TrackedJob:
    return replace(tracked, absences=0, across_outage=True)


def recall(memory: PrimaryMemory, job: Job | None, now: float) -> PrimaryMemory:
    """A job that a channel is busy with ends by proof only, even if its primary was forgotten meanwhile."""
    if job is None or job in memory.jobs:
        return memory
    tracked = TrackedJob(job, since=now, last_seen=now, present=False, resumed=now)
    return replace(memory, jobs={**memory.jobs, job: tracked})


def _seen(tracked: TrackedJob, now: float) -> TrackedJob:
    return replace(tracked, present=True, absences=0, across_outage=False, lost=None, last_seen=now)


def _missing(tracked: TrackedJob, began: float, ended: float) -> TrackedJob:
    first = tracked.absences == 0
    unwatched = first and began - tracked.last_seen > _OUT_OF_SIGHT  # nor was anybody there to see an outage
    across_outage = tracked.across_outage or unwatched
    return replace(
        tracked,
        present=False,
        absences=tracked.absences + 1,
        absent_since=ended if first else tracked.absent_since,
        absent_until=began,
        across_outage=across_outage,
        lost=ended if across_outage and tracked.lost is None else tracked.lost,
    )


def gone(tracked: TrackedJob, sync: Sync, now: float) -> bool:
    """Whether it is proven that the job has ended: by an unbroken row of answers without it, or, where its
    primary comes and goes, by not one with it while the hold lasted."""
    if tracked.present or tracked.absences == 0:
        return False
    if tracked.lost is not None:
        is_held = now < tracked.lost + sync.outage_hold
        return not is_held and tracked.absent_until - tracked.lost >= sync.stop_delay
    return tracked.absences > 1 and tracked.absent_until - tracked.absent_since >= sync.stop_delay


def forget(memory: PrimaryMemory, sync: Sync, now: float, needed: frozenset[Job]) -> PrimaryMemory:
    """Drop the jobs that have ended and that no channel is busy with, and of those that are out of sight
    without an end to it no more than anybody has, the oldest first."""
    kept = {job: one for job, one in memory.jobs.items() if job in needed or not gone(one, sync, now)}
    if len(kept) > _MOST_UNSEEN:
        unseen = [one for job, one in kept.items() if job not in needed and one.last_seen != memory.folded]
        for one in sorted(unseen, key=lambda one: one.last_seen)[: max(len(unseen) - _MOST_UNSEEN, 0)]:
            del kept[one.job]
    return memory if len(kept) == len(memory.jobs) else replace(memory, jobs=kept)


def ask_names(
    memory: PrimaryMemory, primary: str, now: float, mapped: frozenset[str]
) -> tuple[PrimaryMemory, list[Action]]:
    """Ask for the names still wanted, the mapped ingests' first, while the primary answers.

    The others' are asked for a few at a time, lest a primary that hangs over them keeps those waiting.
    """
    if memory.state is not DeviceState.OK:
        return memory, []
    wanted = [one for one in memory.jobs.values() if _wants_name(one, now)]
    if not wanted:
        return memory, []
    under_way = [one for one in memory.jobs.values() if one.name_asked is not None]
    room = _ASIDE - sum(1 for one in under_way if one.job.ingest not in mapped)
    aside = [one for one in wanted if one.job.ingest not in mapped][: max(room, 0)]
    wanted = [one for one in wanted if one.job.ingest in mapped] + aside
    asked = {tracked.job: replace(tracked, name_asked=now) for tracked in wanted}
    actions = [
        Action(Verb.FETCH_NAME, primary, "the job has no name yet", job=tracked.job) for tracked in wanted
    ]
    return replace(memory, jobs={**memory.jobs, **asked}), actions


def _wants_name(tracked: TrackedJob, now: float) -> bool:
    if tracked.basename is not None or not tracked.present or now < tracked.name_due:
        return False
    return tracked.name_asked is None or now - tracked.name_asked >= FLIGHT


def learn_name(memory: PrimaryMemory, result: Result) -> PrimaryMemory:
    """Take in what a question for a name brought."""
    job = result.action.job
    tracked = None if job is None else memory.jobs.get(job)
    if job is None or tracked is None:
        return memory
    age = result.ended - tracked.since
    pause = _EAGER if age < 10 else _PATIENT if age < 60 else _LAZY
    failed = result.outcome is not Outcome.DONE
    learnt = replace(
        tracked,
        name_asked=None,
        name_due=result.ended + (max(pause, 1.0) if failed else pause),
        basename=tracked.basename if result.value is None else result.value,
    )
    return replace(memory, jobs={**memory.jobs, job: learnt})


def on_ingest(jobs: Mapping[Job, TrackedJob], ingest: str) -> list[TrackedJob]:
    """The tracked jobs of one ingest, the oldest first."""
    return sorted((one for one in jobs.values() if one.job.ingest == ingest), key=lambda one: one.since)
