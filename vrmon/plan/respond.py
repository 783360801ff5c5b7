"""What is done: the table of what is wanted and what is seen."""

from __future__ import annotations

from vrmon.catalog import Severity
from vrmon.model import DeviceState, Phase, Problem, Verb
from vrmon.plan import ahead, amiss, commands, problems, sighting, starting
from vrmon.plan.case import Case, Site, Verdict
from vrmon.plan.memory import ChannelMemory, Running, Theirs, TrackedJob, Whose
from vrmon.plan.replacing import replace
from vrmon.plan.seen import Blind, Idle, NotOurs, Ours, Seen, Unfit
from vrmon.plan.wanted import Want, Wanted, is_ended_by_hand, is_lacking, may_turn_up

_PACE = 0.25  # seconds between two looks while a command waits to be seen
_DEGRADED_AFTER, _CRITICAL_AFTER = (
    2.0,
    5.0,
)  # seconds for which a job may go without a recording that was seen
_PHASES = {Whose.DOUBTFUL: Phase.DOUBTFUL, Whose.SOMEBODYS: Phase.FOREIGN}


def respond(case: Case, memory: ChannelMemory, wanted: Wanted, seen: Seen) -> Verdict:
    """Phase, command and problems of one channel."""
    if case.rights is not None:
        memory = _note_idle(case, memory, wanted, seen)
    if isinstance(seen, Idle | Ours):
        memory = commands.note(seen.site, memory)
    if memory.hold is None:
        verdict = _respond(case, memory, wanted, seen)
    elif memory.is_at_a_drill:
        verdict = _respond(case, memory, replace(wanted, want=Want.NOTHING), seen)  # which makes way
        if not verdict.memory.is_at_a_drill:
            verdict = _on_hold(case, verdict.memory, wanted, seen)
    else:
        verdict = _on_hold(case, memory, wanted, seen)
    verdict = replace(verdict, job=wanted.job, waiting=wanted.waiting)
    if isinstance(seen, Blind):
        verdict = amiss.told(case, verdict)
    if isinstance(seen, Idle | Ours | NotOurs):
        verdict = replace(verdict, source=seen.site.source, look=_next_look(seen.site, verdict))
    if wanted.job is not None and wanted.job.job.is_drill:
        verdict = replace(verdict, job=None, problems=_at_rest(case, memory, wanted, seen))
    else:
        verdict = _of_its_job(_timed(case, verdict, wanted))
    others = (*sighting.of_pictures(case, memory), *problems.drill_failed(case.channel, memory))
    verdict = replace(verdict, problems=(*verdict.problems, *others))
    return verdict if isinstance(seen, Blind) else amiss.noted(verdict)


def _of_its_job(verdict: Verdict) -> Verdict:
    """Whatever is the matter with a channel concerns the job that it has: the next one is another matter."""
    if verdict.job is None:
        return verdict
    job = verdict.job.job
    return replace(verdict, problems=tuple(problems.of_job(one, job) for one in verdict.problems))


def _note_idle(case: Case, memory: ChannelMemory, wanted: Wanted, seen: Seen) -> ChannelMemory:
    """Since when nothing runs for the job that is to be recorded: a host that is less sure waits."""
    is_idle = isinstance(seen, Idle) and memory.hold is None
    if wanted.job is None or not is_idle or not is_lacking(wanted, memory):
        return memory if memory.idle_since is None else replace(memory, idle_since=None)
    if memory.idle_since is not None and memory.idle_since[0] == wanted.job.job:
        return memory
    return replace(memory, idle_since=(wanted.job.job, case.moment.now))


def _respond(case: Case, memory: ChannelMemory, wanted: Wanted, seen: Seen) -> Verdict:
    match wanted.want, seen:
        case _, Unfit(problem):
            return _blocked(case, memory, wanted, problem)
        case ((Want.NOTHING | Want.RELEASED), Blind()):
            phase = Phase.STOPPING if memory.running else Phase.IDLE
            is_overrun = wanted.job is not None and wanted.job.job == memory.overrun
            return Verdict(memory, phase, problems=_of_release(case, memory, wanted) if is_overrun else ())
        case _, Blind(why):
            return _blind(case, memory, wanted, why)
        case ((Want.NOTHING | Want.RELEASED), Ours(site, take)):
            why = "a person ended it" if is_ended_by_hand(memory) else "the job has ended"
            why = "the drill is over" if take.job.is_drill else why
            why = "it runs for longer than max_take" if take.job == memory.overrun else why
            return _stop(site, memory, take, wanted, why)
        case ((Want.NOTHING | Want.RELEASED), Idle(site)):
            return _rest(site, memory, wanted)
        case _, Idle(site) if is_lacking(wanted, memory):
            return _begin(site, memory, wanted)
        case Want.UNPROVEN, Idle(site):  # it is not there to be recorded
            return Verdict(memory, Phase.IDLE, problems=_before_start(site, wanted))
        case _, Ours(site, take) if take.job != _job(wanted).job:
            return _stop(site, memory, take, wanted, "a new job has begun on this ingest")
        case _, Ours(site, take) if site.source.is_paused:
            memory, action = commands.repeat(site, memory, Verb.RESUME, "the take of an active job is paused")
            shown = (problems.paused(site, memory), *problems.on_air(site, take))
            shown = (*shown, *problems.gap(case, memory, take))
            return Verdict(memory, Phase.STARTING, action=action, problems=shown)
        case _, Ours(site, take):
            return _record(site, memory, take, wanted)
        case _, NotOurs(site, theirs):
            return _leave(site, memory, theirs, wanted)
    raise AssertionError(f"no answer to {wanted} and {seen}")


def _job(wanted: Wanted) -> TrackedJob:
    assert wanted.job is not None  # noqa: S101 - only NOTHING is wanted without one
    return wanted.job


def _blocked(case: Case, memory: ChannelMemory, wanted: Wanted, problem: Problem) -> Verdict:
    if wanted.want in (Want.NOTHING, Want.RELEASED):
        problem = problems.before_air(case.channel, problem)
    return Verdict(memory, Phase.BLOCKED, problems=(problem,))


def _blind(case: Case, memory: ChannelMemory, wanted: Wanted, why: str) -> Verdict:
    """The DVR does not answer: nothing is sent, and what was seen last counts for a moment only."""
    tracked, take = _job(wanted), memory.running
    is_believed = take is not None and take.job == tracked.job and take.confirmed is not None
    if take is not None and is_believed and _was_seen_just_now(case, take):
        return _recorded(case, memory, take, wanted)
    if case.observation is None:
        return Verdict(memory, Phase.STARTING)  # it is being asked for the first time
    if amiss.explains(case, memory, tracked):
        return Verdict(memory, memory.phase)
    phase = Phase.UNVERIFIED if is_believed else Phase.BLOCKED
    return Verdict(memory, phase, problems=(problems.dvr_blind(case, memory, why),))


def _was_seen_just_now(case: Case, take: Running) -> bool:
    return take.confirmed is not None and not case.sight.passed(take.confirmed, case.blind_after)


def _on_hold(case: Case, memory: ChannelMemory, wanted: Wanted, seen: Seen) -> Verdict:
    """A person has the channel: nothing is sent, whatever is seen."""
    take, theirs = memory.running, memory.theirs
    if take is not None:
        is_paused = isinstance(seen, Ours) and seen.site.source.is_paused
        is_blind = not is_paused and not _was_seen_just_now(case, take)
        phase = Phase.UNVERIFIED if is_blind else Phase.RECORDING
    else:
        is_blind = False
        phase = Phase.IDLE if theirs is None else _PHASES[theirs.whose]
    if isinstance(seen, Unfit):
        return _blocked(case, memory, wanted, seen.problem)
    source = seen.site.source if isinstance(seen, NotOurs) else None
    held = problems.held(case.channel, memory, wanted.job, source=source, is_blind=is_blind)
    if isinstance(seen, Ours) and wanted.job is not None:
        of_take = (*problems.on_air(seen.site, seen.take), *problems.gap(case, memory, seen.take))
        return Verdict(memory, phase, problems=(held, *of_take))
    if isinstance(seen, NotOurs) and (wanted.job is None or phase is Phase.DOUBTFUL):
        runaway = problems.not_ours(seen.site, seen.theirs, None)
        return Verdict(memory, phase, problems=(held, *runaway))
    return Verdict(memory, phase, problems=(held,))


def _record(site: Site, memory: ChannelMemory, take: Running, wanted: Wanted) -> Verdict:
    """Our take of the job runs: look after its name, and say what is not well with it."""
    action = None
    if _lacks_its_name(site, take):
        memory, action = commands.repeat(site, memory, Verb.RENAME, "the take does not bear its name")
    elif memory.attempt is not None and not commands.is_flying(memory.attempt, site.moment):
        memory = replace(memory, attempt=None)
    verdict = _recorded(site.case, memory, take, wanted)
    on_air = (*problems.on_air(site, take), *ahead.threats(site, take))
    return replace(verdict, action=action, problems=(*verdict.problems, *on_air))


def _lacks_its_name(site: Site, take: Running) -> bool:
    return not take.borne and site.case.traits.names_apart


def _recorded(case: Case, memory: ChannelMemory, take: Running, wanted: Wanted) -> Verdict:
    tracked = _job(wanted)
    sure = case.primary.state is DeviceState.OK and tracked.lost is None
    shown = problems.while_recording(case, memory, take, tracked)
    if wanted.waiting:
        shown = (*shown, problems.shared_take(case.channel, take, wanted.waiting))
    if not _was_seen_just_now(case, take):
        return Verdict(memory, Phase.UNVERIFIED, problems=shown)
    return Verdict(memory, Phase.RECORDING if sure else Phase.KEEPING, problems=shown)


def _stop(site: Site, memory: ChannelMemory, take: Running, wanted: Wanted, why: str) -> Verdict:
    """End our take; but a vrmon that has just begun stops nothing before the primary has told its jobs. A
    drill was no job of the primary's."""
    case = site.case
    if not case.primary.answered and not take.job.is_drill and not is_ended_by_hand(memory):
        return Verdict(memory, Phase.KEEPING, problems=problems.unproven(case, take))
    memory, action = commands.repeat(site, memory, Verb.STOP, why)
    shown = (*problems.stopping(site, memory, take), *_before_start(site, wanted))
    return Verdict(
        memory, Phase.STOPPING, action=action, problems=(*shown, *_of_release(case, memory, wanted))
    )


def _begin(site: Site, memory: ChannelMemory, wanted: Wanted) -> Verdict:
    """Nothing runs, and the job is there to be recorded."""
    tracked, action = _job(wanted), None
    if memory.is_at_a_drill and memory.take is not None and memory.take.job != tracked.job:
        memory, action = _make_way(site, memory)
    take = memory.take
    if take is None or take.job == tracked.job or not may_turn_up(take, site.case):  # it cannot turn up
        why = "the take has died" if memory.losses is not None else "the job is active"
        memory, action = starting.start(site, memory, tracked, why)
    shown = problems.while_starting(site, memory)
    phase = Phase.BLOCKED if shown else Phase.STARTING
    return Verdict(memory, phase, action=action, problems=(*shown, *_before_start(site, wanted)))


def _make_way(site: Site, memory: ChannelMemory) -> commands.Step:
    """A drill that no look has shown yet may be there all the same, until it has been stopped."""
    if not may_turn_up(memory.take, site.case):
        return memory, None
    attempt = memory.attempt
    if attempt is not None and attempt.has_stopped(site.source, site.began):
        return replace(memory, take=None, attempt=None), None
    return commands.repeat(site, memory, Verb.STOP, "a job has begun in the midst of the drill")


def _rest(site: Site, memory: ChannelMemory, wanted: Wanted) -> Verdict:
    """Nothing runs, and nothing is to: forget what was begun once it cannot turn up any more."""
    flying = memory.attempt is not None and commands.is_flying(memory.attempt, site.moment)
    if not flying and not may_turn_up(memory.take, site.case):
        memory = replace(memory, take=None, attempt=None)
    return Verdict(
        memory, Phase.IDLE, problems=(*_before_start(site, wanted), *_of_release(site.case, memory, wanted))
    )


def _before_start(site: Site, wanted: Wanted) -> tuple[Problem, ...]:
    """What the next take has to do with: it is so whatever a job, or the take before, is at meanwhile."""
    channel, source, destinations = site.case.channel, site.source, site.case.destinations
    is_needed = wanted.job is not None and not wanted.job.job.is_drill
    found = problems.before_start(channel, source, destinations, is_needed=is_needed)
    return (*found, *ahead.threats(site, None))


def _at_rest(case: Case, memory: ChannelMemory, wanted: Wanted, seen: Seen) -> tuple[Problem, ...]:
    """The same in the midst of a drill: what comes of that is told when it is over."""
    match seen:
        case Unfit(problem):
            return (problems.before_air(case.channel, problem),)
        case Blind(_):
            return amiss.still(case, memory, None)
        case Idle(site) | Ours(site, _) | NotOurs(site, _):
            return _before_start(site, wanted)


def _leave(site: Site, memory: ChannelMemory, theirs: Theirs, wanted: Wanted) -> Verdict:
    """A recording that is not ours, as far as we know: it is left alone."""
    shown = problems.not_ours(site, theirs, None if wanted.want is Want.RELEASED else wanted.job)
    shown = (*shown, *_before_start(site, wanted), *_of_release(site.case, memory, wanted))
    return Verdict(memory, _PHASES[theirs.whose], problems=shown)


def _of_release(case: Case, memory: ChannelMemory, wanted: Wanted) -> tuple[Problem, ...]:
    """What is said of a job whose take a person has ended, or its length."""
    if wanted.want is not Want.RELEASED or wanted.job is None:
        return ()
    if wanted.job.job == memory.overrun:
        return problems.overrun(case, memory, wanted.job)
    return (problems.released(case.channel, wanted.job),)


def _next_look(site: Site, verdict: Verdict) -> float | None:
    """At once (0) where only a look is lacking, and soon while a command waits to be seen."""
    memory, moment = verdict.memory, site.moment
    attempt = memory.attempt
    if memory.hold is not None:
        return None
    if verdict.action is None and _lacks_only_a_look(site, verdict):
        return 0.0
    if attempt is None:
        return None
    if attempt.ended is None:
        return 0.0 if starting.wants_look_for_name(site, attempt) else None
    if moment.reached(attempt.due):
        return None
    return 0.0 if attempt.must_look(site.began) else site.ended + _PACE


def _lacks_only_a_look(site: Site, verdict: Verdict) -> bool:
    """Whether the next command is due, but for a look that is fresh enough."""
    memory = verdict.memory
    if verdict.phase is Phase.STOPPING:
        return commands.is_due(memory, Verb.STOP, site) and not site.is_fresh
    if verdict.is_recorded and memory.running is not None and _lacks_its_name(site, memory.running):
        return commands.is_due(memory, Verb.RENAME, site) and not site.is_fresh
    if verdict.phase not in (Phase.STARTING, Phase.BLOCKED):
        return False
    if memory.running is not None:
        return commands.is_due(memory, Verb.RESUME, site) and not site.is_fresh
    return starting.is_ready(site, memory) and starting.wants_look(site, memory)


def _timed(case: Case, verdict: Verdict, wanted: Wanted) -> Verdict:
    """With promise 3's clock: a job without a recording that was seen is told of, whoever is to blame."""
    memory, take = verdict.memory, verdict.memory.running
    if memory.hold is not None or wanted.want is not Want.ACTIVE:
        return verdict
    tracked, moment = _job(wanted), case.moment
    if take is not None and take.job == tracked.job and take.confirmed is not None:
        since, moment = take.confirmed + (case.poll_interval if verdict.is_recorded else 0.0), case.sight
    elif memory.losses is not None:  # not before this process can have seen what followed it
        since = max(memory.losses.seen, starting.wanted_since(case, tracked))
    else:
        since = starting.wanted_since(case, tracked)
    is_told = any(one.severity is not Severity.INFO for one in verdict.problems)
    is_critical = moment.passed(since, _CRITICAL_AFTER)
    is_degraded = is_critical or moment.passed(since, _DEGRADED_AFTER)
    if not is_degraded or (is_told and _is_explained(verdict)):
        return verdict
    late = problems.not_verified(case, verdict, since, is_late=is_critical)
    phase = Phase.UNVERIFIED if verdict.is_recorded else verdict.phase
    return replace(verdict, phase=phase, problems=(*verdict.problems, late))


def _is_explained(verdict: Verdict) -> bool:
    """Whether its problems say already why there is no recording of ours that was seen."""
    return verdict.phase in (Phase.FOREIGN, Phase.DOUBTFUL) or any(
        one.severity is Severity.CRITICAL for one in verdict.problems
    )
