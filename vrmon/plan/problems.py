"""What is the matter with a channel: which problem, how bad in its situation, and the facts of it."""

from __future__ import annotations

from dataclasses import replace

from vrmon.catalog import Code, Remedy, Situation
from vrmon.model import (
    Destination,
    DeviceState,
    DvrObservation,
    Fact,
    Problem,
    ProblemKey,
    Source,
    Verb,
)
from vrmon.plan.commands import Site
from vrmon.plan.memory import Attempt, ChannelMemory, PrimaryMemory, Take, TrackedJob
from vrmon.settings import Channel, Sync
from vrmon.text import sentence, span

_PATIENCE = 3.0  # seconds for which a command that was accepted may go unseen without a word
_GAP_SHOWN = 300.0  # seconds for which a gap in the backup counts as reduced protection
_REFUSED, _LOST, _UNSEEN = range(3)
_OF_START = (Code.START_REFUSED, Code.START_LOST, Code.START_UNSEEN)
_OF_STOP = (Code.STOP_REFUSED, Code.STOP_LOST, Code.STOP_UNSEEN)


def before_air(problem: Problem) -> Problem:
    """What blocks a channel reduces protection while no job needs it."""
    return replace(problem, situation=Situation.BEFORE_AIR)


def source_vanished(channel: Channel, source: str) -> Problem:
    return Problem.of(Code.SOURCE_MISSING, channel.name, Situation.ON_AIR, source=source, dvr=channel.dvr)


def source_conflict(channel: Channel, source: Source) -> Problem:
    return Problem.of(
        Code.SOURCE_AMBIGUOUS,
        channel.name,
        Situation.ON_AIR,
        source=source.unique_id,
        dvr=channel.dvr,
    )


def dvr_blind(
    channel: Channel, observation: DvrObservation, take: Take | None, cause: ProblemKey | None, now: float
) -> Problem:
    last = {}
    if take is not None and take.confirmed is not None:
        last = {"name": take.name, "ago": span(now - take.confirmed)}
    return Problem.of(
        Code.DVR_BLIND,
        channel.name,
        Situation.USUAL,
        cause,
        dvr=channel.dvr,
        manner="" if observation.state is DeviceState.UNREACHABLE else "as it should",
        reason=observation.reason.rstrip("."),
        **last,
    )


def held(channel: Channel, memory: ChannelMemory, tracked: TrackedJob | None) -> tuple[Problem, ...]:
    hold = memory.hold
    assert hold is not None  # noqa: S101 - the caller's condition, for the type checker
    ours = memory.take is not None and memory.take.started is not None
    unsafe = tracked is not None and tracked.present and not ours
    situation = Situation.USUAL
    if unsafe:
        situation = Situation.FOREIGN if memory.foreign else Situation.UNSAFE
    facts = {"by": hold.by, "why": hold.reason, "job": "job" if unsafe else ""}
    return (Problem.of(Code.ON_HOLD, channel.name, situation, **facts),)


def released(channel: Channel, tracked: TrackedJob) -> Problem:
    job = tracked.basename or tracked.job.id
    return Problem.of(Code.ENDED_BY_HAND, channel.name, job=job, primary=channel.primary)


def shared_take(channel: Channel, take: Take, waiting: tuple[TrackedJob, ...]) -> Problem:
    """More jobs on the ingest, which have no file of their own while the first goes on."""
    jobs = ", ".join(repr(one.basename or one.job.id) for one in waiting)
    return Problem.of(Code.SHARED_TAKE, channel.name, name=take.name, jobs=jobs)


def foreign(site: Site, tracked: TrackedJob) -> Problem:
    is_paused, seen = site.source.is_paused, site.source.recording_name
    return Problem.of(
        Code.FOREIGN_RECORDING,
        site.channel.name,
        Situation.PAUSED if is_paused else Situation.USUAL,
        job=tracked.basename or tracked.job.id,
        paused="paused" if is_paused else "",
        **({"seen": seen} if seen else {}),
    )


def paused(site: Site, memory: ChannelMemory) -> Problem:
    attempt = memory.attempt
    error = sentence(attempt.error) if attempt is not None and attempt.error else ""
    return Problem.of(Code.TAKE_PAUSED, site.channel.name, dvr=site.channel.dvr, error=error)


def stopping(site: Site, memory: ChannelMemory) -> tuple[Problem, ...]:
    """A stop that does not come about: worth a word from the first refusal, or when it goes unseen."""
    attempt = memory.attempt
    name = memory.take.name if memory.take else "the take"
    outcome = _what_became(attempt, site.now)
    if outcome is None or attempt is None or attempt.verb is not Verb.STOP:
        return ()
    in_the_way = memory.job is not None and (memory.released is None or memory.released[0] != memory.job)
    situation = Situation.IN_THE_WAY if in_the_way else Situation.USUAL
    facts = _facts_of(attempt, site.now)
    return (Problem.of(_OF_STOP[outcome], site.channel.name, situation, name=name, **facts),)


def unproven(channel: Channel, take: Take | None, cause: ProblemKey | None) -> tuple[Problem, ...]:
    """The take of a job that had ended before vrmon was restarted, and of which the primary says nothing."""
    if take is None:
        return ()
    facts = {"primary": channel.primary, "since": "vrmon began", "name": take.name}
    return (Problem.of(Code.PRIMARY_GONE_KEEPING, channel.name, Situation.USUAL, cause, **facts),)


def _what_became(attempt: Attempt | None, now: float) -> int | None:
    """Of a command that has not had its effect; None while it is too early to say."""
    if attempt is None:
        return None
    if attempt.refusals:
        return _REFUSED
    if attempt.error:
        return _LOST
    return _UNSEEN if now - attempt.since > _PATIENCE and attempt.tries else None


def _facts_of(attempt: Attempt, now: float) -> dict[str, Fact]:
    repeated = attempt.tries > 1
    return {
        "tries": attempt.tries if repeated else "",
        "lasting": span(now - attempt.since) if repeated else "",
        "error": sentence(attempt.error),
    }


def while_starting(site: Site, memory: ChannelMemory) -> tuple[Problem, ...]:
    """Why an active job has no take yet, once there is something to say."""
    attempt, channel = memory.attempt, site.channel
    remedy = _remedy(site.source).format(**site.traits.called)
    if attempt is not None and attempt.goal is Verb.RECORD:
        outcome = _what_became(attempt, site.now)
        if outcome is not None:
            facts = _facts_of(attempt, site.now)
            return (Problem.of(_OF_START[outcome], channel.name, remedy=remedy, **facts),)
    if memory.died is None:
        return ()
    again = memory.deaths if memory.deaths > 1 else ""
    facts = {"lost": memory.lost_take, "times": again, "remedy": remedy}
    return (Problem.of(Code.TAKE_DIED, channel.name, Situation.STARTING, **facts),)


def _remedy(source: Source) -> Remedy:
    if not source.is_enabled:
        return Remedy.ENABLE
    if source.is_locked:
        return Remedy.UNLOCK
    return Remedy.GIVE_DESTINATION if source.destinations == () else Remedy.LOOK


def before_start(channel: Channel, source: Source) -> tuple[Problem, ...]:
    """What would probably keep the next recording from starting. Nobody knows which the DVR refuses."""
    found = {
        Code.SOURCE_DISABLED: not source.is_enabled,
        Code.SOURCE_LOCKED: source.is_locked,
        Code.NO_DESTINATION: source.destinations == (),
    }
    facts = {"source": source.display_name, "dvr": channel.dvr}
    return tuple(
        Problem.of(code, channel.name, Situation.BEFORE_AIR, **facts)
        for code, is_so in found.items()
        if is_so
    )


def destination_warnings(
    channel: Channel, source: Source, destinations: tuple[Destination, ...]
) -> tuple[Problem, ...]:
    """What the DVR itself says of the places this source records to."""
    warned = [one for one in destinations if one.warnings and one.unique_id in (source.destinations or ())]
    return tuple(
        Problem.of(
            Code.DESTINATION_WARNING,
            channel.name,
            dvr=channel.dvr,
            destination=one.name,
            warnings=sentence("; ".join(one.warnings)),
        )
        for one in warned
    )


def while_recording(
    channel: Channel,
    memory: ChannelMemory,
    tracked: TrackedJob,
    primary: PrimaryMemory,
    cause: ProblemKey | None,
    sync: Sync,
    now: float,
) -> tuple[Problem, ...]:
    """What is not as it should be although the take runs. `cause`: what is the matter with the primary."""
    take = memory.take
    if take is None:
        return ()
    found, name = [], channel.name
    if tracked.lost is not None:
        left = span(max(0.0, tracked.lost + sync.outage_hold - now))
        facts = {"primary": channel.primary, "name": take.name, "left": left}
        found.append(Problem.of(Code.JOB_LOST_IN_OUTAGE, name, **facts))
    elif primary.state not in (None, DeviceState.OK):
        facts = {"primary": channel.primary, "name": take.name}
        found.append(Problem.of(Code.PRIMARY_GONE_KEEPING, name, Situation.USUAL, cause, **facts))
    if memory.died is not None:
        situation = Situation.GAP if now - memory.died < _GAP_SHOWN else Situation.OLD_GAP
        facts = {"lost": memory.lost_take, "ago": span(now - memory.died), "name": take.name}
        found.append(Problem.of(Code.TAKE_DIED, name, situation, **facts))
    asked = {"name": take.name, "given": take.given}
    if take.nameless:
        found.append(Problem.of(Code.NAME_REFUSED, name, **asked, error=sentence(take.nameless)))
    elif not take.borne:
        found.append(Problem.of(Code.MISNAMED, name, **asked, dvr=channel.dvr))
    elif take.stand_in:
        facts = {"name": take.name, "primary": channel.primary, "file": tracked.basename or ""}
        found.append(Problem.of(Code.STAND_IN_NAME, name, **facts))
    return tuple(found)
