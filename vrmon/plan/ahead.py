"""What the recorder will do by itself before long: its schedule, and the end that a take was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from vrmon.catalog import Code, Situation
from vrmon.model import Fact, Problem, Schedule
from vrmon.plan.case import Site
from vrmon.plan.memory import Running
from vrmon.plan.moment import Moment
from vrmon.text import Left

_AHEAD = 600.0  # seconds before which it is worth a warning
_DAY = 24 * 60  # minutes
_LATE = 60.0  # seconds after which an end that has not come about is none


def threats(site: Site, take: Running | None) -> tuple[Problem, ...]:
    """`take`: ours, if it runs there."""
    own = () if take is None else (*_of_end(site, take), *_of_picture(site, take))
    return (*own, *_of_schedules(site, take))


def _of_end(site: Site, take: Running) -> Iterator[Problem]:
    source, channel = site.source, site.case.channel
    if source.end_date is None:
        return
    if source.ends is None:
        yield Problem.of(Code.END_SET, channel.name, Situation.SOON, name=take.name, date=source.end_date)
        return
    ends = source.ends - site.case.epoch
    if not site.moment.reached(ends + _LATE):
        situation = Situation.SOON if site.moment.reached(ends - _AHEAD) else Situation.USUAL
        yield Problem.of(Code.END_SET, channel.name, situation, name=take.name, left=Left(ends))


def _of_picture(site: Site, take: Running) -> Iterator[Problem]:
    source, channel = site.source, site.case.channel
    if take.format and source.video_format is not None and source.video_format != take.format:
        shown: dict[str, Fact] = {"shown": source.video_format} if source.video_format else {}
        facts = {"name": take.name, "before": take.format, "source": source.display_name, **shown}
        yield Problem.of(Code.FORMAT_CHANGED, channel.name, **facts)


def _of_schedules(site: Site, take: Running | None) -> Iterator[Problem]:
    """The first that is to begin, or, while our take runs, to begin or to end."""
    moment, case = site.moment, site.case
    due = []
    for begins, ends, entry in _spans(case.schedules, site.source.unique_id, moment, case.epoch):
        is_end = moment.reached(begins)
        turn = ends if is_end else begins
        concerns = not is_end or (take is not None and not entry.is_stopped)
        if concerns and not moment.reached(turn) and moment.reached(turn - _AHEAD):
            due.append((turn, entry, is_end))
    if not due:
        return
    turn, entry, is_end = min(due, key=lambda one: one[0])
    facts: dict[str, Fact] = {"schedule": entry.name or entry.unique_id, "left": Left(turn)}
    if take is not None:
        facts["name" if is_end else "taken"] = take.name
    situation = Situation.BEFORE_AIR if take is None else Situation.ON_AIR
    source = site.source.display_name
    yield Problem.of(Code.SCHEDULE_AHEAD, case.channel.name, situation, source=source, **facts)


def scheduled(
    entries: tuple[Schedule, ...], source: str, moment: Moment, epoch: float, seconds: float
) -> tuple[Schedule, float] | None:
    """The first that the recorder begins on the source within so many seconds, or has begun and not ended:
    it, and when (monotonic). `epoch` plus a monotonic time is Unix time."""
    due = [
        (entry, begins)
        for begins, ends, entry in _spans(entries, source, moment, epoch)
        if moment.reached(begins - seconds) and not moment.reached(ends)
        if not (entry.is_stopped and moment.reached(begins))
    ]
    return min(due, key=lambda one: one[1], default=None)


def _spans(
    entries: tuple[Schedule, ...], source: str, moment: Moment, epoch: float
) -> Iterator[tuple[float, float, Schedule]]:
    """When what the recorder is to record on the source begins and ends (monotonic)."""
    for entry in entries:
        if entry.source == source:
            for unix in beginnings(entry, moment.now + epoch):
                yield unix - epoch, unix - epoch + 60.0 * entry.minutes, entry


def beginnings(entry: Schedule, now: float) -> list[float]:
    """When it begins, in Unix time: of one that is weekly, those of a week from now on, and those before that
    may still be under way."""
    if entry.day is not None:
        return [wall_clock(datetime.fromtimestamp(entry.day), entry.start)]
    today, longest = datetime.fromtimestamp(now), entry.minutes // _DAY + 1
    days = [today + timedelta(days=n) for n in range(-longest, 8)]
    return [wall_clock(day, entry.start) for day in days if day.isoweekday() % 7 in entry.days]


def wall_clock(day: datetime, minutes: int) -> float:
    """When a clock on the wall first shows so many minutes after midnight, in Unix time."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return (midnight + timedelta(minutes=minutes)).timestamp()
