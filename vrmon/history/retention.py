"""What is older than the history is kept goes, a little at a time."""

from __future__ import annotations

import sqlite3

from vrmon.history.database import transaction

_OLD_JOBS = (
    "SELECT key, ingest, job, stamp FROM jobs WHERE ended_latest < :before"
    " OR (ended_latest IS NULL AND until < :before AND session <> :session) LIMIT 1000"
)
_DROP_JOB = (
    "DELETE FROM gaps WHERE key = ? AND ingest = ? AND job = ? AND stamp = ?",
    "DELETE FROM jobs WHERE key = ? AND ingest = ? AND job = ? AND stamp = ?",
)
_DROP_OTHERS = (
    "DELETE FROM takes WHERE (key, stamp) IN"
    " (SELECT key, stamp FROM takes WHERE ended_latest < :before"
    " OR (ended_latest IS NULL AND began_latest < :before AND session <> :session) LIMIT 1000)",
    "DELETE FROM problems WHERE (code, subject, began) IN"
    " (SELECT code, subject, began FROM problems WHERE began < :before"
    " AND (ended < :before OR (ended IS NULL AND session <> :session)) LIMIT 1000)",
    "DELETE FROM commands WHERE (session, number) IN"
    " (SELECT session, number FROM commands WHERE time < :before LIMIT 1000)",
    "DELETE FROM events WHERE (session, number) IN"
    " (SELECT session, number FROM events WHERE time < :before LIMIT 1000)",
    "DELETE FROM losses WHERE ended < :before",
    "DELETE FROM sessions WHERE seen < :before",
)
_KEPT_SINCE = "UPDATE sessions SET since = :before WHERE coalesce(since, began) < :before"


def forget(connection: sqlite3.Connection, before: int, session: int) -> bool:
    """Drop a piece of what was over `before` (Unix milliseconds); whether nothing is left to drop. What
    another session than this one left open is over."""
    bounds = {"before": before, "session": session}
    with transaction(connection):
        jobs = connection.execute(_OLD_JOBS, bounds).fetchall()
        for statement in _DROP_JOB:
            connection.executemany(statement, jobs)
        dropped = sum(connection.execute(statement, bounds).rowcount for statement in _DROP_OTHERS)
        connection.execute(_KEPT_SINCE, bounds)
    return not jobs and not dropped
