"""When an entry of the recorder's own schedule begins, by the clock on the wall."""

from __future__ import annotations

from datetime import datetime

import pytest

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
