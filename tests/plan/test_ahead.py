"""When an entry of the recorder's own schedule begins, by the clock on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.world import incidents as when
from vrmon.catalog import Code
from vrmon.model import Schedule
from vrmon.plan.ahead import beginnings

NEWS = 20 * 60  # minutes after midnight


def wall(day: int, hour: int, minute: int = 0) -> float:
    """In November 2026, whose 22nd is a Sunday."""
    return datetime(2026, 11, day, hour, minute).timestamp()


@pytest.mark.parametrize(
    ("days", "now", "expected"),
    [
        ((0,), wall(22, 19, 59), [wall(22, 20), wall(29, 20)]),
        ((0,), wall(22, 20), [wall(22, 20), wall(29, 20)]),
        ((0,), wall(23, 12), [wall(22, 20), wall(29, 20)]),
        ((0,), wall(26, 12), [wall(29, 20)]),
        ((6,), wall(26, 12), [wall(28, 20)]),
        ((1, 3), wall(24, 0, 1), [wall(23, 20), wall(25, 20), wall(30, 20)]),
        ((0, 1, 2, 3, 4, 5, 6), wall(12, 1), [wall(day, 20) for day in range(11, 20)]),
        ((), wall(26, 12), []),
    ],
)
def test_a_weekly_entry(days: tuple[int, ...], now: float, expected: list[float]) -> None:
    assert beginnings(Schedule("e", "NEWS", "s", NEWS, 90, days), now) == expected


def test_one_that_lasts_for_days_has_begun_as_long_ago() -> None:
    entry = Schedule("e", "MARATHON", "s", NEWS, 3 * 24 * 60, (0,))
    assert beginnings(entry, wall(25, 12)) == [wall(22, 20), wall(29, 20)]


@pytest.mark.parametrize("now", [wall(1, 0), wall(22, 20), wall(30, 0)])
def test_one_that_is_due_once(now: float) -> None:
    entry = Schedule("e", "NEWS", "s", NEWS, 90, day=wall(22, 3))
    assert beginnings(entry, now) == [wall(22, 20)]


def entry(
    name: str, begins: float, minutes: int, *, source: str = "s 1", is_stopped: bool = False
) -> Schedule:
    """One that begins so many minutes after `NOON`."""
    day = datetime.fromtimestamp(NOON + 60 * begins)
    start = 60 * day.hour + day.minute
    return Schedule(f"id of {name}", name, source, start, minutes, day=day.timestamp())


NOON = wall(22, 12)


def told(*entries: Schedule, is_on_air: bool, minutes: float = 0.0) -> list[str]:
    """What is said of them, so many minutes after noon."""
    at = when.site()
    if is_on_air:
        when.a_job_is_recorded(at)
    at.epoch = NOON + 60 * minutes - at.now - 0.25
    at.schedules["dvr"] = entries
    at.until(at.now + 0.25)
    return [one.at(at.now).message for one in at.problems if one.code is Code.SCHEDULE_AHEAD]


def test_of_several_the_next_is_told() -> None:
    later, next_one, elsewhere = entry("LATER", 9, 5), entry("NEXT", 5, 5), entry("THERE", 3, 5, source="s 2")
    said = "The schedule 'NEXT' of MovieRecorder begins on 'Cam 1' in 5 min"
    assert told(later, next_one, elsewhere, is_on_air=False) == [f"{said}."]
    assert told(later, elsewhere, next_one, is_on_air=True) == [f"{said} while 'NEWS' runs."]
    assert told(elsewhere, is_on_air=True) == []


@pytest.mark.parametrize(("minutes", "is_told"), [(-0.1, False), (0.0, True), (9.9, True), (10.0, False)])
def test_a_beginning_is_told_ten_minutes_before_it(minutes: float, is_told: bool) -> None:
    assert bool(told(entry("NEXT", 10, 5), is_on_air=False, minutes=minutes)) is is_told


@pytest.mark.parametrize(("minutes", "is_told"), [(19.9, False), (20.0, True), (29.9, True), (30.0, False)])
def test_an_end_is_told_ten_minutes_before_it_while_our_take_runs(minutes: float, is_told: bool) -> None:
    running = entry("", 0, 30)
    assert told(running, is_on_air=False, minutes=minutes) == []
    assert told(replace(running, is_stopped=True), is_on_air=True, minutes=minutes) == []
    said = told(running, is_on_air=True, minutes=minutes)
    assert bool(said) is is_told
    assert all("schedule 'id of '" in one and "which may end 'NEWS' as well" in one for one in said)
