"""The file of the book: what stands in it, and how it is opened, checked and set aside.

One connection in one thread, which nobody else may open meanwhile: the index of the write-ahead log then lies
in memory, and SQLite's reset bug of it, which needs a second connection, cannot strike. Times are integers,
milliseconds of Unix time; lengths are seconds of the monotonic clock, which no step of the clock changes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vrmon.errors import HistoryError

Connection = sqlite3.Connection

APPLICATION = 0x76726D6E  # what tells this file from any other of SQLite's
FORMAT = 1
_FETCHED = 500

SCHEMA = """
CREATE TABLE sessions (          -- of vrmond: `seen` is its last sign of life; `orderly`: an End
    -- What is open in another table, and of a session that is over, was so until then; nobody knows more.
    began INTEGER PRIMARY KEY, version TEXT NOT NULL, seen INTEGER NOT NULL, orderly INTEGER NOT NULL
) STRICT;
CREATE TABLE jobs (              -- of one channel, known by its `key`: a job on two DVRs has two rows
    -- `final`: nothing will be added any more; until then the sums are of the time up to `until`.
    -- `gaps`: how many of its gaps count, those of the lowest places; `takes`: the stamps of its takes, JSON.
    key TEXT NOT NULL, ingest TEXT NOT NULL, job TEXT NOT NULL, stamp INTEGER NOT NULL,
    channel TEXT NOT NULL, source TEXT NOT NULL, basename TEXT,
    began_earliest INTEGER NOT NULL, began_latest INTEGER NOT NULL,
    ended_earliest INTEGER, ended_latest INTEGER, final INTEGER NOT NULL,
    least REAL NOT NULL, most REAL NOT NULL, covered_least REAL NOT NULL, covered_most REAL NOT NULL,
    gaps INTEGER NOT NULL, takes TEXT NOT NULL, until INTEGER NOT NULL, session INTEGER NOT NULL,
    PRIMARY KEY (key, ingest, job, stamp)
) STRICT, WITHOUT ROWID;
CREATE TABLE gaps (              -- `place`: the how manieth gap of its job, from 0
    key TEXT NOT NULL, ingest TEXT NOT NULL, job TEXT NOT NULL, stamp INTEGER NOT NULL,
    place INTEGER NOT NULL,
    began INTEGER NOT NULL, ended INTEGER, least REAL NOT NULL, most REAL NOT NULL, cause TEXT NOT NULL,
    PRIMARY KEY (key, ingest, job, stamp, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE takes (             -- `names`: those of its files, in order, JSON
    key TEXT NOT NULL, stamp INTEGER NOT NULL,
    channel TEXT NOT NULL, dvr TEXT NOT NULL, source TEXT NOT NULL,
    ingest TEXT NOT NULL, job TEXT NOT NULL, number INTEGER NOT NULL, names TEXT NOT NULL,
    began_earliest INTEGER NOT NULL, began_latest INTEGER NOT NULL,
    ended_earliest INTEGER, ended_latest INTEGER, end_cause TEXT NOT NULL, session INTEGER NOT NULL,
    PRIMARY KEY (key, stamp)
) STRICT, WITHOUT ROWID;
CREATE TABLE problems (          -- `severity`: its worst; `cause`: code and subject, JSON, or empty
    code TEXT NOT NULL, subject TEXT NOT NULL, began INTEGER NOT NULL,
    ended INTEGER, severity TEXT NOT NULL, message TEXT NOT NULL, cause TEXT NOT NULL,
    facts TEXT NOT NULL, session INTEGER NOT NULL,
    PRIMARY KEY (code, subject, began)
) STRICT, WITHOUT ROWID;
CREATE TABLE commands (          -- `by` is empty where vrmon itself decided
    session INTEGER NOT NULL, number INTEGER NOT NULL,
    time INTEGER NOT NULL, channel TEXT NOT NULL, device TEXT NOT NULL, verb TEXT NOT NULL,
    source TEXT NOT NULL, take TEXT NOT NULL, job TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
    answered INTEGER, outcome TEXT NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    session INTEGER NOT NULL, number INTEGER NOT NULL,
    time INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT NOT NULL,
    message TEXT NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE losses (            -- what the disk did not take in time
    began INTEGER PRIMARY KEY, ended INTEGER NOT NULL, rows INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_by_time ON jobs (ended_latest, began_earliest);
CREATE INDEX jobs_by_beginning ON jobs (began_earliest);
CREATE INDEX takes_by_time ON takes (ended_latest, began_earliest);
CREATE INDEX takes_by_beginning ON takes (began_earliest);
CREATE INDEX problems_by_time ON problems (began);
CREATE INDEX commands_by_time ON commands (time);
CREATE INDEX events_by_time ON events (time);
"""


# What `jobs` has besides since files of this format were first written; of an older row these hold.
ADDED = {
    "was_running": 0,  # nobody knows when it began: all else is of the time from `began_earliest` on
    "left_running": 0,  # nobody knows when it ended: all else is of the time up to `until`
    "explained": 15.0,  # seconds of doubt that the pace of the looks brings with it
}
_KINDS = {int: "INTEGER", float: "REAL"}
_COLUMNS = {
    "jobs": {name: f"{_KINDS[type(usual)]} NOT NULL DEFAULT {usual}" for name, usual in ADDED.items()},
    "sessions": {"since": "INTEGER"},  # what is kept of it begins then, NULL: as it began itself
}


class Damaged(Exception):
    """The file is not what this program writes, or no longer; `newer`: a later release wrote it."""

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


def open_to_write(path: Path) -> sqlite3.Connection:
    """The file, made where there is none, checked from end to end. Damaged; sqlite3.OperationalError or
    OSError where the disk does not take it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        with judged():
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            is_new = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None
            if not is_new:
                _check(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA journal_size_limit=4194304")
            with transaction(connection):
                if is_new:
                    make(connection)
                _complete(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """A copy of the file, where no daemon has it. HistoryError."""
    try:
        if not path.is_file():
            raise HistoryError(f"Cannot read {path}: there is no such file.")
        path.open("rb").close()
    except OSError as error:
        raise HistoryError(f"Cannot read {path}: {error.strerror}.") from None
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    try:
        with judged():
            _check(connection)
    except (Damaged, sqlite3.Error) as error:
        connection.close()
        hint = "Copy history.db together with history.db-wal, or stop vrmond first."
        if isinstance(error, Damaged) and error.newer:
            hint = "Read it with that vrmon."
        raise HistoryError(f"Cannot read {path}: {error}. {hint}") from None
    return connection


@contextlib.contextmanager
def judged() -> Iterator[None]:
    """Damaged, for what SQLite says of a file that it cannot make sense of."""
    try:
        yield
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise Damaged(str(error)) from None


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def rows(connection: sqlite3.Connection, question: str, values: Any) -> Iterator[dict[str, Any]]:
    """Those that answer it, each by its columns; a few at once, so that others have their turn in between."""
    found = connection.execute(question, values)
    names = [column[0] for column in found.description]
    while fetched := found.fetchmany(_FETCHED):
        yield from (dict(zip(names, row, strict=True)) for row in fetched)


def make(connection: sqlite3.Connection) -> None:
    """The tables as files of this format had them at first, in an empty file."""
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={FORMAT}")


def _complete(connection: sqlite3.Connection) -> None:
    for table, columns in _COLUMNS.items():
        known = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
        for name, kind in columns.items():
            if name not in known:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def _check(connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise Damaged("it is not a history of vrmon")
    if version > FORMAT:
        raise Damaged(f"it is of format {version}, which a later vrmon has written", newer=True)
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise Damaged(str(found))
