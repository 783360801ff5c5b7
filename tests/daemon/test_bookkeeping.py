"""What the daemon hands to its book: nothing waits for the disk, and what was lost is said once."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.world.stores import until
from vrmon.catalog import Code, Severity
from vrmon.daemon.bookkeeping import Bookkeeping
from vrmon.daemon.clock import Clock
from vrmon.errors import HistoryError
from vrmon.history.book import CAPACITY
from vrmon.history.holes import losses
from vrmon.history.pages import last_events
from vrmon.settings import History
from vrmon.views.events import Event

LOST = 10


def happened(number: int) -> Event:
    return Event(Code.JOB_BEGAN, Severity.INFO, "PCR 1", f"Job {number} began.")


def test_what_finds_no_place_while_the_disk_takes_nothing_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        keeping = Bookkeeping(file, Clock())
        keeping.apply(History())
        for number in range(CAPACITY + LOST):
            keeping.happened(happened(number), number, 0.0)
            if number % 1000 == 0:  # all that has come is folded before anybody is answered
                with pytest.raises(HistoryError):
                    asyncio.run(keeping.ask(lambda _: None))
        until(lambda: f"{LOST} entries" in keeping.failing(), "they are counted")
        assert keeping.missed() == 0, "not before it stands in the book"
    until(lambda: keeping.failing() == "", "it is written")
    until(lambda: keeping.missed() == LOST, "it is said")
    assert keeping.missed() == 0
    events = asyncio.run(keeping.ask(lambda book: last_events(book, 0, 2 * CAPACITY)))
    assert [event.message for event, _ in events] == [f"Job {number} began." for number in range(CAPACITY)]
    keeping.close(60.0)


def test_what_cannot_be_folded_is_told_as_lost_and_what_comes_next_is_folded(tmp_path: Path) -> None:
    keeping = Bookkeeping(tmp_path / "history.db", Clock())
    keeping.apply(History())
    strange: Any = None
    keeping.take_in(strange, ())
    keeping.happened(happened(1), 1, 0.0)
    until(lambda: keeping.missed() == 1, "it is said")
    found = asyncio.run(keeping.ask(lambda book: (last_events(book, 0, 10), losses(book, 0, 2**62))))
    assert [event.message for event, _ in found[0]] == ["Job 1 began."]
    assert [(hole.why.value, hole.rows) for hole in found[1]] == [("lost", 1)]
    keeping.close(60.0)


def test_without_a_history_nothing_is_kept_and_whoever_asks_hears_why(tmp_path: Path) -> None:
    keeping = Bookkeeping(tmp_path / "history.db", Clock())
    keeping.apply(History(days=0))
    keeping.happened(happened(1), 1, 0.0)
    with pytest.raises(HistoryError, match=r"there is none\. Set \[history\] days"):
        asyncio.run(keeping.ask(lambda _: None))
    assert (keeping.failing(), keeping.complaint(newer=False), keeping.missed()) == ("", "", 0)
    assert list(tmp_path.iterdir()) == []
    keeping.close(0.0)
