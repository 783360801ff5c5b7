"""Takes whose channel the configuration no longer has: left running, and said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.model import DvrObservation, Problem, Severity
from vrmon.plan.memory import ChannelMemory
from vrmon.plan.sources import find
from vrmon.settings import Settings


def forget(
    settings: Settings,
    channels: dict[str, ChannelMemory],
    dvrs: Mapping[str, DvrObservation | None],
    new_looks: set[str],
) -> None:
    """Drop what is remembered of channels that are gone, unless they left a take that may still run
    and that no other channel has taken over."""
    kept = {channel.key: channel.dvr for channel in settings.channels}
    takes = [(dvr, channels[key].take) for key, dvr in kept.items()]
    claimed = {(dvr, take.source) for dvr, take in takes if take is not None and take.under_way}
    for key in channels.keys() - kept.keys():
        take = channels[key].take
        dvr = key.rpartition("/")[2]
        seen = dvrs.get(dvr)
        ended = False
        if take is not None and dvr in new_looks and seen is not None and seen.seen is not None:
            source = find(seen.seen, take.source)
            ended = source is not None and not source.is_recording
        if take is None or take.started is None or ended or (dvr, take.source) in claimed:
            del channels[key]


def problems(settings: Settings, channels: Mapping[str, ChannelMemory]) -> Iterator[Problem]:
    for key in channels.keys() - {channel.key for channel in settings.channels}:
        take = channels[key].take
        if take is not None:
            yield Problem(
                "leftover-take",
                Severity.INFO,
                f"{key.rpartition('/')[2]} {take.source}",
                f"{take.name!r} goes on recording, but no channel has this ingest and DVR any more.",
                "Stop it in MovieRecorder when the show is over, or map the ingest to this DVR again.",
            )
