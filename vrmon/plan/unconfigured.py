"""What the configuration does not name: takes whose channel is gone, jobs that no channel mirrors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.catalog import Code, Situation
from vrmon.model import DvrObservation, Fact, Problem
from vrmon.plan import problems
from vrmon.plan.memory import ChannelMemory, PrimaryMemory, Running, Sent, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.sources import by_id
from vrmon.settings import ChannelKey, Settings
from vrmon.traits import PLAIN

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
        take = channels[key].running
        if (
            take is None
            or (key.dvr, take.source) in claimed
            or _is_over(take, dvrs.get(key.dvr), is_watched=key.dvr in settings.dvrs, moment=moment)
        ):
            del channels[key]


def _is_over(take: Running, observation: DvrObservation | None, *, is_watched: bool, moment: Moment) -> bool:
    """Whether it has ended, or has been out of sight for so long that nobody wants to hear of it."""
    seen = None if observation is None else observation.seen
    source = None if seen is None else by_id(seen, take.source)
    if source is not None:
        return not source.is_recording
    is_silent = is_watched and seen is None
    return not is_silent and moment.passed(take.confirmed or take.started, _TOLD)


def of_leftovers(
    settings: Settings,
    primaries: Mapping[str, PrimaryMemory],
    channels: Mapping[ChannelKey, ChannelMemory],
) -> Iterator[Problem]:
    """The takes that were left running; what goes on after its job is over is nobody's any more."""
    left = channels.keys() - settings.keys if len(channels) > len(settings.keys) else ()
    for key in left:
        take = channels[key].running
        if take is None:
            continue
        primary = primaries.get(key.primary)
        tracked = None if primary is None else primary.jobs.get(take.job)
        is_over = primary is not None and primary.answered and (tracked is None or not tracked.present)
        device = settings.dvrs.get(key.dvr)
        facts: dict[str, Fact] = {"name": take.name, "ended": take.job.id if is_over else ""}
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
