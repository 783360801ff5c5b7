"""Drills from plan to plan: whether one may begin, whose turn it is, and what becomes of it.

Its job is carried out as any other. It gives way to everything: a real job, a person, a device that is not
well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from vrmon.model import DeviceState, Job, Odd, Phase, Problem, Schedule, Source
from vrmon.plan import ahead, jobs, names, problems
from vrmon.plan.case import Case
from vrmon.plan.drill import STAMP_LENGTH, Drill, DrillResult, begun_at, prefix
from vrmon.plan.memory import NEW_CHANNEL, ChannelMemory, Running, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.plan.rights import Role
from vrmon.plan.sources import Found
from vrmon.plan.world import Plan
from vrmon.settings import Channel, Settings
from vrmon.text import span

_PATIENCE = 15.0  # seconds for its take to be seen, and to be gone again, beyond the recorder's own grace
_BEGINS = 5.0  # seconds between the drill and the beginning of its take, by two clocks
_LATE = 3600.0  # seconds after their time of day until which the drills may begin
_ROUND = 6 * 3600.0  # the same until which a channel's turn may come, once they have
_AGAIN = 300.0  # seconds until one is tried again that was busy


def go_on(case: Case, memory: ChannelMemory, found: Found | None) -> ChannelMemory:
    """What becomes of the drill by what is known now; `found`: what the channel's source is found to be."""
    drill, take = memory.drill, memory.running
    if drill is None:
        return memory
    if drill.failed is not None and take is not None and not take.job.is_drill and take.confirmed is not None:
        drill = replace(drill, failed=None)  # a job's own take proves as much
    if drill.is_running:
        drill = _gone_on(case, memory, drill, found)
    return memory if drill is memory.drill else replace(memory, drill=drill)


def _gone_on(case: Case, memory: ChannelMemory, drill: Drill, found: Found | None) -> Drill:
    moment, take = case.moment, memory.take
    why = _gives_way_to(case, memory, drill, found)
    if why:
        return drill.refused(why)
    is_its_take = take is not None and take.job == drill.job
    if drill.enough is not None:
        return _ending(case, drill) if is_its_take else drill.went_well()
    why = _broken(case, memory, found)
    if why:
        return drill.has_failed(why, moment.now)
    if not (is_its_take and isinstance(take, Running)):
        if moment.passed(drill.when, _PATIENCE + case.traits.start_grace):
            return drill.has_failed(_why_not(case, memory, found), moment.now)
        return drill
    if take.confirmed is not None and take.confirmed - take.started >= drill.seconds:
        return _ending(case, replace(drill, enough=moment.now))
    if moment.passed(take.started, drill.seconds + _PATIENCE):
        return drill.has_failed(_why_not(case, memory, found), moment.now)
    return drill


def _ending(case: Case, drill: Drill) -> Drill:
    """Its take has run for long enough, and is to be stopped."""
    assert drill.enough is not None  # noqa: S101 - it is what says so
    if case.moment.passed(drill.enough, _PATIENCE + case.traits.stop_grace):
        return drill.has_failed("its take does not end", case.moment.now)
    return drill


def _gives_way_to(case: Case, memory: ChannelMemory, drill: Drill, found: Found | None) -> str:
    channel, told = case.channel, case.primary_told
    on_ingest = case.primary.jobs.on(channel.ingest)
    if on_ingest:
        return f"job {problems.called_job(on_ingest[0])!r} has begun"
    if memory.hold is not None:
        return "the channel was put on hold"
    if case.primary.state is not DeviceState.OK:
        return f"{channel.primary} does not answer as it should"
    if told is not None and jobs.may_hide(told, channel.ingest):
        return f"{channel.primary} sent nonsense about its ingest"
    if memory.theirs is not None:
        return "somebody else records its source"
    if not isinstance(found, Source):
        return ""
    left = max(drill.when + drill.seconds - case.moment.now, 0.0) + _PATIENCE
    return _scheduled(case.schedules, channel.dvr, found, case.moment, case.epoch, left)


def _scheduled(
    entries: tuple[Schedule, ...], dvr: str, source: Source, moment: Moment, epoch: float, seconds: float
) -> str:
    """What the recorder's own schedule has on the source within so many seconds: its recording would fail, or
    end the drill's."""
    found = ahead.scheduled(entries, source.unique_id, moment, epoch, seconds)
    if found is None:
        return ""
    entry, begins = found
    is_due = moment.reached(begins)
    when = "has its source now" if is_due else f"begins on its source in {span(begins - moment.now)}"
    return f"the schedule {(entry.name or entry.unique_id)!r} of {dvr} {when}"


def _broken(case: Case, memory: ChannelMemory, found: Found | None) -> str:
    """Why it cannot become a good one any more."""
    if memory.losses is not None:
        return f"{memory.losses.name!r} ended by itself"
    if isinstance(found, Problem):
        return _told(case, found)
    if memory.running is not None and not isinstance(found, Odd | None) and found.leads_nowhere:
        return "it is recorded to nothing: its source has no destination"
    return ""


def _why_not(case: Case, memory: ChannelMemory, found: Found | None) -> str:
    """Why its take was not seen to run, or not for long enough."""
    attempt, dvr = memory.attempt, case.channel.dvr
    if found is None or isinstance(found, Odd):
        return f"{dvr} does not say whether its source records"
    if memory.running is not None:
        return f"{dvr} does not show the take recording"
    if attempt is not None and attempt.error:
        return attempt.error.rstrip(".")
    return f"{dvr} was not seen to record"


def _told(case: Case, problem: Problem) -> str:
    return problem.told(**case.traits.called).message.rstrip(".")


def forgotten(case: Case, memory: ChannelMemory, source: Source) -> Job | None:
    """The drill of which a vrmon that has forgotten all finds the take: it bears the name of one, and began
    when that says. One that was begun later, under the name that the drill has left, is somebody's; so is one
    of which the recorder does not tell when it began, which is told as a runaway."""
    shown, rights = source.recording_name, case.rights
    if memory.drill is not None or not shown or source.starts is None:
        return None
    if rights is not None and rights.role(case.moment) is not Role.LEADER:
        return None  # it may be the other host's
    stamp, traits = shown[-STAMP_LENGTH:], case.traits
    began = begun_at(stamp)
    if began is None or abs(source.starts - began) > _BEGINS or traits.fold(shown) in case.dvr.ledger:
        return None
    is_its_name = names.is_spelled(traits, traits.fit(f"{prefix(case.channel)}{stamp}"), shown)
    return Job.drill(case.channel.ingest, stamp) if is_its_name else None


def refusal(
    settings: Settings, planned: Plan, channel: Channel, seconds: float, now: float, epoch: float
) -> str:
    """Why the channel cannot be drilled for so many seconds from `now` on; "" where it can."""
    memory = planned.memory.channels.get(channel.key, NEW_CHANNEL)
    primary, dvr = planned.memory.primaries[channel.primary], planned.memory.dvrs[channel.dvr]
    on_ingest: tuple[TrackedJob, ...] = primary.jobs.on(channel.ingest)
    if on_ingest:
        return f"job {problems.called_job(on_ingest[0])!r} is on its ingest"
    if memory.hold is not None:
        return "it is on hold"
    for name, state in ((channel.primary, primary.state), (channel.dvr, dvr.state)):
        if state is not DeviceState.OK:
            return f"{name} {'has not answered yet' if state is None else 'does not answer as it should'}"
    for other in settings.on_dvr(channel.dvr):
        drill = planned.memory.channels.get(other.key, NEW_CHANNEL).drill
        if drill is not None and drill.is_running:
            return f"a drill of {other.name} runs on {channel.dvr}"
    verdict = planned.verdicts[settings.places[channel.key]][1]
    if verdict.phase is Phase.BLOCKED and verdict.problems:
        return verdict.problems[0].message.rstrip(".")
    source = verdict.source
    if source is None or source.is_recording or not verdict.rests:
        shown = "" if source is None or not source.recording_name else f": {source.recording_name!r}"
        return f"its source is not idle{shown}"
    entries = planned.schedules.get(channel.dvr, ())
    patience = seconds + 2 * _PATIENCE
    scheduled = _scheduled(entries, channel.dvr, source, Moment(now), epoch, patience)
    if scheduled:
        return scheduled
    clear = settings.drill.clear
    if memory.job_ended is not None and not Moment(now).passed(memory.job_ended, clear):
        return f"its last job ended {span(now - memory.job_ended)} ago, less than [drill] clear ({clear:g} s)"
    return ""


def turn(settings: Settings, planned: Plan, now: float, epoch: float) -> Channel | None:
    """The channel whose turn it is by the time of day of the settings: one after another, each once, and then
    those again that were busy, as soon as they can be drilled."""
    if not settings.drill.at:
        return None
    moment, begins = Moment(now), _last(settings.drill.at, now + epoch) - epoch
    if moment.passed(begins, _ROUND):
        return None
    drills = [planned.memory.channels.get(one.key, NEW_CHANNEL).drill for one in settings.channels]
    if any(one is not None and one.is_running for one in drills):
        return None
    has_begun = any(one is not None and begins <= one.when < begins + _LATE for one in drills)
    if moment.passed(begins, _LATE) and not has_begun:
        return None
    pairs = tuple(zip(settings.channels, drills, strict=True))
    new = next((channel for channel, one in pairs if one is None or one.when < begins), None)
    if new is not None:
        return new
    seconds = settings.drill.seconds
    return next(
        (
            channel
            for channel, one in pairs
            if one is not None and one.result is DrillResult.REFUSED and not channel.spare
            if moment.passed(one.when, _AGAIN)
            if not refusal(settings, planned, channel, seconds, now, epoch)
        ),
        None,
    )


def _last(at: str, now: float) -> float:
    """When it was last so late on the clock on the wall, in Unix time: once a day, also where that hour comes
    twice, or never."""
    hour, minute = map(int, at.split(":"))
    today = datetime.fromtimestamp(now)
    begins = ahead.wall_clock(today, 60 * hour + minute)
    if Moment(now).reached(begins):
        return begins
    return ahead.wall_clock(today - timedelta(days=1), 60 * hour + minute)
