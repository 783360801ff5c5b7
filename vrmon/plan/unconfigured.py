"""What the configuration does not name: takes whose channel is gone, jobs that no channel mirrors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.catalog import Code, Situation
from vrmon.model import DvrObservation, Fact, Problem
from vrmon.plan import problems
from vrmon.plan.memory import ChannelMemory, PrimaryMemory, Running, Sent, Take, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.sources import by_id
from vrmon.settings import ChannelKey, Settings
from vrmon.traits import PLAIN

_TURNS_UP = 30.0  # seconds within which a take begins whose record command has gone out, if it does
_TOLD = 86_400.0  # seconds for which a take is told of that nobody can see any more


def forget(
    settings: Settings,
    channels: dict[ChannelKey, ChannelMemory],
    dvrs: Mapping[str, DvrObservation | None],
    moment: Moment,
) -> None:
    """Drop what is remembered of channels that are gone, unless they left a take that may still run
    and that no other channel has taken over."""
    if len(channels) <= len(settings.keys):
        return
    left = [key for key in channels if key not in settings.keys]
    taken = [(key.dvr, one.take) for key, one in channels.items() if key in settings.keys]
    claimed = {(dvr, take.source) for dvr, take in taken if isinstance(take, Running | Sent)}
    for key in left:
        take = channels[key].take
        if (
            not isinstance(take, Running | Sent)
            or (key.dvr, take.source) in claimed
            or _is_over(take, dvrs.get(key.dvr), is_watched=key.dvr in settings.dvrs, moment=moment)
        ):
            del channels[key]


def _is_over(
    take: Running | Sent, observation: DvrObservation | None, *, is_watched: bool, moment: Moment
) -> bool:
    """Whether it has ended, or has been out of sight for so long that nobody wants to hear of it. One whose
    record command has only just gone out may turn up."""
    seen = None if observation is None else observation.seen
    source = None if seen is None else by_id(seen, take.source)
    if source is not None and source.is_recording:
        return False
    if source is not None:
        return isinstance(take, Running) or moment.passed(take.sent, _TURNS_UP)
    is_silent = is_watched and seen is None
    since = take.sent if isinstance(take, Sent) else take.confirmed or take.started
    return not is_silent and moment.passed(since, _TOLD)


def _runs(take: Take | None, observation: DvrObservation | None) -> bool:
    """Whether it was seen recording: the source of one that had not been seen yet does so by now."""
    if not isinstance(take, Sent):
        return isinstance(take, Running)
    source = None if observation is None else by_id(observation.seen or (), take.source)
    return source is not None and source.is_recording


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
    strange = [problems.called_job(tracked) for tracked in active(settings, name, primary)]
    for tracked in active(settings, name, primary):
        subject = f"{name} {tracked.job.ingest}"
        yield Problem.of(Code.UNMAPPED_JOB, subject, job=problems.called_job(tracked))
    if primary.left_out:
        yield Problem.of(Code.JOBS_LEFT_OUT, name, count=primary.left_out)
    mapped = settings.ingests(name)
    if strange and mapped and primary.answered and not primary.listed & mapped:
        yield Problem.of(Code.NO_INGEST_LISTED, name, job=strange[0])


def active(settings: Settings, name: str, primary: PrimaryMemory) -> Iterator[TrackedJob]:
    for tracked in primary.jobs.values():
        if tracked.present and not settings.on_ingest(name, tracked.job.ingest):
            yield tracked
