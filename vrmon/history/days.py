"""The time that a report is about: broadcast days by this machine's clock, or from one moment to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from vrmon.errors import NoSuchPage
from vrmon.text import unix_time

LONGEST = 3660
"""Days of one report: as many as a history may hold."""
_DAY = timedelta(days=1)
_LAST = "last"  # the last broadcast day that is over
_TENTH = 8640.0  # seconds, of a day: the hour that one may have more


class Span(NamedTuple):
    """In Unix time, the end excluded."""

    began: float
    ended: float


def asked(query: Mapping[str, str], day_begins: str, now: float, longest: int = LONGEST) -> Span:
    """What `from` and `to`, or `day`, say: each a day such as 2026-11-26, or a time in RFC 3339.

    A day is the broadcast day, and as `to` it is included. `day` may be "last". Nothing: the broadcast day so
    far. NoSuchPage, also for more than the `longest` days.
    """
    begins = time.fromisoformat(day_begins)
    today = _day_of(now, begins)
    first, last, day = (query.get(key, "") for key in ("from", "to", "day"))
    if day and (first or last):
        raise NoSuchPage("Cannot read the request: give either day, or from and to.")
    if day:
        chosen = today - _DAY if day == _LAST else _date("day", day)
        return _checked(_beginning(chosen, begins), _beginning(chosen + _DAY, begins), longest)
    ended = _moment("to", last, begins, _DAY) if last else now
    began = _moment("from", first, begins) if first else _beginning(_day_of(min(ended, now), begins), begins)
    if not first and began == ended:
        began = _beginning(_day_of(ended - 1.0, begins), begins)
    return _checked(began, ended, longest)


def _checked(began: float, ended: float, longest: int) -> Span:
    if began >= ended:
        raise NoSuchPage("Cannot report: 'to' is not after 'from'.")
    if ended - began > longest * 86_400.0 + _TENTH:
        raise NoSuchPage(f"Cannot report on more than {longest} days at once. Ask for a shorter time.")
    return Span(began, ended)


def _day_of(moment: float, begins: time) -> date:
    day = datetime.fromtimestamp(moment).date()
    return day if moment >= _beginning(day, begins) else day - _DAY


def _beginning(day: date, begins: time) -> float:
    """A day has as many hours as the calendar gives it here: 23, 24 or 25. A time that it leaves out is as
    long after midnight as on any other day."""
    return datetime.combine(day, begins).timestamp()


def _date(key: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
        for day in (found - _DAY, found + 2 * _DAY):  # in whatever zone
            _beginning(day, time())
    except (ValueError, OverflowError, OSError):
        raise NoSuchPage(f"Cannot read the request: {key} is not a day such as 2026-11-26.") from None
    return found


def _moment(key: str, text: str, begins: time, later: timedelta = timedelta()) -> float:
    """`later`: added to a day."""
    try:
        if len(text) == len("2026-11-26"):
            return _beginning(_date(key, text) + later, begins)
        found = unix_time(text)
        for moment in (found - 2 * _DAY.total_seconds(), found):  # the calendar has the days before, too
            _day_of(moment, begins)
    except (ValueError, OverflowError, OSError):
        told = f"Cannot read the request: {key} is not a time such as 2026-11-26T06:00:00Z, nor a day."
        raise NoSuchPage(told) from None
    return found
