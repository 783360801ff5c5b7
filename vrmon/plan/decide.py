"""What one channel needs now: from what is wanted, what is seen, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vrmon.model import Action, DeviceState, Odd, Phase, Problem, Source, Verb
from vrmon.plan import commands, problems, sources, starting, takes
from vrmon.plan.adopt import adopt
from vrmon.plan.case import Case
from vrmon.plan.choose import choose, runs
from vrmon.plan.commands import Site
from vrmon.plan.jobs import on_ingest
from vrmon.plan.memory import ChannelMemory, TrackedJob


@dataclass(frozen=True)
class Verdict:
    """What came of it. `look`: when the DVR should be looked at again, None for its usual pace."""

    memory: ChannelMemory
    phase: Phase
    job: TrackedJob | None = None
    waiting: tuple[TrackedJob, ...] = ()
    source: Source | None = None
    action: Action | None = None
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    look: float | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether its job has a take of its own that was seen a moment ago."""
        take = self.memory.take
        ours = self.job is not None and take is not None and take.job == self.job.job
        return ours and self.phase in (Phase.RECORDING, Phase.KEEPING)


PACE = 0.25  # seconds between two looks while a command waits to be seen


def decide(case: Case, memory: ChannelMemory) -> Verdict:
    found = None
    if case.observation is not None and case.observation.seen is not None:
        found = _find(case, memory, case.observation.seen, case.observation.odd)
        if case.new_look and isinstance(found, Source):
            memory = takes.observe(
                memory,
                takes.Look(found, case.observation.ended, case.dvr.previous, case.dvr.first, case.traits),
            )
    jobs = on_ingest(case.primary.jobs, case.channel.ingest)
    tracked = choose(jobs, memory, case)
    memory = _turn_to(memory, tracked, case.now)
    waiting = tuple(one for one in jobs if one.present and one is not tracked)
    verdict = replace(_act(case, memory, tracked, found), job=tracked, waiting=waiting)
    if not waiting or not verdict.is_recorded or verdict.memory.take is None:
        return verdict
    shared = problems.shared_take(case.channel, verdict.memory.take, waiting)
    return replace(verdict, problems=(*verdict.problems, shared))


def _turn_to(memory: ChannelMemory, tracked: TrackedJob | None, now: float) -> ChannelMemory:
    if memory.hold is not None and memory.hold.until is not None and now >= memory.hold.until:
        memory = replace(memory, hold=None)
    job = tracked.job if tracked is not None else None
    if job != memory.job:
        memory = replace(memory, job=job, deaths=0, died=None, lost_take="")
    return memory if _is_released(memory, tracked) else replace(memory, released=None)


def _is_released(memory: ChannelMemory, tracked: TrackedJob | None) -> bool:
    """Whether what a person ended is still the channel's concern, and its job has not been seen since."""
    if memory.released is None:
        return False
    job, when = memory.released
    if tracked is not None and tracked.job == job:
        return not tracked.present or tracked.last_seen <= when
    return _is_ended_by_hand(memory)


def _is_ended_by_hand(memory: ChannelMemory) -> bool:
    """Whether a person has ended the take that the channel has."""
    return memory.released is not None and memory.take is not None and memory.take.job == memory.released[0]


def _act(
    case: Case, memory: ChannelMemory, tracked: TrackedJob | None, found: Source | Odd | Problem | None
) -> Verdict:
    if found is None or case.observation is None:
        return _blind(case, memory, tracked)
    if isinstance(found, Odd):
        untold = replace(case.observation, state=DeviceState.UNKNOWN, reason=found.why)
        return _blind(replace(case, observation=untold), memory, tracked)
    if isinstance(found, Problem):
        problem = found if tracked is not None else problems.before_air(found)
        return Verdict(memory, Phase.BLOCKED, problems=(problem,))
    site = Site(
        case.channel,
        case.sync,
        found,
        case.dvr,
        case.traits,
        began=case.observation.began,
        ended=case.observation.ended,
        now=case.now,
        epoch=case.epoch,
    )
    memory = adopt(site, memory, tracked)
    if memory.hold is not None:
        verdict = _on_hold(case, memory, tracked)
    elif tracked is None:
        verdict = _unwanted(case, site, memory)
    elif memory.released is not None and memory.released[0] == tracked.job:
        verdict = _unwanted(case, site, memory)
        verdict = replace(verdict, problems=(*verdict.problems, problems.released(case.channel, tracked)))
    else:
        verdict = _wanted(case, site, memory, tracked)
    return replace(verdict, source=found, look=_next_look(site, verdict))


def _find(
    case: Case, memory: ChannelMemory, seen: tuple[Source, ...], odd: tuple[Odd, ...]
) -> Source | Odd | Problem:
    """The source of the take that is under way, whatever the channel means by now; else the channel's.

    When the take's source is gone, the channel may have been given another by name. An index proves
    nothing then: it has moved.
    """
    take = memory.take
    if take is not None and take.under_way:
        found = sources.find(seen, take.source)
        if found is not None:
            return found
        untold = sources.find_odd(odd, take.source)
        if untold is not None:
            return untold
        if isinstance(case.channel.source, int):
            return problems.source_vanished(case.channel, take.source)
    meant = sources.resolve(seen, case.channel, odd)
    key = case.channel.key
    if isinstance(meant, Source) and case.claims.get(meant.unique_id, key) != key:
        return problems.source_conflict(case.channel, meant)
    if isinstance(meant, Problem) and take is not None and take.under_way:
        return problems.source_vanished(case.channel, take.source)
    return meant


def _blind(case: Case, memory: ChannelMemory, tracked: TrackedJob | None) -> Verdict:
    """The DVR does not answer: nothing is sent, and what was seen last counts for a moment only."""
    take = memory.take
    fresh = take is not None and take.confirmed is not None and case.now - take.confirmed <= case.blind_after
    if memory.hold is not None:
        held = _on_hold(case, memory, tracked)
        return held if fresh or held.phase != Phase.RECORDING else replace(held, phase=Phase.BLOCKED)
    if tracked is None:
        return Verdict(memory, Phase.IDLE if take is None or take.started is None else Phase.STOPPING)
    if fresh and take is not None and take.job == tracked.job:
        return _recorded(case, memory, tracked)
    if case.observation is None:
        return Verdict(memory, Phase.STARTING)  # it is being asked for the first time
    return Verdict(
        memory,
        Phase.BLOCKED,
        problems=(problems.dvr_blind(case.channel, case.observation, take, case.dvr_problem, case.now),),
    )


def _on_hold(case: Case, memory: ChannelMemory, tracked: TrackedJob | None) -> Verdict:
    ours = memory.take is not None and memory.take.started is not None
    phase = Phase.RECORDING if ours else Phase.FOREIGN if memory.foreign else Phase.IDLE
    return Verdict(memory, phase, problems=problems.held(case.channel, memory, tracked))


def _recording_phase(case: Case, tracked: TrackedJob) -> Phase:
    sure = case.primary.state is DeviceState.OK and tracked.lost is None
    return Phase.RECORDING if sure else Phase.KEEPING


def _wanted(case: Case, site: Site, memory: ChannelMemory, tracked: TrackedJob) -> Verdict:
    take = memory.take
    if take is None or take.started is None:
        if site.source.is_recording:
            return Verdict(memory, Phase.FOREIGN, problems=(problems.foreign(site, tracked),))
        return _begin(case, site, memory, tracked)
    if take.job != tracked.job:
        return _stop(case, site, memory, "a new job has begun on this ingest")
    if site.source.is_paused:
        memory, action = commands.repeat(site, memory, Verb.RESUME, "the take of an active job is paused")
        return Verdict(memory, Phase.STARTING, action=action, problems=(problems.paused(site, memory),))
    action = None
    if not take.borne and case.traits.names_apart:
        memory, action = commands.repeat(site, memory, Verb.RENAME, "the take does not bear its name")
    elif memory.attempt is not None and not memory.attempt.flying(case.now):
        memory = replace(memory, attempt=None)
    warned = problems.destination_warnings(case.channel, site.source, case.destinations)
    verdict = _recorded(case, memory, tracked)
    return replace(verdict, action=action, problems=(*verdict.problems, *warned))


def _recorded(case: Case, memory: ChannelMemory, tracked: TrackedJob) -> Verdict:
    shown = problems.while_recording(
        case.channel, memory, tracked, case.primary, case.primary_problem, case.sync, case.now
    )
    return Verdict(memory, _recording_phase(case, tracked), problems=shown)


def _stop(case: Case, site: Site, memory: ChannelMemory, why: str) -> Verdict:
    """End our take; but a vrmon that has just begun stops nothing before the primary has told its jobs."""
    if not case.primary.answered and not _is_ended_by_hand(memory):
        asked = case.primary.state is not None
        shown = problems.unproven(case.channel, memory.take, case.primary_problem) if asked else ()
        return Verdict(memory, Phase.KEEPING, problems=shown)
    memory, action = commands.repeat(site, memory, Verb.STOP, why)
    return Verdict(memory, Phase.STOPPING, action=action, problems=problems.stopping(site, memory))


def _begin(case: Case, site: Site, memory: ChannelMemory, tracked: TrackedJob) -> Verdict:
    if not tracked.present:
        return Verdict(memory, Phase.IDLE)  # it is not there to be recorded, and its end is not proven yet
    take = memory.take
    if take is not None and take.job != tracked.job and runs(take, memory, case):
        action = None  # the take before may still turn up
    else:
        why = "the take has died" if memory.died is not None else "the job is active"
        memory, action = starting.start(site, memory, tracked, why)
    shown = problems.while_starting(site, memory)
    return Verdict(memory, Phase.BLOCKED if shown else Phase.STARTING, action=action, problems=shown)


def _unwanted(case: Case, site: Site, memory: ChannelMemory) -> Verdict:
    take = memory.take
    if take is not None and take.started is not None:
        why = "a person ended it" if _is_ended_by_hand(memory) else "the job has ended"
        return _stop(case, site, memory, why)
    flying = memory.attempt is not None and memory.attempt.flying(case.now)
    if not flying and (take is None or not runs(take, memory, case)):
        memory = replace(memory, take=None, attempt=None)
    if site.source.is_recording:
        return Verdict(memory, Phase.FOREIGN)
    warned = problems.destination_warnings(case.channel, site.source, case.destinations)
    return Verdict(memory, Phase.IDLE, problems=(*problems.before_start(case.channel, site.source), *warned))


def _next_look(site: Site, verdict: Verdict) -> float | None:
    """Look at once where a start waits for it, and soon while a command waits to be seen."""
    memory = verdict.memory
    attempt = memory.attempt
    if verdict.action is None and _lacks_only_a_look(site, verdict):
        return site.now
    if attempt is None or attempt.ended is None or site.now >= attempt.due:
        return None
    return site.now if attempt.must_look(site.began) else max(site.now, site.ended + PACE)


def _lacks_only_a_look(site: Site, verdict: Verdict) -> bool:
    """Whether the next command is due, but for a look that is fresh enough."""
    memory = verdict.memory
    if site.fresh or memory.hold is not None:
        return False
    if verdict.phase == Phase.STOPPING:
        return commands.due(memory.attempt, Verb.STOP, site)
    if verdict.phase not in (Phase.STARTING, Phase.BLOCKED):
        return False
    if memory.take is not None and memory.take.started is not None:
        return commands.due(memory.attempt, Verb.RESUME, site)
    return starting.ready(site, memory) and starting.wants_look(site, memory)
