"""Hours in which people sleep, and the hour in which they hear that alarms work."""

from __future__ import annotations

from datetime import datetime, timedelta

from vrmon.settings import Quiet, Weekly

WEEK = timedelta(days=7)


def is_quiet(quiet: Quiet | None, local: datetime) -> bool:
    if quiet is None:
        return False
    minute = 60 * local.hour + local.minute
    if quiet.begins < quiet.ends:
        return quiet.begins <= minute < quiet.ends
    return minute >= quiet.begins or minute < quiet.ends


def appointment(weekly: Weekly, local: datetime) -> str:
    """The last one that has come, as a text: those of later ones come after it."""
    day = local - timedelta(days=(local.weekday() - weekly.day) % 7)
    moment = day.replace(hour=weekly.minute // 60, minute=weekly.minute % 60, second=0, microsecond=0)
    if moment > local:
        moment -= WEEK
    return f"{moment:%Y-%m-%d %H:%M}"
