"""The book on a disk that is full or damaged, after a kill, and when too much comes at once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.world.stores import ROOT, fill, until
from vrmon.errors import HistoryError
from vrmon.history.book import Book
from vrmon.history.database import ADDED, FORMAT, make, open_to_read
from vrmon.history.days import Span
from vrmon.history.holes import Why
from vrmon.history.report import report
from vrmon.history.rows import Row, Value

LONG = 60.0  # seconds that a test waits for something that should come at once


NOW = int(time.time() * 1000)


def event(session: int, number: int, text: str = "", moment: int | None = NOW) -> Row:
    values: dict[str, Value] = {"session": session, "number": number, "time": moment, "code": "job-began"}
    return Row("events", {**values, "severity": "info", "subject": "PCR 1", "message": text, "fields": "{}"})


@contextlib.contextmanager
def book(folder: Path, capacity: int = 20_000, forget_every: float = 3600.0) -> Iterator[Book]:
    made = Book(folder / "history.db", 400, "1.0", capacity, forget_every)
    try:
        yield made
    finally:
        assert made.close(LONG)


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [number for (number,) in connection.execute("SELECT number FROM events ORDER BY session, number")]


def asked(one: Book) -> list[int]:
    return one.ask(numbers).result(LONG)


def kept(folder: Path) -> list[int]:
    with contextlib.closing(open_to_read(folder / "history.db")) as connection:
        return numbers(connection)


def test_what_is_written_is_read_and_survives(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        one.write([event(1, number) for number in range(1200)])
        assert asked(one) == list(range(1200))
        assert one.failing() == ""
    with book(tmp_path) as another:
        another.write([event(2, 5)])
        assert asked(another) == [*range(1200), 5]
        assert another.complaint == ""
    assert kept(tmp_path) == [*range(1200), 5]
    assert {path.name for path in tmp_path.iterdir()} == {"history.db"}


def test_a_later_row_takes_the_place_of_the_one_with_its_key(tmp_path: Path) -> None:
    def texts(connection: sqlite3.Connection) -> list[tuple[int, str]]:
        return connection.execute("SELECT number, message FROM events ORDER BY number").fetchall()

    with book(tmp_path) as one:
        one.write([event(1, 1, "first"), event(1, 2, "second"), event(1, 1, "third")])
        assert one.ask(texts).result(LONG) == [(1, "third"), (2, "second")]
        one.write([event(1, 2, "fourth")])
        assert one.ask(texts).result(LONG) == [(1, "third"), (2, "fourth")]


def test_a_session_says_when_it_was_alive_and_whether_it_ended_as_it_should(tmp_path: Path) -> None:
    began = time.time() * 1000
    with book(tmp_path) as one:
        asked(one)
    with contextlib.closing(open_to_read(tmp_path / "history.db")) as connection:
        rows = connection.execute("SELECT began, version, seen, orderly FROM sessions").fetchall()
    assert rows == [(one.session, "1.0", rows[0][2], 1)]
    assert began - 1 <= one.session <= rows[0][2] <= time.time() * 1000


def test_a_file_of_before_gets_the_columns_that_it_lacks_and_a_copy_is_read_without(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with contextlib.closing(sqlite3.connect(file)) as old:
        make(old)
        began, ended = NOW - 600_000, NOW - 60_000
        times = (began, began + 1000, ended, ended + 1000)
        named = ("a/A/b", "A", "1", began, "PCR 1", "1", "NEWS", *times)
        old.execute(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*named, 1, 0.0, 1.0, 0.99, 1.0, 0, "[]", ended, NOW - 700_000),
        )
        old.commit()
    span = Span(NOW / 1000 - 3600, NOW / 1000 + 3600)

    def jobs(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
        return [(job["basename"], bool(job["began"]["earliest"])) for job in report(connection, span)["jobs"]]

    with contextlib.closing(open_to_read(file)) as copy:
        assert jobs(copy) == [("NEWS", True)]
    with book(tmp_path) as one:
        one.write([event(1, 1)])
        assert one.ask(jobs).result(LONG) == [("NEWS", True)]
        assert one.complaint == ""
        columns = ", ".join(ADDED)
        told = one.ask(lambda connection: connection.execute(f"SELECT {columns} FROM jobs").fetchall())  # noqa: S608
        assert told.result(LONG) == [tuple(ADDED.values())]


def test_killed_in_the_middle_of_writing_no_row_is_half_written(tmp_path: Path) -> None:
    """VRMON_KILLS=N kills it N times."""
    program = """
import os, pathlib, sys
from tests.history.test_book import event
from vrmon.history.book import Book
for line in sys.stdin:
    if os.fork():
        os.wait()
        print(-1, flush=True)
        continue
    book, number = Book(pathlib.Path(sys.argv[1]) / "history.db", 400, "1.0"), 0
    print(os.getpid(), flush=True)
    while True:
        book.write([event(book.session, number + n, "x" * 2000) for n in range(20)])
        number += 20
        book.ask(lambda connection: None).result(60)
        print(number, flush=True)
"""
    chance = random.Random(3)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        for start in range(int(os.environ.get("VRMON_KILLS", "10"))):
            forks.stdin.write("\n")
            forks.stdin.flush()
            writer, told = int(forks.stdout.readline()), int(forks.stdout.readline())
            time.sleep(chance.uniform(0, 0.05))
            os.kill(writer, signal.SIGKILL)
            while (more := int(forks.stdout.readline())) >= 0:
                told = max(told, more)
            with book(tmp_path) as one:
                assert one.ask(sessions).result(LONG) == [*([(0,), (1,)] * start), (0,), (0,)]
                whole = one.ask(whole_rows).result(LONG)
                assert one.complaint == ""
            assert len(whole) == start + 1
            assert whole[-1] >= told
        forks.stdin.close()


def sessions(connection: sqlite3.Connection) -> list[tuple[int]]:
    return connection.execute("SELECT orderly FROM sessions ORDER BY began").fetchall()


def whole_rows(connection: sqlite3.Connection) -> list[int]:
    """Of each session how many events it has; each must be whole, and none may be missing in between."""
    query = (
        "SELECT count(*), max(number) + 1, min(length(message)) FROM events GROUP BY session ORDER BY session"
    )
    rows = connection.execute(query).fetchall()
    assert all(count == upto and shortest == 2000 for count, upto, shortest in rows)
    return [count for count, _, _ in rows]


def damage_header(file: Path) -> None:
    file.write_bytes(b"x" * 4096 + file.read_bytes()[4096:])


def damage_page(file: Path) -> None:
    whole = file.read_bytes()
    middle = len(whole) // 8192 * 4096
    file.write_bytes(whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :])


def of_another_program(file: Path) -> None:
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE a (b)")


def newer(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version={FORMAT + 1}")


@pytest.mark.parametrize(
    ("what", "suffix", "why"),
    [
        (damage_header, "damaged-", "not a database"),
        (damage_page, "damaged-", ""),
        (of_another_program, "damaged-", "it is not a history of vrmon"),
        (newer, "newer", "which a later vrmon has written"),
    ],
)
def test_what_cannot_be_used_is_kept_aside_and_said(
    tmp_path: Path, what: Callable[[Path], None], suffix: str, why: str
) -> None:
    with book(tmp_path) as one:
        one.write([event(1, number, "x" * 500) for number in range(500)])
    file = tmp_path / "history.db"
    what(file)
    before = file.read_bytes()
    with book(tmp_path) as another:
        another.write([event(2, 7)])
        assert asked(another) == [7]
        assert another.complaint.startswith("The history could not be used: ")
        assert why in another.complaint
        assert another.is_newer is (suffix == "newer")
        assert another.failing() == ""
    (aside,) = tmp_path.glob("history.db.*")
    assert aside.name.startswith(f"history.db.{suffix}")
    assert aside.name in another.complaint
    assert aside.read_bytes() == before
    assert kept(tmp_path) == [7]


def test_a_page_that_breaks_while_it_is_in_use_costs_no_row_that_comes_afterwards(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        one.write([event(1, number, "x" * 500) for number in range(12000)])
    with book(tmp_path) as another:
        assert another.ask(lambda connection: connection.execute("SELECT 1").fetchone()).result(LONG) == (1,)
        damage_page(tmp_path / "history.db")
        with pytest.raises(HistoryError, match="malformed"):
            another.ask(texts).result(LONG)
        another.write([event(2, 7)])
        assert asked(another) == [7]
        assert "could not be used" in another.complaint


def replaced(file: Path) -> None:
    (file.parent / "other").write_bytes(b"of a backup")
    (file.parent / "other").rename(file)


@pytest.mark.parametrize("what", [Path.unlink, replaced])
def test_a_file_that_is_taken_away_while_it_is_in_use_is_missed_at_once(
    tmp_path: Path, what: Callable[[Path], None]
) -> None:
    with book(tmp_path) as one:
        one.write([event(1, 1)])
        assert asked(one) == [1]
        what(tmp_path / "history.db")
        one.write([event(1, 2)])
        until(lambda: one.files == 2, "begun anew")
        is_told = "removed or replaced while vrmond ran. It is kept as" in one.complaint
        assert (is_told, one.complaint == "") == (what is replaced, what is not replaced)
        one.write([event(1, 3)])
        assert asked(one) == [2, 3]
        losses = one.ask(lambda connection: connection.execute("SELECT began FROM losses").fetchall())
        assert losses.result(LONG) == [(one.session,)]
    assert kept(tmp_path) == [2, 3]
    aside = [path.read_bytes() for path in tmp_path.glob("history.db.damaged-*Z")]
    assert aside == ([b"of a backup"] if what is replaced else [])


def texts(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT message FROM events")]


def test_what_finds_no_place_is_counted_and_said_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        one = Book(file, 400, "1.0", capacity=100)
        until(lambda: "locked" in one.failing(), "it cannot be opened")
        one.write([event(1, number) for number in range(100)])
        one.write([event(1, number) for number in range(90, 101)])  # ten of which are there already
        assert one.failing().endswith(" 1 entry has been lost meanwhile.")
        one.write([event(1, number) for number in range(101, 130)])
        assert one.failing().endswith(" 30 entries have been lost meanwhile.")
        assert [(hole.why, hole.rows) for hole in one.unwritten()] == [(Why.WAITING, 100), (Why.LOST, 30)]
        other.execute("ROLLBACK")
    until(lambda: one.failing() == "", "well again")
    assert asked(one) == list(range(100))
    assert one.ask(lambda c: c.execute("SELECT rows FROM losses").fetchall()).result(LONG) == [(30,)]
    assert one.missed == 30
    assert one.close(LONG)


def test_a_full_disk_loses_nothing_that_waits_and_reading_goes_on(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "vrmon", tmp_path], check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        with book(tmp_path) as one:
            one.write([event(1, number) for number in range(10)])
            assert asked(one) == list(range(10))
            fill(tmp_path / "filler")
            one.write([event(1, number, "x" * 1000) for number in range(10, 60)])
            until(lambda: one.failing() != "", "failing")
            assert one.failing() == f"Cannot write the history in {tmp_path}/history.db: {FULL}."
            assert asked(one) == list(range(60)), "what waits is told from memory"
            (waiting,) = one.unwritten()
            assert (waiting.why, waiting.rows) == (Why.WAITING, 50)
            assert one.session <= waiting.began < waiting.ended
            assert one.failing() != "", "and waits on"
            (tmp_path / "filler").unlink()
            until(lambda: one.failing() == "", "well again")
            assert asked(one) == list(range(60))
            assert one.unwritten() == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


FULL = "database or disk is full"


def test_too_many_questions_are_refused_at_once(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        begun, go_on = threading.Event(), threading.Event()

        def slow(_: sqlite3.Connection) -> None:
            begun.set()
            go_on.wait(LONG)

        first = one.ask(slow)
        assert begun.wait(LONG)
        waiting = [one.ask(numbers) for _ in range(8)]
        with pytest.raises(HistoryError, match="too many ask"):
            one.ask(numbers).result(0)
        waiting[0].cancel()
        go_on.set()
        assert first.result(LONG) is None
        assert waiting[7].result(LONG) == []


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    old, young = NOW - 401 * 86_400_000, NOW - 399 * 86_400_000
    with book(tmp_path) as one:
        one.write([event(1, number, moment=old) for number in range(2500)] + [event(2, 9, moment=young)])
        assert len(asked(one)) == 2501, "a clock that is wrong at the start costs nothing"
    with book(tmp_path, forget_every=0.0) as one:
        until(lambda: asked(one) == [9], "dropped")


def test_a_clock_that_leaps_years_ahead_makes_nothing_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As receivers of GPS have done whose weeks were counted round."""
    monkeypatch.setattr("vrmon.history.book._CLOCK_SET", 0.0)
    with book(tmp_path, forget_every=0.0) as one:
        one.write([event(1, 1)])
        assert asked(one) == [1]
        leap = 1024 * 7 * 86_400_000
        monkeypatch.setattr("vrmon.history.book._now", lambda: int(time.time() * 1000) + leap)
        one.write([event(1, 2, moment=NOW + leap)])
        assert asked(one) == [1, 2]
        one.write([event(1, 3)])
        until(lambda: asked(one) == [1, 2, 3], "it has kept house since")


def test_a_row_that_cannot_be_written_costs_itself_only(tmp_path: Path) -> None:
    with book(tmp_path) as one:
        one.write([event(1, 1), event(1, 2, moment=None), event(1, 3, "\ud800"), event(1, 3)])
        assert asked(one) == [1, 3]
        assert one.failing() == ""


def test_a_file_that_is_not_there_or_no_history_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="there is no such file"):
        open_to_read(tmp_path / "history.db")
    (tmp_path / "text").write_text("no database" * 1000)
    with pytest.raises(HistoryError, match="not a database"):
        open_to_read(tmp_path / "text")


def test_a_file_that_may_not_be_read_is_named_with_the_reason() -> None:
    program = (
        "import os, pathlib, sys\n"
        "from vrmon.errors import HistoryError\n"
        "from vrmon.history.database import open_to_read\n"
        "if os.getuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "try: open_to_read(pathlib.Path(sys.argv[1]))\n"
        "except HistoryError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "history.db"
        file.touch()
        file.chmod(0o600 if os.getuid() == 0 else 0)
        command = [sys.executable, "-c", program, str(file)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.stderr) == (f"Cannot read {file}: Permission denied.\n", "")


def test_questions_that_cannot_be_answered_do_not_fill_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with book(tmp_path) as one:
        for _ in range(5):
            with pytest.raises(HistoryError, match="Cannot read the history: "):
                one.ask(lambda connection: connection.execute("SELECT ?", ("\ud800",))).result(LONG)
        assert [line.getMessage() for line in caplog.records].count("Question to the history failed") == 1
        assert asked(one) == []
