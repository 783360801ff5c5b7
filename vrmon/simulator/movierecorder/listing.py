"""The entries of MovieRecorder's lists, with the keys that its build gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from vrmon.simulator.movierecorder.disk import TO_ALL, Disk
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.movierecorder.schedule import Scheduled
from vrmon.simulator.movierecorder.spelling import SPELLINGS
from vrmon.simulator.served.moments import unix_time

DESTINATIONS = "enabled_destinations"
START_DATE = "recording_start_date"
DISK_IS_FULL = "The disk is full"
NO_SIGNAL: dict[str, str | None] = {"empty": "", "words": "No Signal", "null": None}

DATES: dict[str, Callable[[datetime], str | int]] = {
    "cocoa": lambda date: date.strftime("%Y-%m-%d %H:%M:%S +0000"),
    "iso": lambda date: date.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "iso, local": lambda date: date.astimezone().isoformat(timespec="seconds"),
    "milliseconds": lambda date: int(date.timestamp() * 1000),
}


def source_entry(
    one: RecorderSource, disks: Sequence[Disk], switches: MovieRecorderSwitches
) -> dict[str, Any]:
    running = one.take if one.shows_recording else None
    entry: dict[str, Any] = {
        "unique_id": one.unique_id,
        "display_name": one.display_name,
        "description": one.description,
        "device_name": one.device_name,
        "is_enabled": one.is_enabled,
        "is_recording": one.shows_recording,
        "is_paused": running is not None and running.paused,
    }
    if switches.keys == "3.x":
        return entry
    start = running.shown_at if running and switches.start_date == "given" else None
    end = unix_time(running.end_due) if running and running.end_due is not None else None
    newer = {
        "is_locked": one.is_locked,
        "recording_name": _name_shown(one, switches),
        "video_format": one.video_format or NO_SIGNAL[switches.no_signal],
        START_DATE: _date(start, switches),
        "recording_end_date": _date(end, switches),
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


def destination_entry(
    disk: Disk, sources: Sequence[RecorderSource], switches: MovieRecorderSwitches
) -> dict[str, Any]:
    entry: dict[str, Any] = {"unique_id": disk.unique_id, "name": disk.name}
    warnings = {topic: list(lines) for topic, lines in disk.warnings.items() if lines}
    for topic in _told_that_it_is_full(disk, sources, switches):
        warnings.setdefault(topic, []).append(DISK_IS_FULL)
    if warnings or switches.no_warnings == "empty":
        entry["warning_messages"] = warnings
    elif switches.no_warnings == "null":
        entry["warning_messages"] = None
    return entry


def scheduled_entry(entry: Scheduled, switches: MovieRecorderSwitches) -> dict[str, Any]:
    weekly = bool(entry.recording_days)
    return {
        "unique_id": entry.unique_id,
        "name": entry.name,
        "source_unique_id": entry.source,
        "is_enabled": entry.is_enabled,
        "stopped_by_user": entry.stopped_by_user,
        "weekly_repeated": weekly,
        "recording_days": entry.recording_days,
        "date": "" if weekly else _date(entry.midnight.timestamp(), switches),
        "start_time": entry.start_minute,
        "duration": entry.minutes,
    }


def _name_shown(one: RecorderSource, switches: MovieRecorderSwitches) -> str:
    if switches.name_shown == "as given" or (
        switches.name_shown_while == "recording" and not one.shows_recording
    ):
        return one.recording_name
    return SPELLINGS[switches.name_shown](one.recording_name)


def _date(unix: float | None, switches: MovieRecorderSwitches) -> str | int:
    return "" if unix is None else DATES[switches.dates](datetime.fromtimestamp(unix, timezone.utc))


def _told_that_it_is_full(
    disk: Disk, sources: Sequence[RecorderSource], switches: MovieRecorderSwitches
) -> list[str]:
    """The topics under which it is said."""
    if not disk.full or switches.full_disk_told == "not at all":
        return []
    if switches.full_disk_told == "to all":
        return [TO_ALL]
    return [one.unique_id for one in sources if disk.unique_id in one.destinations]
