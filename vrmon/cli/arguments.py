"""What an argument may be: durations, times of day, numbers, addresses; each tells what is wrong."""

from __future__ import annotations

import argparse
import math
import re
from datetime import datetime, timedelta

_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_SECONDS = (86400, 3600, 60, 1)
_LONGEST = 366 * 86400
_CLOCK = ("%H:%M", "%H:%M:%S")
_DATE = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def duration(text: str) -> float:
    """Seconds of "90s", "30m", "1h30m", "2d"."""
    found = _DURATION.fullmatch(text)
    seconds = (
        sum(int(n or 0) * each for n, each in zip(found.groups(), _SECONDS, strict=True)) if found else 0
    )
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 90s, 30m, 2h or 1h30m (a year at most)"
        )
    return float(seconds)


def seconds_until(text: str) -> float:
    """From now until the next "22:00" by the clock of this machine, or until "2026-11-27 06:00"."""
    now = datetime.now().astimezone()
    when = _moment(text, now, timedelta(days=1))
    if when is None:
        raise argparse.ArgumentTypeError(f'{text!r} is not a time such as 22:00 or "2026-11-27 06:00"')
    seconds = when.timestamp() - now.timestamp()
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is past, or more than a year away")
    return seconds


def since(text: str) -> datetime:
    """The moment "2h" ago, the last "22:00" by the clock of this machine, or "2026-11-27 06:00"."""
    now = datetime.now().astimezone()
    if _DURATION.fullmatch(text):
        return now - timedelta(seconds=duration(text))
    when = _moment(text, now, timedelta(days=-1))
    if when is None:
        raise argparse.ArgumentTypeError(f'{text!r} is not a time such as 2h, 22:00 or "2026-11-27 06:00"')
    return when


def _moment(text: str, now: datetime, otherwise: timedelta) -> datetime | None:
    """A time of day is today's, or that of the day `otherwise` away where today's lies on the other side."""
    for form in _DATE:
        try:
            return datetime.strptime(text.strip(), form).astimezone()
        except (ValueError, OverflowError, OSError):
            continue
    for form in _CLOCK:
        try:
            time = datetime.strptime(text.strip(), form).time()
        except ValueError:
            continue
        today = datetime.combine(now.date(), time).astimezone()
        is_there = (today > now) if otherwise > timedelta() else (today <= now)
        # A day by the calendar, not by 24 hours: the clocks may be changed in between.
        return today if is_there else datetime.combine(now.date() + otherwise, time).astimezone()
    return None


def time_of_day(text: str) -> str:
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of day such as 06:00")
    return text


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def site(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a site: letters, digits, . _ -")
    return text


def http_url(text: str) -> str:
    from vrmon.devices.keys import HTTP  # noqa: PLC0415

    try:
        return str(HTTP.read(text))
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(
            f"{text!r} {wrong}: give one such as http://10.1.85.10:8001"
        ) from None
