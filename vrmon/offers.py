"""What the devices offer, for whoever maps channels: ingests with their jobs, sources, destinations."""

from __future__ import annotations

from typing import Any

from vrmon.loop import Loop
from vrmon.model import Job, Source


def document(loop: Loop) -> dict[str, Any]:
    """As the devices were last seen; empty lists where they never were.

    `listed` tells the ingests that a primary names itself from those that only vrmon.toml names.
    """
    return {
        "primaries": {name: _primary(loop, name) for name in loop.primaries},
        "dvrs": {name: _dvr(loop, name) for name in loop.dvrs},
    }


def _primary(loop: Loop, name: str) -> dict[str, Any]:
    channels = {one.ingest: one.name for one in loop.settings.channels if one.primary == name}
    tracked = loop.memory.primaries[name].jobs if name in loop.memory.primaries else {}
    listed = frozenset(loop.primaries[name].ingests)
    ingests: dict[str, list[Job]] = {ingest: [] for ingest in (*channels, *loop.primaries[name].ingests)}
    for job, one in tracked.items():
        if one.present:
            ingests.setdefault(job.ingest, []).append(job)
    return {
        "state": loop.primaries[name].gauge.state.value,
        "ingests": [
            {
                "ingest": ingest,
                "channel": channels.get(ingest),
                "listed": ingest in listed or bool(jobs),
                "jobs": [{"id": job.id, "basename": tracked[job].basename} for job in jobs],
            }
            for ingest, jobs in ingests.items()
        ],
    }


def _dvr(loop: Loop, name: str) -> dict[str, Any]:
    one = loop.dvrs[name]
    names = {channel.key: channel.name for channel in loop.settings.channels}
    channels = {source: names[key] for key, source in loop.sources(name).items()}
    return {
        "state": one.gauge.state.value,
        "sources": [_source(source, channels.get(source.unique_id)) for source in one.last_good or ()],
        "destinations": [
            {"unique_id": place.unique_id, "name": place.name, "warnings": list(place.warnings)}
            for place in one.destinations
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
