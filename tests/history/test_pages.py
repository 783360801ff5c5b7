"""What stands in the book, page by page."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.history.test_book import LONG, NOW, book, event
from tests.world.stores import until
from vrmon.errors import NoSuchPage
from vrmon.history.book import Book
from vrmon.history.database import SCHEMA
from vrmon.history.days import Span
from vrmon.history.holes import MOST
from vrmon.history.pages import KINDS, page
from vrmon.history.report import report
from vrmon.history.rows import Row, Value
from vrmon.text import rfc3339, unix_time


def problem(code: str, began: int, ended: int | None = None) -> Row:
    values: dict[str, Value] = {
        "code": code,
        "subject": "PCR 1",
        "began": began,
        "ended": ended,
        "severity": "critical",
    }
    told: dict[str, Value] = {
        "message": f"It is {code}.",
        "cause": '["dvr-unreachable", "dvr"]',
        "facts": "{}",
        "session": 1,
    }
    return Row("problems", {**values, **told})


def listed(one: Book, kind: str, **wanted: Any) -> dict[str, Any]:
    return one.ask(lambda connection: page(connection, kind, **wanted)).result(LONG)


def all_pages(one: Book, kind: str, **wanted: Any) -> list[dict[str, Any]]:
    pages = [listed(one, kind, **wanted)]
    while pages[-1]["next"] is not None:
        pages.append(listed(one, kind, after=pages[-1]["next"], **wanted))
    return [item for each in pages for item in each["items"]]


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_hold_everything_once_the_newest_first(tmp_path: Path, limit: int) -> None:
    with book(tmp_path) as one:
        # Three sessions, whose clocks were set back in between: many events of one and the same time.
        one.write(
            [event(session, n, f"{session}.{n}", NOW + n // 4) for session in (1, 2, 3) for n in range(20)]
        )
        told = [item["message"] for item in all_pages(one, "event", limit=limit)]
        expected = [f"{session}.{n}" for n in range(20) for session in (1, 2, 3)]
        assert sorted(told) == sorted(expected)
        times = [int(text.partition(".")[2]) // 4 for text in told]
        assert times == sorted(times, reverse=True)


def test_a_page_is_bounded_in_time_and_by_the_channel(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        one.write([event(1, n, str(n), NOW + 1000 * n) for n in range(10)])
        bounds = {"since": NOW / 1000 + 3, "until": NOW / 1000 + 6}
        assert [item["message"] for item in all_pages(one, "event", limit=2, **bounds)] == ["5", "4", "3"]
        assert all_pages(one, "event", limit=2, channel="PCR 2") == []
        assert len(all_pages(one, "event", limit=2, channel="PCR 1")) == 10


def test_a_page_looks_at_so_many_rows_and_no_more(tmp_path: Path) -> None:
    with book(tmp_path, 50_000) as one:
        one.write([event(1, n, str(n), NOW + n) for n in range(10_010)])
        first = listed(one, "event", channel="PCR 2")
        assert first["items"] == []
        second = listed(one, "event", channel="PCR 2", after=first["next"])
        assert (second["items"], second["next"]) == ([], None)


def test_what_is_open_says_until_when_it_is_known(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        session = Row("sessions", {"began": 1, "version": "1.0", "seen": NOW + 500, "orderly": 0})
        one.write([session, problem("not-verified", NOW), problem("take-died", NOW, NOW + 9)])
        died, open_still = listed(one, "problem")["items"]
        assert (died["ended"], died["until"]) == (rfc3339((NOW + 9) / 1000),) * 2
        assert (open_still["ended"], open_still["until"]) == (None, rfc3339((NOW + 500) / 1000))
        assert open_still["cause"] == {"code": "dvr-unreachable", "subject": "dvr"}


def test_holes_are_what_nobody_watched_and_what_the_disk_did_not_take(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        for a, b in (
            (NOW - 9000, NOW - 7000),
            (NOW - 5000, NOW - 4000),
            (one.session - 100, one.session - 50),
        ):
            one.write([Row("sessions", {"began": a, "version": "1.0", "seen": b, "orderly": 0})])
        one.write([Row("losses", {"began": NOW - 4500, "ended": NOW - 4200, "rows": 30})])
        holes = listed(one, "event", until=(NOW - 3900) / 1000)["holes"]
        assert holes == [
            {"from": rfc3339(a / 1000), "to": rfc3339(b / 1000), "why": why, "rows": rows}
            for a, b, why, rows in (
                (NOW - 7000, NOW - 5000, "vrmon-away", None),
                (NOW - 4500, NOW - 4200, "lost", 30),
                (NOW - 4000, one.session - 100, "vrmon-away", None),
            )
        ]


def test_holes_without_number_are_told_in_a_bounded_one_and_none_is_left_out(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMA)
        apart = Random(1).choices(range(1, 60_000), k=3 * MOST)
        seen = NOW - 10**9
        ends = []
        for length in apart:  # each was alive for so long, and away for one second before
            row = seen + 1000, seen + 1000 + length
            connection.execute("INSERT INTO sessions VALUES (?, '1.0', ?, 0)", row)
            ends.append((seen, seen + 1000))
            seen += 1000 + length
        told = page(connection, "event", session=None, now=seen / 1000)["holes"]
        assert len(told) == MOST
        holes = [(unix_time(one["from"]) * 1000, unix_time(one["to"]) * 1000) for one in told]
        for began, ended in ends[1:]:
            assert any(first <= began and ended <= last for first, last in holes)
        alive = [other[0] - one[1] for one, other in pairwise(holes)]
        assert min(alive) >= sorted(apart)[-MOST], "those closest together are one"


def test_what_went_by_a_clock_that_was_set_back_since_is_no_hole_and_not_what_runs(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        wrong = one.session + 86_400_000
        for a, b in ((NOW - 9000, NOW - 5000), (wrong, wrong + 5000)):
            one.write([Row("sessions", {"began": a, "version": "1.0", "seen": b, "orderly": 0})])
        holes = listed(one, "event", session=one.session)["holes"]
        assert [hole["to"] for hole in holes] == [rfc3339(one.session / 1000)]


@pytest.mark.parametrize("behind", [7200.0, -7200.0])
def test_an_absence_ends_when_vrmon_was_back_though_the_clock_was_wrong_at_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: float
) -> None:
    """Killed an hour ago; back now, with a clock that is set after a moment."""
    killed = NOW - 3_600_000
    before = Row("sessions", {"began": NOW - 9_000_000, "version": "1.0", "seen": killed, "orderly": 0})
    monkeypatch.setattr("vrmon.history.book._now", lambda: int((time.time() - behind) * 1000))
    with book(tmp_path) as one:
        one.write([before])
        assert listed(one, "event", session=one.session)["items"] == []
        monkeypatch.undo()
        one.write([event(one.session, 1)])
        (hole,) = listed(one, "event", session=one.session)["holes"]
        assert (hole["from"], hole["why"]) == (rfc3339(killed / 1000), "vrmon-away")
        assert NOW - 1000 <= unix_time(hole["to"]) * 1000 <= time.time() * 1000


def test_what_was_dropped_for_its_age_is_no_time_in_which_nothing_ran(tmp_path: Path) -> None:
    day = 86_400_000
    old = Row("sessions", {"began": NOW - 900 * day, "version": "1.0", "seen": NOW - 9, "orderly": 1})
    span = Span((NOW - 500 * day) / 1000, (NOW - 300 * day) / 1000)
    for forget_every in (0.0, 3600.0):
        with book(tmp_path, forget_every=forget_every) as one:
            one.write([old] if not forget_every else [])
            one.write([event(1, 1)])

            def absent(one: Book = one) -> list[dict[str, Any]]:
                told = one.ask(lambda book: report(book, span, session=one.session)).result(LONG)
                return list(told["absences"])

            until(lambda: absent() != [], "said")
            (hole,) = absent()
            assert (hole["from"], hole["why"]) == (rfc3339(span.began), "no-history")
            assert abs(unix_time(hole["to"]) * 1000 - (NOW - 400 * day)) < day


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", ["x", "W10", "WzFd", "bnVsbA", "W251bGwsIG51bGwsIG51bGxd", "ł"])
def test_a_cursor_that_is_none_is_refused(tmp_path: Path, kind: str, after: str) -> None:
    with book(tmp_path) as one, pytest.raises(NoSuchPage, match="'after' is not the 'next'"):
        listed(one, kind, after=after)


def test_a_kind_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with book(tmp_path) as one, pytest.raises(NoSuchPage, match="job, take, problem, command, event"):
        listed(one, "sessions")


@pytest.mark.parametrize("kind", ["job", "take"])
def test_a_cursor_of_half_a_character_is_refused(tmp_path: Path, kind: str) -> None:
    place = [1, "\ud800", *["x"] * (len(KINDS[kind].order) - 2)]
    after = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    with book(tmp_path) as one, pytest.raises(NoSuchPage, match="'after' is not the 'next'"):
        listed(one, kind, after=after)
