"""The zones of a report: what the host's clock was ahead by, whatever the calendar did to it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from vrmon.history.days import Span, asked
from vrmon.history.zones import zones

SUMMER, WINTER = ("CEST", 7200), ("CET", 3600)


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    monkeypatch.setenv("TZ", getattr(request, "param", "Europe/Zurich"))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def told(began: str, ended: str) -> list[tuple[str, str, int]]:
    span = Span(*(datetime.fromisoformat(one).timestamp() for one in (began, ended)))
    return [(one["from"], one["name"], one["offset"]) for one in zones(span)]


@pytest.mark.usefixtures("in_zone")
def test_a_day_of_one_zone_has_one() -> None:
    assert told("2026-11-25T05:00:00+00:00", "2026-11-26T05:00:00+00:00") == [
        ("2026-11-25T05:00:00.000Z", *WINTER)
    ]


@pytest.mark.usefixtures("in_zone")
@pytest.mark.parametrize(
    ("day", "began", "changed", "before", "after"),
    [
        ("2026-10-24", "2026-10-24T04:00:00.000Z", "2026-10-25T01:00:00.000Z", SUMMER, WINTER),
        ("2027-03-27", "2027-03-27T05:00:00.000Z", "2027-03-28T01:00:00.000Z", WINTER, SUMMER),
    ],
)
def test_a_change_is_found_to_the_second(
    day: str, began: str, changed: str, before: tuple[str, int], after: tuple[str, int]
) -> None:
    span = asked({"day": day}, "06:00", time.time())
    found = [(one["from"], one["name"], one["offset"]) for one in zones(span)]
    assert found == [(began, *before), (changed, *after)]


@pytest.mark.usefixtures("in_zone")
def test_a_day_that_has_just_begun_is_told_to_its_end() -> None:
    began = "2026-10-24T04:00:00+00:00"
    assert told(began, "2026-10-24T04:10:00+00:00") == told(began, "2026-10-25T05:00:00+00:00")


@pytest.mark.usefixtures("in_zone")
def test_a_month_has_every_change_once_and_in_order() -> None:
    found = told("2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00")
    assert [one[1] for one in found] == ["CEST", "CET"]


@pytest.mark.usefixtures("in_zone")
@pytest.mark.parametrize("in_zone", ["Australia/Lord_Howe"], indirect=True)
def test_a_change_by_half_an_hour_is_one() -> None:
    found = told("2026-10-03T00:00:00+00:00", "2026-10-04T00:00:00+00:00")
    assert [one[2] for one in found] == [37_800, 39_600]
    assert found[1][0] == "2026-10-03T15:30:00.000Z"
