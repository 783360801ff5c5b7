"""Rows, put into the tables of the book."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

from vrmon.history.rows import Row, Value, statements

log = logging.getLogger(__name__)

_IS_OVER = (
    "SELECT 1 FROM jobs WHERE key = :key AND ingest = :ingest AND job = :job AND stamp = :stamp"
    " AND final = 1 AND session <> :session"
)
_UNFIT = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.DataError, OverflowError, UnicodeError)


def write(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Within a transaction. A row that its table cannot hold is logged, and costs itself only."""
    for (table, columns), alike in groupby(rows, lambda row: (row.table, tuple(row.values))):
        values = [tuple(row.values.values()) for row in alike if not _is_of_what_is_over(connection, row)]
        first, *others = statements(table, columns)
        is_written = not others and _write_at_once(connection, first, values)
        for one in () if is_written else values:
            _write_one(connection, table, columns, one)


@contextlib.contextmanager
def untouched(connection: sqlite3.Connection, rows: Iterable[Row]) -> Iterator[None]:
    """Meanwhile the tables tell these rows as well, of which nothing goes to the disk; where even memory does
    not take them, they tell what they did."""
    connection.execute("PRAGMA cache_spill=OFF")
    try:
        try:
            connection.execute("BEGIN IMMEDIATE")
            write(connection, rows)
        except sqlite3.OperationalError:
            _roll_back(connection)
        yield
    finally:
        _roll_back(connection)
        connection.execute("PRAGMA cache_spill=ON")


def _is_of_what_is_over(connection: sqlite3.Connection, row: Row) -> bool:
    """Whether it is a gap of a job to which, since another session, nothing is to be added. The job's own row
    is written before it."""
    if row.session is None:
        return False
    return connection.execute(_IS_OVER, {**row.values, "session": row.session}).fetchone() is not None


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.OperationalError):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _write_at_once(connection: sqlite3.Connection, statement: str, rows: list[tuple[Value, ...]]) -> bool:
    """False where the table cannot hold one of them."""
    try:
        connection.executemany(statement, rows)
    except _UNFIT:
        return False
    return True


def _write_one(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...], values: tuple[Value, ...]
) -> None:
    """A row that the table cannot hold is a fault of vrmon's, and must not keep the others out."""
    try:
        for statement in statements(table, columns):
            connection.execute(statement, values)
    except _UNFIT:
        log.exception("Entry cannot be written", extra={"TABLE": table})
