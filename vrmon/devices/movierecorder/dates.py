"""Dates as MovieRecorder may tell them: nobody has written down in which form."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

_ZONE = re.compile(r"\s*(Z|[+-]\d\d:?\d\d)$")
_MILLISECONDS = 1e11  # a number above that is no number of seconds


def unix_time(told: object) -> float | None:
    """Unix time; None where it is in a form that is none of those known. Without a zone it is local time."""
    try:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return _in_range(told / 1000 if told > _MILLISECONDS else float(told))
        return _in_range(_parsed(told.strip()).timestamp()) if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _in_range(moment: float) -> float:
    """ValueError or its like where no calendar has it."""
    datetime.fromtimestamp(moment).astimezone()
    return moment


def _parsed(text: str) -> datetime:
    plain, zone = _ZONE.sub("", text), _ZONE.search(text)
    offset = "" if zone is None else zone[1].replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(plain + offset)
    except ValueError:
        return parsedate_to_datetime(text)
