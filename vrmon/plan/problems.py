"""What is the matter with a channel: which problem, how bad in its situation, and the facts of it."""

from __future__ import annotations

from collections.abc import Iterable

from vrmon.catalog import Code, Remedy, Situation, Wait, fill
from vrmon.model import Destination, DeviceState, Fact, Job, Outcome, Problem, ProblemKey, Source, Verb
from vrmon.plan import outages
from vrmon.plan.case import Case, Site, Verdict
from vrmon.plan.coverage.covered import Lack
from vrmon.plan.memory import Attempt, ChannelMemory, Naming, Running, Theirs, TrackedJob, Whose
from vrmon.plan.replacing import replace
from vrmon.settings import Channel
from vrmon.text import Ago, Left, few, sentence, span

_GAP_SHOWN = 300.0  # seconds for which a gap in the backup counts as reduced protection
_PATIENCE = 3.0  # seconds for which a command that was accepted may go unseen without a word
_REFUSED, _LOST, _UNSEEN = range(3)
OF_START = (Code.START_REFUSED, Code.START_LOST, Code.START_UNSEEN)
OF_STOP = (Code.STOP_REFUSED, Code.STOP_LOST, Code.STOP_UNSEEN)


def before_air(channel: Channel, problem: Problem, *, is_needed: bool = False) -> Problem:
    """What blocks a channel reduces protection while no job needs it; of a spare one it is worth knowing."""
    is_spare = channel.spare and not is_needed
    return replace(problem, situation=Situation.SPARE if is_spare else Situation.BEFORE_AIR)


def of_job(problem: Problem, job: Job) -> Problem:
    """As one that concerns a job, where it is not said that it concerns something else."""
    return problem if problem.concerns else replace(problem, concerns=frozenset({job.mark}))


def source_missing(channel: Channel, **why: Fact) -> Problem:
    facts = {"dvr": channel.dvr, **why}
    return Problem.of(Code.SOURCE_MISSING, channel.name, Situation.ON_AIR, **facts)


def source_vanished(case: Case, source: str) -> Problem:
    return source_missing(case.channel, source=source)


def source_ambiguous(channel: Channel, **why: Fact) -> Problem:
    facts = {"dvr": channel.dvr, **why}
    return Problem.of(Code.SOURCE_AMBIGUOUS, channel.name, Situation.ON_AIR, **facts)


def dvr_blind(case: Case, memory: ChannelMemory, why: str) -> Problem:
    """`why`: what the DVR says of this source alone, "" where it says nothing at all."""
    assert case.observation is not None  # noqa: S101 - before the first answer nothing is said
    take = memory.running
    last: dict[str, Fact] = {}
    if take is not None and take.confirmed is not None:
        last = {"name": take.name, "ago": Ago(take.confirmed)}
    is_silent = case.observation.state is DeviceState.UNREACHABLE
    return Problem.of(
        Code.DVR_BLIND,
        case.channel.name,
        Situation.USUAL,
        _of_answer(case) if why else outages.key("dvr", case.channel.dvr, case.observation),
        dvr=case.channel.dvr,
        manner="" if is_silent else "as it should",
        reason=(why or case.observation.reason).rstrip("."),
        **last,
    )


def held(
    channel: Channel,
    memory: ChannelMemory,
    tracked: TrackedJob | None,
    *,
    source: Source | None = None,
    is_blind: bool = False,
) -> Problem:
    """`source`: where somebody else's recording runs. `is_blind`: its take is believed to run, and is not
    seen."""
    hold = memory.hold
    assert hold is not None  # noqa: S101 - the caller's condition, for the type checker
    take, situation, job = memory.running, Situation.USUAL, ""
    if tracked is not None and tracked.present:
        if take is None or is_blind:
            is_safe = memory.theirs is not None and (source is None or not _in_vain(source))
            situation = Situation.FOREIGN if is_safe else Situation.UNSAFE
            job = f"not {'seen to be ' if is_blind else ''}recorded by vrmon"
        elif take.job != tracked.job:
            situation, job = Situation.FOREIGN, f"recorded in {take.name!r} alone"
    facts: dict[str, Fact] = {
        "by": hold.by,
        "left": "" if hold.until is None else Left(hold.until),
        "why": hold.reason.rstrip("."),
        "job": job,
    }
    return Problem.of(Code.ON_HOLD, channel.name, situation, **facts)


def released(channel: Channel, tracked: TrackedJob) -> Problem:
    return Problem.of(Code.ENDED_BY_HAND, channel.name, job=called_job(tracked), primary=channel.primary)


def called_job(tracked: TrackedJob) -> str:
    """What people know the job by."""
    return tracked.basename or tracked.job.id


def called_jobs(those: Iterable[TrackedJob]) -> str:
    """The first of them, and how many more there are."""
    return few([repr(called_job(one)) for one in those])


def shared_take(channel: Channel, take: Running, waiting: tuple[TrackedJob, ...]) -> Problem:
    """More jobs on the ingest, which have no file of their own while the first goes on."""
    return Problem.of(Code.SHARED_TAKE, channel.name, name=take.name, jobs=called_jobs(waiting))


def not_ours(site: Site, theirs: Theirs, tracked: TrackedJob | None) -> tuple[Problem, ...]:
    """What is to be said of a recording that is not ours for certain; nothing where no job needs the source
    and it never was ours."""
    case, source = site.case, site.source
    in_vain = _in_vain(source)
    if theirs.whose is Whose.DOUBTFUL:
        facts: dict[str, Fact] = {"seen": source.recording_name or "a recording", "name": theirs.in_place_of}
        is_needed = tracked is not None and tracked.present
        if tracked is not None and tracked.job != theirs.job:
            facts["other"] = called_job(tracked)
        situation = Situation.PAUSED if in_vain and is_needed else Situation.USUAL
        doubtful = Problem.of(Code.DOUBTFUL_RECORDING, case.channel.name, situation, **facts, vain=in_vain)
        return (doubtful if tracked is not None or theirs.job is None else of_job(doubtful, theirs.job),)
    if tracked is None:
        if theirs.job is None and not theirs.bears_ours:
            return ()
        facts = {"name": source.recording_name or theirs.in_place_of, "source": source.display_name}
        return (Problem.of(Code.RUNAWAY_TAKE, case.channel.name, **facts),)
    situation = Situation.PAUSED if in_vain else Situation.USUAL
    facts = {"job": called_job(tracked), "paused": in_vain}
    if source.recording_name:
        facts["seen"] = source.recording_name
    return (Problem.of(Code.FOREIGN_RECORDING, case.channel.name, situation, **facts),)


def _in_vain(source: Source) -> str:
    """Why nothing comes of what is recorded there; "" where something does."""
    return "paused" if source.is_paused else "written nowhere" if source.leads_nowhere else ""


def paused(site: Site, memory: ChannelMemory) -> Problem:
    attempt, channel = memory.attempt, site.case.channel
    error = sentence(attempt.error) if attempt is not None and attempt.error else ""
    return Problem.of(Code.TAKE_PAUSED, channel.name, dvr=channel.dvr, error=error)


def stopping(site: Site, memory: ChannelMemory, take: Running) -> tuple[Problem, ...]:
    """A stop that does not come about: worth a word from the first refusal, or when it goes unseen."""
    attempt = memory.attempt
    outcome = _what_became(site, attempt)
    if outcome is None or attempt is None or attempt.verb is not Verb.STOP:
        return ()
    in_the_way = memory.job is not None and (memory.released is None or memory.released[0] != memory.job)
    situation = Situation.IN_THE_WAY if in_the_way else Situation.USUAL
    facts = {"name": take.name, **_facts_of(attempt)}
    return (Problem.of(OF_STOP[outcome], site.case.channel.name, situation, **facts),)


def unproven(case: Case, take: Running) -> tuple[Problem, ...]:
    """The take of a job that had ended before vrmon was restarted, and of which the primary says nothing."""
    channel, state = case.channel, case.primary.state
    if state is None:
        return ()
    facts: dict[str, Fact] = {"primary": channel.primary, "since": "vrmon began", "name": take.name}
    return (Problem.of(Code.PRIMARY_GONE_KEEPING, channel.name, Situation.USUAL, _of_primary(case), **facts),)


def _of_answer(case: Case) -> ProblemKey:
    return ProblemKey(Code.ODD_ANSWER, case.channel.dvr)


def _of_primary(case: Case) -> ProblemKey | None:
    """The primary's own problem, from which the channel's follows."""
    return outages.key_of(case.channel.primary, case.primary)


def _what_became(site: Site, attempt: Attempt | None) -> int | None:
    """Of a command that has not had its effect; None while it is too early to say."""
    if attempt is None:
        return None
    if attempt.refusals:
        return _REFUSED
    if attempt.error:
        return _LOST
    is_late = attempt.accepted is not None and site.moment.passed(attempt.accepted, _PATIENCE)
    return _UNSEEN if is_late else None


def _facts_of(attempt: Attempt) -> dict[str, Fact]:
    repeated = attempt.tries > 1
    return {
        "tries": attempt.tries if repeated else "",
        "lasting": Ago(attempt.since) if repeated else "",
        "error": sentence(attempt.error),
    }


def while_starting(site: Site, memory: ChannelMemory) -> tuple[Problem, ...]:
    """Why an active job has no take yet, once there is something to say."""
    attempt, channel = memory.attempt, site.case.channel
    remedy = fill(_remedy(site.source), site.case.traits.called)
    if attempt is not None and attempt.goal is Verb.RECORD:
        outcome = _what_became(site, attempt)
        if outcome is not None:
            facts = {"remedy": remedy, **_facts_of(attempt)}
            return (Problem.of(OF_START[outcome], channel.name, **facts),)
    losses = memory.losses
    if losses is None:
        return ()
    facts = {
        "lost": losses.name,
        "times": losses.deaths if losses.deaths > 1 else "",
        "remedy": remedy,
    }
    return (Problem.of(Code.TAKE_DIED, channel.name, Situation.STARTING, **facts),)


def _remedy(source: Source) -> Remedy:
    """What most likely keeps a source from recording."""
    if not source.is_enabled:
        return Remedy.ENABLE
    if source.is_locked:
        return Remedy.UNLOCK
    return Remedy.GIVE_DESTINATION if source.leads_nowhere else Remedy.LOOK


def shown_by(source: Source) -> tuple[Code, ...]:
    """What may keep it from recording, or its recording from being written."""
    found = {
        Code.SOURCE_DISABLED: not source.is_enabled,
        Code.SOURCE_LOCKED: source.is_locked,
        Code.NO_DESTINATION: source.leads_nowhere,
    }
    return tuple(code for code, is_so in found.items() if is_so)


def before_start(
    channel: Channel, source: Source, destinations: tuple[Destination, ...], *, is_needed: bool = False
) -> tuple[Problem, ...]:
    """What would probably keep the next recording from starting, or the one that a job needs. Nobody knows
    which the DVR refuses."""
    facts = {"source": source.display_name, "dvr": channel.dvr}
    told = (Problem.of(code, channel.name, **facts) for code in shown_by(source))
    warned = destination_warnings(channel, source, destinations)
    is_spare = channel.spare and not is_needed
    return (
        *(before_air(channel, one, is_needed=is_needed) for one in told),
        *(before_air(channel, one) if is_spare else one for one in warned),
    )


def on_air(site: Site, take: Running) -> tuple[Problem, ...]:
    """What threatens the take that runs: written nowhere, its source taken away, its disk full."""
    case, source = site.case, site.source
    facts: dict[str, Fact] = {
        "name": take.name,
        "source": source.display_name,
        "dvr": case.channel.dvr,
    }
    told = [
        Problem.of(code, case.channel.name, Situation.ON_AIR, **facts)
        for code in shown_by(source)
        if code is not Code.SOURCE_LOCKED  # which keeps it from nothing any more
    ]
    return (*told, *destination_warnings(case.channel, source, case.destinations), *_long(case, take))


def overrun(case: Case, memory: ChannelMemory, tracked: TrackedJob) -> tuple[Problem, ...]:
    """The job's take is ended, for it ran for too long."""
    if memory.running is not None:
        return _long(case, memory.running)
    situation = Situation.UNSAFE if tracked.present else Situation.USUAL
    facts: dict[str, Fact] = {
        "job": called_job(tracked),
        "length": span(case.sync.max_take),
        "primary": case.channel.primary,
    }
    return (Problem.of(Code.LONG_TAKE, case.channel.name, situation, **facts),)


def _long(case: Case, take: Running) -> tuple[Problem, ...]:
    longest = case.sync.max_take
    if not longest or not case.moment.passed(take.started, longest):
        return ()
    facts: dict[str, Fact] = {
        "name": take.name,
        "lasted": Ago(take.started),
        "primary": case.channel.primary,
    }
    return (Problem.of(Code.LONG_TAKE, case.channel.name, **facts),)


def destination_warnings(
    channel: Channel, source: Source, destinations: tuple[Destination, ...]
) -> tuple[Problem, ...]:
    """What the DVR itself says of the places this source records to, or may record to: older builds do not
    tell which those are."""
    ours = [
        one for one in destinations if source.destinations is None or one.unique_id in source.destinations
    ]
    warned = [(one, told) for one in ours if (told := one.warnings_of(source.unique_id))]
    if not warned:
        return ()
    facts: dict[str, Fact] = {"destination": warned[0][0].name, "warnings": sentence(few(warned[0][1], "; "))}
    if len(warned) > 1:
        each = [f"{one.name!r}: {few(told)}" for one, told in warned]
        facts = {"count": len(warned), "warnings": sentence(few(each, "; "))}
    problem = Problem.of(Code.DESTINATION_WARNING, channel.name, dvr=channel.dvr, **facts)
    # By their numbers, for a text may be another at each look: there is less and less room.
    numbered = (f"{one.unique_id} {number}" for one, told in warned for number in range(len(told)))
    return (replace(problem, concerns=frozenset(numbered)),)


def while_recording(
    case: Case, memory: ChannelMemory, take: Running, tracked: TrackedJob
) -> tuple[Problem, ...]:
    """What is not as it should be although the take runs."""
    found, name, primary = [], case.channel.name, case.channel.primary
    if tracked.lost is not None:
        left = Left(tracked.lost + case.sync.outage_hold)
        facts: dict[str, Fact] = {"primary": primary, "name": take.name, "left": left}
        found.append(Problem.of(Code.JOB_LOST_IN_OUTAGE, name, **facts))
    elif case.primary.state not in (None, DeviceState.OK):
        facts = {"primary": primary, "name": take.name}
        found.append(Problem.of(Code.PRIMARY_GONE_KEEPING, name, Situation.USUAL, _of_primary(case), **facts))
    return (*found, *gap(case, memory, take), *_of_its_name(case, take, tracked))


def gap(case: Case, memory: ChannelMemory, take: Running) -> tuple[Problem, ...]:
    """That another take of the job ended by itself before this one."""
    losses = memory.losses
    if losses is None:
        return ()
    is_old = case.moment.passed(losses.died, _GAP_SHOWN)
    facts: dict[str, Fact] = {"lost": losses.name, "ago": Ago(losses.died), "name": take.name}
    situation = Situation.OLD_GAP if is_old else Situation.GAP
    return (Problem.of(Code.TAKE_DIED, case.channel.name, situation, **facts),)


def _of_its_name(case: Case, take: Running, tracked: TrackedJob) -> tuple[Problem, ...]:
    asked: dict[str, Fact] = {"name": take.name, "given": take.given}
    name, label = case.channel.name, take.label
    if label.nameless:
        return (Problem.of(Code.NAME_REFUSED, name, **asked, error=sentence(label.nameless)),)
    if not take.borne:
        return (Problem.of(Code.MISNAMED, name, **asked, dvr=case.channel.dvr),)
    if label.stand_in:
        facts: dict[str, Fact] = {
            "name": take.name,
            "primary": case.channel.primary,
            "file": tracked.basename or "",
        }
        return (Problem.of(Code.STAND_IN_NAME, name, **facts),)
    if tracked.renamed:
        facts = {"name": take.name, "primary": case.channel.primary, "file": tracked.renamed}
        return (Problem.of(Code.PRIMARY_FILE_RENAMED, name, **facts),)
    return ()


def incomplete(channel: Channel, lack: Lack) -> Problem:
    """More of the running job is missing than may be."""
    facts = {"job": lack.basename or lack.job.id, "first" if lack.is_first else "lacking": span(lack.seconds)}
    return of_job(Problem.of(Code.BACKUP_INCOMPLETE, channel.name, **facts), lack.job)


def not_verified(case: Case, verdict: Verdict, since: float, *, is_late: bool) -> Problem:
    """Promise 3: a job has been active for a while, and no recording of it was seen."""
    assert verdict.job is not None  # noqa: S101 - the caller's condition, for the type checker
    channel = case.channel
    facts: dict[str, Fact] = {"primary": channel.primary, "dvr": channel.dvr}
    return Problem.of(
        Code.NOT_VERIFIED,
        channel.name,
        Situation.LATE if is_late else Situation.USUAL,
        job=called_job(verdict.job),
        lasting=Ago(since),
        wait=fill(_waits_for(case, verdict), facts),
        **facts,
    )


def drill_failed(channel: Channel, memory: ChannelMemory) -> tuple[Problem, ...]:
    drill = memory.drill
    if drill is None or drill.failed is None:
        return ()
    when, why = drill.failed
    situation = Situation.SPARE if channel.spare else Situation.USUAL
    return (Problem.of(Code.DRILL_FAILED, channel.name, situation, ago=Ago(when), why=sentence(why)),)


def _waits_for(case: Case, verdict: Verdict) -> Wait:
    attempt, take = verdict.memory.attempt, verdict.memory.take
    if attempt is not None and attempt.ended is None:
        return Wait.ANSWER
    if attempt is not None and attempt.outcome is Outcome.LOST and case.observation is None:
        return Wait.ANSWER
    if take is None or isinstance(take, Naming):
        is_named = verdict.job is not None and verdict.job.basename is not None
        return Wait.LOOK if is_named or take is not None else Wait.NAME
    is_of_another = verdict.job is not None and take.job != verdict.job.job
    return Wait.END if is_of_another and isinstance(take, Running) else Wait.LOOK
