"""What the last look has shown amiss on a channel's source: a recorder that does not answer has put nothing
right."""

from __future__ import annotations

from vrmon.catalog import Code, Severity
from vrmon.model import Problem
from vrmon.plan.case import Case, Verdict
from vrmon.plan.memory import ChannelMemory, TrackedJob
from vrmon.plan.problems import OF_START, OF_STOP
from vrmon.plan.replacing import replace
from vrmon.text import Left

_OF_OTHERS = {Code.FOREIGN_RECORDING, Code.DOUBTFUL_RECORDING}
_OF_STARTS = {*OF_START, Code.TAKE_PAUSED}
_OF_A_TAKE = {
    *(Code.FOREIGN_RECORDING, Code.TAKE_DIED, Code.END_SET, Code.FORMAT_CHANGED, Code.LONG_TAKE),
    *(Code.NAME_REFUSED, Code.MISNAMED, Code.STAND_IN_NAME, Code.PRIMARY_FILE_RENAMED),
}
_WHATEVER_THE_JOB = {
    *(Code.SOURCE_MISSING, Code.SOURCE_AMBIGUOUS, Code.SOURCE_DISABLED, Code.SOURCE_LOCKED),
    *(Code.NO_DESTINATION, Code.DESTINATION_WARNING, Code.SCHEDULE_AHEAD),
    *(Code.DOUBTFUL_RECORDING, Code.RUNAWAY_TAKE, *OF_STOP),
}
_SHOWN = _WHATEVER_THE_JOB | _OF_A_TAKE | _OF_STARTS


def noted(verdict: Verdict) -> Verdict:
    """With what the look shows in the memory."""
    found = tuple(one for one in verdict.problems if one.code in _SHOWN)
    if found == verdict.memory.amiss:
        return verdict
    return replace(verdict, memory=replace(verdict.memory, amiss=found))


def told(case: Case, verdict: Verdict) -> Verdict:
    """With what is still so, as far as anybody knows."""
    known = {one.code for one in verdict.problems}
    found = tuple(one for one in still(case, verdict.memory, verdict.job) if one.code not in known)
    return replace(verdict, problems=(*verdict.problems, *found)) if found else verdict


def still(case: Case, memory: ChannelMemory, tracked: TrackedJob | None) -> tuple[Problem, ...]:
    """What was of one job is not of another, what was to happen by now is over, and of what vrmon attempts
    nothing is left once a person has the channel."""

    def is_so(one: Problem) -> bool:
        left = one.facts.get("left")
        if isinstance(left, Left) and case.moment.reached(left.moment):
            return False
        if memory.hold is not None and one.code in _OF_STARTS.union(OF_STOP):
            return False
        is_of_it = tracked is not None and one.concerns <= {tracked.job.mark}
        return is_of_it or one.code in _WHATEVER_THE_JOB

    return tuple(one for one in memory.amiss if is_so(one))


def explains(case: Case, memory: ChannelMemory, tracked: TrackedJob) -> bool:
    """Whether a look has shown a moment ago why there is no recording of ours: that counts for as long as a
    take does that was seen then."""
    began = case.dvr.bad_since
    if began is None or case.moment.passed(began, case.blind_after):
        return False
    found = still(case, memory, tracked)
    return any(one.severity is Severity.CRITICAL or one.code in _OF_OTHERS for one in found)
