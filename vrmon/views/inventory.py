"""What the devices offer, for whoever maps channels: ingests with their jobs, sources, destinations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vrmon.model import Destination, Job, Source
from vrmon.plan.memory import Memory
from vrmon.settings import ChannelKey, Settings


@dataclass(frozen=True)
class IngestsView:
    """What a primary told last: its `state`, why it is so, and the ingests that it lists itself."""

    state: str
    error: str
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourcesView:
    """What a DVR told last, and why its `state` is so.

    `used`: the unique_id of each channel's source, by the channel's key.
    """

    state: str
    error: str
    sources: tuple[Source, ...]
    destinations: tuple[Destination, ...]
    used: Mapping[ChannelKey, str]


def document(
    settings: Settings,
    memory: Memory,
    primaries: Mapping[str, IngestsView],
    dvrs: Mapping[str, SourcesView],
) -> dict[str, Any]:
    """As the devices were last seen; empty lists where they never were.

    `listed` tells the ingests that a primary names itself from those that only vrmon.toml names.
    """
    return {
        "primaries": {name: _primary(settings, memory, name, view) for name, view in primaries.items()},
        "dvrs": {name: _dvr(settings, view) for name, view in dvrs.items()},
    }


def _primary(settings: Settings, memory: Memory, name: str, view: IngestsView) -> dict[str, Any]:
    channels = {one.ingest: one.name for one in settings.channels if one.primary == name}
    tracked = memory.primaries[name].jobs if name in memory.primaries else {}
    ingests: dict[str, list[Job]] = {ingest: [] for ingest in (*channels, *view.listed)}
    for job, one in tracked.items():
        if one.present:
            ingests.setdefault(job.ingest, []).append(job)
    return {
        "state": view.state,
        "error": view.error,
        "ingests": [
            {
                "ingest": ingest,
                "channel": channels.get(ingest),
                "listed": ingest in view.listed or bool(jobs),
                "jobs": [{"id": job.id, "basename": tracked[job].basename} for job in jobs],
            }
            for ingest, jobs in ingests.items()
        ],
    }


def _dvr(settings: Settings, view: SourcesView) -> dict[str, Any]:
    names = {channel.key: channel.name for channel in settings.channels}
    channels = {source: names[key] for key, source in view.used.items()}
    return {
        "state": view.state,
        "error": view.error,
        "sources": [_source(source, channels.get(source.unique_id)) for source in view.sources],
        "destinations": [
            {
                "unique_id": place.unique_id,
                "name": place.name,
                "warnings": [*place.warnings, *(f"{topic}: {text}" for topic, text in place.of_sources)],
            }
            for place in view.destinations
        ],
    }


def _source(source: Source, channel: str | None) -> dict[str, Any]:
    return {
        "unique_id": source.unique_id,
        "display_name": source.display_name,
        "is_enabled": source.is_enabled,
        "is_recording": source.is_recording,
        "is_paused": source.is_paused,
        "is_locked": source.is_locked,
        "recording_name": source.recording_name,
        "destinations": None if source.destinations is None else list(source.destinations),
        "channel": channel,
    }
