"""Which time a report is about: broadcast days by the clock on the wall, whatever the calendar does to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from vrmon.errors import NoSuchPage
from vrmon.history.days import asked


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


NOW = utc("2026-11-26T08:30:00")


@pytest.fixture(autouse=True)
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("query", "began", "ended"),
    [
        ({}, "2026-11-26T05:00:00", "2026-11-26T08:30:00"),
        ({"day": "last"}, "2026-11-25T05:00:00", "2026-11-26T05:00:00"),
        ({"day": "2026-11-20"}, "2026-11-20T05:00:00", "2026-11-21T05:00:00"),
        ({"from": "2026-11-20"}, "2026-11-20T05:00:00", "2026-11-26T08:30:00"),
        ({"from": "2026-11-20", "to": "2026-11-20"}, "2026-11-20T05:00:00", "2026-11-21T05:00:00"),
        ({"to": "2026-11-20"}, "2026-11-20T05:00:00", "2026-11-21T05:00:00"),
        ({"from": "2026-11-25T20:00:00+01:00"}, "2026-11-25T19:00:00", "2026-11-26T08:30:00"),
        ({"from": "2026-11-25T20:00:00 01:00"}, "2026-11-25T19:00:00", "2026-11-26T08:30:00"),
        ({"from": "2026-11-25T20:00"}, "2026-11-25T19:00:00", "2026-11-26T08:30:00"),
        ({"to": "2026-11-25T04:00:00Z"}, "2026-11-24T05:00:00", "2026-11-25T04:00:00"),
        ({"day": "2026-03-28"}, "2026-03-28T05:00:00", "2026-03-29T04:00:00"),
        ({"day": "2026-10-24"}, "2026-10-24T04:00:00", "2026-10-25T05:00:00"),
    ],
)
def test_what_is_asked_for(query: dict[str, str], began: str, ended: str) -> None:
    assert asked(query, "06:00", NOW) == (utc(began), utc(ended))


def test_before_it_begins_it_is_still_the_day_before() -> None:
    early = utc("2026-11-26T04:59:00")
    assert asked({}, "06:00", early) == (utc("2026-11-25T05:00:00"), early)
    assert asked({"day": "last"}, "06:00", early)[1] == utc("2026-11-25T05:00:00")
    assert asked({}, "00:00", early)[0] == utc("2026-11-25T23:00:00")


@pytest.mark.parametrize(
    ("zone", "begins", "day", "hours"),
    [
        ("Europe/Zurich", "02:30", "2026-03-29", ("2026-03-29T01:30:00", "2026-03-30T00:30:00")),
        ("America/Havana", "00:00", "2026-03-08", ("2026-03-08T05:00:00", "2026-03-09T04:00:00")),
        ("Europe/Zurich", "02:30", "2026-10-25", ("2026-10-25T00:30:00", "2026-10-26T01:30:00")),
    ],
)
def test_a_day_that_begins_in_an_hour_that_there_is_not_or_twice_follows_the_day_before(
    monkeypatch: pytest.MonkeyPatch, zone: str, begins: str, day: str, hours: tuple[str, str]
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    began, ended = map(utc, hours)
    assert asked({"day": day}, begins, NOW) == (began, ended)
    assert asked({"from": f"{day}T{begins}"}, begins, NOW)[0] == began
    for now in (began + 1.0, ended - 1.0):
        assert asked({}, begins, now) == (began, now)
        assert asked({"day": "last"}, begins, now)[1] == began
    assert asked({"day": "last"}, begins, ended + 1.0) == (began, ended)
    assert asked({"day": "last"}, begins, began - 1.0)[1] == asked({}, begins, began - 1.0)[0] < began - 1.0


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"from": "yesterday"}, "from is not a time such as"),
        ({"to": "2026-13-01"}, "to is not a day such as"),
        ({"from": "0001-01-01"}, "from is not a day such as"),
        ({"from": "9999-12-31T23:59:59+00:00"}, "from is not a time such as"),
        ({"from": "2027-01-01T00:00:00Z"}, "'to' is not after 'from'"),
        ({"day": "9999-12-31"}, "day is not a day such as"),
        ({"day": "9999-12-30"}, "day is not a day such as"),
        ({"day": "today"}, "day is not a day such as"),
        ({"day": "last", "to": "2026-11-20"}, "either day, or from and to"),
        ({"from": "2026-11-20", "to": "2026-11-19"}, "'to' is not after 'from'"),
        ({"to": "0001-01-01T05:00:00Z"}, "to is not a time such as"),
        ({"from": "0001-01-01T05:00:00Z"}, "from is not a time such as"),
        ({"from": "2026-11-20", "to": "9999-12-29"}, "more than 3660 days at once"),
        ({"from": "0001-01-03"}, "more than 3660 days at once"),
    ],
)
def test_what_makes_no_sense_is_refused(query: dict[str, str], why: str) -> None:
    with pytest.raises(NoSuchPage, match=why):
        asked(query, "06:00", NOW)
