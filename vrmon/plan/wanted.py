"""What a channel is wanted to do: which of its ingest's jobs it is busy with, and whether that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vrmon.model import Job, Outcome, Verb
from vrmon.plan import commands, jobs
from vrmon.plan.case import Case
from vrmon.plan.drill import Drill
from vrmon.plan.memory import Attempt, ChannelMemory, Naming, Running, Sent, Take, TrackedJob
from vrmon.plan.replacing import replace


class Want(Enum):
    """NOTHING: no job. ACTIVE: its job is to be recorded. UNPROVEN: it is gone, and its end is not proven.
    RELEASED: a person has ended its take, and it has not been seen since."""

    NOTHING = "nothing"
    ACTIVE = "active"
    UNPROVEN = "unproven"
    RELEASED = "released"


@dataclass(frozen=True)
class Wanted:
    """`job` is the one that the channel is busy with, `waiting` those that are active beside it."""

    want: Want
    job: TrackedJob | None = None
    waiting: tuple[TrackedJob, ...] = ()


def wanted(case: Case, memory: ChannelMemory) -> tuple[ChannelMemory, Wanted]:
    """What is wanted now, and the memory turned to it: a hold that is over is gone, so is what concerned the
    job before."""
    hold = memory.hold
    if hold is not None and hold.until is not None and case.moment.reached(hold.until):
        memory = replace(memory, hold=None)
    on_ingest = case.primary.jobs.on(case.channel.ingest)
    memory = _overrun(case, memory)
    tracked = _choose(_but_overrun(on_ingest, memory), memory, case)
    if tracked is None and memory.drill is not None and memory.drill.is_wanted:
        tracked = _drilled(memory.drill)
    job = tracked.job if tracked is not None else None
    if job != memory.job:
        memory = _turned_to(job, memory, case)
    if memory.released is not None and not _is_released(memory, tracked, case):
        memory = replace(memory, released=None)
    waiting = tuple(one for one in on_ingest if one.present and one is not tracked)
    if tracked is None:
        return memory, Wanted(Want.NOTHING, None, waiting)
    is_over = memory.released is not None and memory.released[0] == tracked.job
    is_over = is_over or tracked.job == memory.overrun
    want = Want.RELEASED if is_over else Want.ACTIVE if tracked.present else Want.UNPROVEN
    return memory, Wanted(want, tracked, waiting)


def _overrun(case: Case, memory: ChannelMemory) -> ChannelMemory:
    """A take that has lasted for too long ends its job for us, where the site says so, until that is over."""
    take, sync = memory.running, case.sync
    if memory.overrun is not None:
        known = case.primary.jobs.get(memory.overrun)
        if known is None or jobs.gone(known, sync, case.moment):
            memory = replace(memory, overrun=None)
    if take is None or not sync.max_take or not sync.max_take_stop or take.job not in case.primary.jobs:
        return memory
    is_long = memory.overrun != take.job and case.moment.passed(take.started, sync.max_take)
    return replace(memory, overrun=take.job) if is_long else memory


def _but_overrun(on_ingest: tuple[TrackedJob, ...], memory: ChannelMemory) -> tuple[TrackedJob, ...]:
    """The jobs to choose from: that one gives way to any other."""
    if memory.overrun is None:
        return on_ingest
    others = tuple(one for one in on_ingest if one.job != memory.overrun)
    return others if any(one.present for one in others) else on_ingest


def _drilled(drill: Drill) -> TrackedJob:
    """Its job, as if a primary had shown it."""
    return TrackedJob(drill.job, drill.when, drill.when, basename=drill.name, named=drill.when)


def _turned_to(job: Job | None, memory: ChannelMemory, case: Case) -> ChannelMemory:
    """Nothing of the job before concerns this one, and no pause after its refusals, or of a drill's, keeps it
    waiting."""
    before, attempt = memory.job, memory.attempt
    if attempt is not None and _has_failed_to_start(attempt):
        attempt = None
    if before is not None and job is None and not before.is_drill:
        memory = replace(memory, job_ended=case.moment.now)
    is_begun = memory.take is not None and not isinstance(memory.take, Naming)
    if before is not None and before.is_drill and attempt is not None and not is_begun:
        attempt = attempt if commands.is_flying(attempt, case.moment) else None
    return replace(memory, job=job, losses=None, attempt=attempt)


def _has_failed_to_start(attempt: Attempt) -> bool:
    return attempt.goal is Verb.RECORD and attempt.outcome in (Outcome.REFUSED, Outcome.LOST)


def is_lacking(wanted: Wanted, memory: ChannelMemory) -> bool:
    """Whether there is to be a take where nothing runs: of an active job, or of one that was lost in an
    outage and recorded until that take died. One that ended while vrmon was away a person may have ended,
    with the job."""
    if wanted.want is Want.ACTIVE:
        return True
    tracked, losses = wanted.job, memory.losses
    if wanted.want is not Want.UNPROVEN or tracked is None or tracked.lost is None or losses is None:
        return False
    return tracked.resumed is None or losses.seen >= tracked.lost


def is_ended_by_hand(memory: ChannelMemory) -> bool:
    """Whether a person has ended the take that the channel has."""
    return memory.released is not None and memory.take is not None and memory.take.job == memory.released[0]


def may_turn_up(take: Take | None, case: Case) -> bool:
    """Whether the take runs or may do so: no look has had the time to show that it does not."""
    if isinstance(take, Running):
        return True
    return isinstance(take, Sent) and take.is_certain and not case.is_expired(take)


def _is_released(memory: ChannelMemory, tracked: TrackedJob | None, case: Case) -> bool:
    """Whether what a person ended is still the channel's concern, and its job has not been seen since."""
    if memory.released is None:
        return False
    job, when = memory.released
    if tracked is not None and tracked.job == job:
        return not tracked.present or jobs.last_seen(case.primary, tracked) <= when
    return is_ended_by_hand(memory)


def _choose(on_ingest: tuple[TrackedJob, ...], memory: ChannelMemory, case: Case) -> TrackedJob | None:
    """The job the channel is busy with while that is active, or while it is recorded and its end is not
    proven: only a job that began after it was last seen puts an end to it sooner. Else the oldest one."""
    current = _current(on_ingest, memory)
    if current is not None and current.present:
        return current
    active = [one for one in on_ingest if one.present]
    if current is None or jobs.gone(current, case.sync, case.moment):
        return active[0] if active else None
    take = memory.take
    if take is not None and take.job == current.job and may_turn_up(take, case):
        active = [one for one in active if jobs.follows(one, current)]
    return active[0] if active else current


def _current(on_ingest: tuple[TrackedJob, ...], memory: ChannelMemory) -> TrackedJob | None:
    """The job of the take that runs, if it is active or nothing was done to end it; else the one before."""
    take, attempt = memory.running, memory.attempt
    if take is not None:
        recorded = next((one for one in on_ingest if one.job == take.job), None)
        stopping = attempt is not None and attempt.verb is Verb.STOP
        if recorded is not None and (recorded.present or not stopping):
            return recorded
    return next((one for one in on_ingest if one.job == memory.job), None)
