"""Which of its ingest's jobs a channel is busy with."""

from __future__ import annotations

from vrmon.model import Verb
from vrmon.plan import takes
from vrmon.plan.case import Case
from vrmon.plan.jobs import gone
from vrmon.plan.memory import ChannelMemory, Take, TrackedJob


def choose(jobs: list[TrackedJob], memory: ChannelMemory, case: Case) -> TrackedJob | None:
    """The job the channel is busy with while that is active, or while it is recorded and its end is not
    proven: only a job that began after it was last seen puts an end to it sooner. Else the oldest one."""
    current = _current(jobs, memory)
    if current is not None and current.present:
        return current
    active = [one for one in jobs if one.present]
    if current is None or gone(current, case.sync, case.now):
        return active[0] if active else None
    take = memory.take
    if take is not None and take.job == current.job and runs(take, memory, case):
        active = [one for one in active if one.since > current.last_seen]
    return active[0] if active else current


def _current(jobs: list[TrackedJob], memory: ChannelMemory) -> TrackedJob | None:
    """The job of the take that runs, if it is active or nothing was done to end it; else the one before."""
    take, attempt = memory.take, memory.attempt
    if take is not None and take.started is not None:
        recorded = next((one for one in jobs if one.job == take.job), None)
        stopping = attempt is not None and attempt.verb is Verb.STOP
        if recorded is not None and (recorded.present or not stopping):
            return recorded
    return next((one for one in jobs if one.job == memory.job), None)


def runs(take: Take, memory: ChannelMemory, case: Case) -> bool:
    """Whether the take is seen, or may yet be: no look has begun since it would have been."""
    seen = case.observation is not None and case.observation.seen is not None
    looked = case.observation.began if case.observation is not None and seen else 0.0
    return take.started is not None or looked < takes.settled(take, memory.attempt, case.traits)
