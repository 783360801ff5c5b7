"""What is older than the history is kept goes, a little at a time."""

from __future__ import annotations

import sqlite3

from vrmon.history.database import transaction

_OLD_JOBS = "SELECT key, ingest, job, stamp FROM jobs WHERE ended_latest < ? LIMIT 1000"
_DROP_JOB = (
    "DELETE FROM gaps WHERE key = ? AND ingest = ? AND job = ? AND stamp = ?",
    "DELETE FROM jobs WHERE key = ? AND ingest = ? AND job = ? AND stamp = ?",
)
_DROP_OTHERS = (
    "DELETE FROM takes WHERE (key, stamp) IN"
    " (SELECT key, stamp FROM takes WHERE ended_latest < ? LIMIT 1000)",
    "DELETE FROM problems WHERE (code, subject, began) IN"
    " (SELECT code, subject, began FROM problems WHERE began < ? AND ended IS NOT NULL LIMIT 1000)",
    "DELETE FROM commands WHERE (session, number) IN"
    " (SELECT session, number FROM commands WHERE time < ? LIMIT 1000)",
    "DELETE FROM events WHERE (session, number) IN"
    " (SELECT session, number FROM events WHERE time < ? LIMIT 1000)",
    "DELETE FROM losses WHERE ended < ?",
    "DELETE FROM sessions WHERE seen < ?",
)


def forget(connection: sqlite3.Connection, before: int) -> bool:
    """Drop a piece of what was over `before` (Unix milliseconds); whether nothing is left to drop."""
    with transaction(connection):
        jobs = connection.execute(_OLD_JOBS, (before,)).fetchall()
        for statement in _DROP_JOB:
            connection.executemany(statement, jobs)
        dropped = sum(connection.execute(statement, (before,)).rowcount for statement in _DROP_OTHERS)
    return not jobs and not dropped
