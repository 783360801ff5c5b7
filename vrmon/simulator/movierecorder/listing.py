"""The entries of MovieRecorder's lists, with the keys that its build gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vrmon.simulator.movierecorder.mac import Disk, Scheduled
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.movierecorder.spelling import SPELLINGS

DESTINATIONS = "enabled_destinations"
START_DATE = "recording_start_date"


def source_entry(
    one: RecorderSource, disks: Sequence[Disk], switches: MovieRecorderSwitches
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "unique_id": one.unique_id,
        "display_name": one.display_name,
        "description": one.description,
        "device_name": one.device_name,
        "is_enabled": one.is_enabled,
        "is_recording": one.shows_recording,
        "is_paused": one.shows_recording and one.take is not None and one.take.paused,
    }
    if switches.keys == "3.x":
        return entry
    running = one.take if one.shows_recording else None
    newer = {
        "is_locked": one.is_locked,
        "recording_name": _name_shown(one, switches),
        "video_format": one.video_format,
        START_DATE: running.start_date if running and switches.start_date == "given" else "",
        "recording_end_date": "",
        DESTINATIONS: [
            {"destination_unique_id": disk.unique_id, "destination_name": disk.name}
            for disk in disks
            if disk.unique_id in one.destinations
        ],
    }
    if switches.start_date == "absent":
        del newer[START_DATE]
    if not one.destinations and switches.no_destinations == "absent":
        del newer[DESTINATIONS]
    if not one.destinations and switches.no_destinations == "null":
        newer[DESTINATIONS] = None
    return {**entry, **newer}


def _name_shown(one: RecorderSource, switches: MovieRecorderSwitches) -> str:
    if switches.name_shown_while == "recording" and not one.shows_recording:
        return one.recording_name
    return SPELLINGS[switches.name_shown](one.recording_name)


def destination_entry(disk: Disk) -> dict[str, Any]:
    entry: dict[str, Any] = {"unique_id": disk.unique_id, "name": disk.name}
    return {**entry, "warning_messages": {"NotRelatedToSource": disk.warnings}} if disk.warnings else entry


def scheduled_entry(entry: Scheduled) -> dict[str, Any]:
    return {
        "source_unique_id": entry.source,
        "recording_name": entry.name,
        "duration": entry.end - entry.start,
    }
