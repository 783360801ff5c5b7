"""What the configuration does not name: takes whose channel is gone, jobs that no channel mirrors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.catalog import Code, Situation
from vrmon.model import DvrObservation, Fact, Phase, Problem, Source
from vrmon.plan import following, problems, starting
from vrmon.plan.following import Shown
from vrmon.plan.memory import ChannelMemory, DvrMemory, Naming, PrimaryMemory, Running, Sent, Take, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.plan.sources import by_id
from vrmon.settings import ChannelKey, Settings
from vrmon.traits import PLAIN

_TURNS_UP = (
    30.0  # seconds within which a take begins whose record command has gone out, or goes on after a split
)
_TOLD = 86_400.0  # seconds for which a take is told of that nobody can see any more


def carry_holds(settings: Settings, channels: dict[ChannelKey, ChannelMemory]) -> None:
    """A channel whose primary is called otherwise by now is the same one: a person who has it keeps it."""
    for gone in [key for key, one in channels.items() if one.hold is not None and key not in settings.keys]:
        place = gone.ingest, gone.dvr
        heirs = [key for key in settings.keys if (key.ingest, key.dvr) == place and key not in channels]
        for key in heirs:
            channels[key] = ChannelMemory(hold=channels[gone].hold)
        if heirs:
            channels[gone] = replace(channels[gone], hold=None)


def forget(
    settings: Settings,
    channels: dict[ChannelKey, ChannelMemory],
    dvrs: dict[str, DvrMemory],
    looks: Mapping[str, DvrObservation | None],
    moment: Moment,
) -> None:
    """Drop what is remembered of channels that are gone, but for holds, and for takes that may still run and
    that no other channel has taken over. Such a take is followed: the names that it bears are in use."""
    if len(channels) <= len(settings.keys):
        return
    left = [key for key in channels if key not in settings.keys]
    takes = [(key.dvr, one.take) for key, one in channels.items() if key in settings.keys and one.take]
    there = {(dvr, take.source): take for dvr, take in takes}
    for key in left:
        before, look = channels[key], looks.get(key.dvr)
        shown = _shown(settings, key, before.take, look)
        memory = before if shown is None else _looked_at(before, shown, moment)
        take = memory.take
        other = None if take is None else there.get((key.dvr, take.source))
        if isinstance(take, Sent) and isinstance(other, Naming | Sent):
            # What it records, if it does, has got that name meanwhile.
            take = take.also_called(other.given)
            memory = replace(memory, take=take)
        if (
            not isinstance(take, Running | Sent)
            or isinstance(other, Running)
            or _is_over(memory, take, look, is_watched=key.dvr in settings.dvrs, moment=moment)
        ):
            if memory.hold is None:
                del channels[key]
            else:
                channels[key] = ChannelMemory(hold=memory.hold)
            continue
        channels[key] = memory
        if shown is not None:
            dvrs[key.dvr] = starting.reserve(dvrs[key.dvr], key, before.take, take, shown.traits)


def _shown(
    settings: Settings, key: ChannelKey, take: Take | None, observation: DvrObservation | None
) -> Shown | None:
    """What the last look shows of the take's source, where it is a new one and the DVR tells of it."""
    device, source = settings.dvrs.get(key.dvr), _source(take, observation)
    if device is None or observation is None or source is None:
        return None
    is_known = isinstance(take, Running) and take.seen == observation.ended
    return None if is_known else Shown(source, observation, device.traits, device.poll_interval)


def _looked_at(memory: ChannelMemory, shown: Shown, moment: Moment) -> ChannelMemory:
    """What a look shows of a take taken in, as for a channel that is there. Some builds show a source idle
    for a moment where they split a recording: what is recorded there after that is ours only by its date or
    its name, and so is what turns up after a record command that nobody has seen obeyed."""
    take = memory.take
    if not isinstance(take, Sent | Running):
        return memory
    grace, name = shown.traits.start_grace, shown.source.recording_name
    was_idle = memory.phase is Phase.IDLE and memory.phase_since is not None
    if isinstance(take, Sent):
        return replace(memory, take=_turned_up(take, shown))
    if not shown.source.is_recording:
        return memory if was_idle else replace(memory, phase=Phase.IDLE, phase_since=moment.now)
    if was_idle and not following.has_its_date(take, shown.source):
        is_late = memory.phase_since is not None and moment.passed(memory.phase_since, grace)
        if is_late or name not in (None, take.name):
            return replace(memory, take=None)
    memory = replace(memory, phase=Phase.RECORDING) if was_idle else memory
    is_ours = following.may_be_it(take, shown.source, shown.traits)
    return replace(memory, take=following.seen_again(take, shown)) if is_ours else memory


def _turned_up(take: Sent, shown: Shown) -> Take | None:
    """A take that no look has shown yet, by this one: it is there, or may come; or something else is there,
    and the recorder has had its grace."""
    if shown.look.began < take.sent:
        return take
    is_expired, name = take.is_expired(shown.look, shown.traits.start_grace), shown.source.recording_name
    if not shown.source.is_recording:
        looked = shown.look.ended if take.looked is None else take.looked
        return replace(take, looked=looked, overdue=is_expired)
    if shown.may_be(*take.names) or (name is None and not take.overdue):
        return following.begun(take, shown, "its name")
    return None if is_expired else take


def _is_over(
    memory: ChannelMemory,
    take: Running | Sent,
    observation: DvrObservation | None,
    *,
    is_watched: bool,
    moment: Moment,
) -> bool:
    """Whether it has ended, or has been out of sight for so long that nobody wants to hear of it."""
    source = _source(take, observation)
    if source is not None and source.is_recording:
        return False
    if source is not None:
        idle = take.sent if isinstance(take, Sent) else memory.phase_since
        return idle is None or moment.passed(idle, _TURNS_UP)
    is_silent = is_watched and (observation is None or observation.seen is None)
    since = take.sent if isinstance(take, Sent) else take.confirmed or take.started
    return not is_silent and moment.passed(since, _TOLD)


def _source(take: Take | None, observation: DvrObservation | None) -> Source | None:
    """The one that it runs on, where the DVR tells of it."""
    shown = None if observation is None else observation.seen
    return by_id(shown, take.source) if shown is not None and isinstance(take, Sent | Running) else None


def _runs(take: Running | Sent, observation: DvrObservation | None) -> bool:
    """Whether its source records, or had shown it when it was seen last."""
    source = _source(take, observation)
    return isinstance(take, Running) if source is None else source.is_recording


def of_leftovers(
    settings: Settings,
    primaries: Mapping[str, PrimaryMemory],
    channels: Mapping[ChannelKey, ChannelMemory],
    dvrs: Mapping[str, DvrObservation | None],
) -> Iterator[Problem]:
    """The takes that were left running; what goes on after its job is over is nobody's any more."""
    left = channels.keys() - settings.keys if len(channels) > len(settings.keys) else ()
    for key in left:
        take = channels[key].take
        if not isinstance(take, Running | Sent) or not _runs(take, dvrs.get(key.dvr)):
            continue
        primary = primaries.get(key.primary)
        tracked = None if primary is None else primary.jobs.get(take.job)
        is_over = primary is not None and primary.answered and (tracked is None or not tracked.present)
        device = settings.dvrs.get(key.dvr)
        name = take.name if isinstance(take, Running) else take.given
        facts: dict[str, Fact] = {"name": name, "ended": take.job.id if is_over else ""}
        yield Problem.of(
            Code.LEFTOVER_TAKE,
            f"{key.dvr} {take.source}",
            Situation.JOB_OVER if is_over else Situation.ON_AIR,
            **facts,
            **(PLAIN if device is None else device.traits).called,
        )


def of_jobs(settings: Settings, name: str, primary: PrimaryMemory) -> Iterator[Problem]:
    """The active jobs of a primary that no channel mirrors; worse where it lists none of the channels'
    ingests, which are probably mistyped."""
    strange: dict[str, list[TrackedJob]] = {}
    for tracked in active(settings, name, primary):
        strange.setdefault(tracked.job.ingest, []).append(tracked)
    for ingest, those in strange.items():
        is_one = len(those) == 1
        facts = {"job": problems.called_job(those[0])} if is_one else {"jobs": problems.called_jobs(those)}
        problem = Problem.of(Code.UNMAPPED_JOB, f"{name} {ingest}", **facts)
        yield replace(problem, concerns=frozenset(one.job.mark for one in those))
    if primary.left_out:
        yield Problem.of(Code.JOBS_LEFT_OUT, name, count=primary.left_out)
    mapped = settings.ingests(name)
    if strange and mapped and primary.answered and not primary.listed & mapped:
        first = next(iter(strange.values()))[0]
        yield Problem.of(Code.NO_INGEST_LISTED, name, job=problems.called_job(first))


def active(settings: Settings, name: str, primary: PrimaryMemory) -> Iterator[TrackedJob]:
    for tracked in primary.jobs.values():
        if tracked.present and not settings.on_ingest(name, tracked.job.ingest):
            yield tracked
