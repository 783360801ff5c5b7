"""What the configuration does not name: takes whose channel is gone, jobs that no channel mirrors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.catalog import Code, Situation
from vrmon.model import DvrObservation, Problem
from vrmon.plan.memory import ChannelMemory, PrimaryMemory, Take, TrackedJob
from vrmon.plan.sources import find
from vrmon.settings import Settings, dvr_of
from vrmon.traits import PLAIN

_TOLD = 86_400.0  # seconds for which a take is told of that nobody can see any more


def forget(
    settings: Settings,
    channels: dict[str, ChannelMemory],
    dvrs: Mapping[str, DvrObservation | None],
    now: float,
) -> None:
    """Drop what is remembered of channels that are gone, unless they left a take that may still run
    and that no other channel has taken over."""
    kept = {channel.key: channel.dvr for channel in settings.channels}
    takes = [(dvr, channels[key].take) for key, dvr in kept.items()]
    claimed = {(dvr, take.source) for dvr, take in takes if take is not None and take.under_way}
    for key in channels.keys() - kept.keys():
        take, dvr = channels[key].take, dvr_of(key)
        is_left = take is not None and take.started is not None and (dvr, take.source) not in claimed
        if take is None or not is_left or _is_over(take, dvrs.get(dvr), dvr in settings.dvrs, now):
            del channels[key]


def _is_over(take: Take, observation: DvrObservation | None, is_watched: bool, now: float) -> bool:
    """Whether it has ended, or has been out of sight for so long that nobody wants to hear of it."""
    seen = None if observation is None else observation.seen
    source = None if seen is None else find(seen, take.source)
    if source is not None:
        return not source.is_recording
    is_silent = is_watched and seen is None
    return not is_silent and now - (take.confirmed or take.started or now) > _TOLD


def problems(
    settings: Settings, primaries: Mapping[str, PrimaryMemory], channels: Mapping[str, ChannelMemory]
) -> Iterator[Problem]:
    for key in channels.keys() - {channel.key for channel in settings.channels}:
        take = channels[key].take
        if take is not None:
            subject = f"{dvr_of(key)} {take.source}"
            device = settings.dvrs.get(dvr_of(key))
            called = (PLAIN if device is None else device.traits).called
            yield Problem.of(Code.LEFTOVER_TAKE, subject, Situation.ON_AIR, name=take.name, **called)
    if not settings.channels:
        yield Problem.of(Code.NO_CHANNELS, "vrmon")
    strange: dict[str, str] = {}
    for name, tracked in active(settings, primaries):
        job = tracked.basename or tracked.job.id
        strange.setdefault(name, job)
        yield Problem.of(Code.UNMAPPED_JOB, f"{name} {tracked.job.ingest}", job=job)
    for name, primary in primaries.items():
        if primary.left_out:
            yield Problem.of(Code.JOBS_LEFT_OUT, name, count=primary.left_out)
    for name, job in strange.items():
        mapped = {channel.ingest for channel in settings.channels if channel.primary == name}
        if mapped and primaries[name].answered and not primaries[name].listed & mapped:
            yield Problem.of(Code.NO_INGEST_LISTED, name, job=job)


def active(settings: Settings, primaries: Mapping[str, PrimaryMemory]) -> Iterator[tuple[str, TrackedJob]]:
    """The primary and the job, for each active job that no channel mirrors."""
    mapped = {(channel.primary, channel.ingest) for channel in settings.channels}
    for name, primary in primaries.items():
        for tracked in primary.jobs.values():
            if tracked.present and (name, tracked.job.ingest) not in mapped:
                yield name, tracked
