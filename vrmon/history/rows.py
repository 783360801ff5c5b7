"""What is written into the book: whole rows, each known by its key, so that a later one takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

Value = int | float | str | None
Key = tuple[str, tuple[Value, ...]]

_RENAMES = "renames"
_OF_JOB = ("key", "ingest", "job", "stamp")

KEYS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("began",),
    "jobs": _OF_JOB,
    "gaps": (*_OF_JOB, "place"),
    "takes": ("key", "stamp"),
    "problems": ("code", "subject", "began"),
    "commands": ("session", "number"),
    "events": ("session", "number"),
    "losses": ("began",),
    _RENAMES: ("before", "key"),
}
"""The columns that tell the rows of a table apart."""
_WHILE = {
    "jobs": "jobs.final = 0 OR jobs.session = excluded.session",
    "takes": "takes.ended_latest IS NULL OR takes.session = excluded.session",
}
"""What must hold for a row to be changed: to what was over in a session, no later one has anything to add."""
_OF_A_MOMENT = ("commands", "events")
_OF_CHANNEL = ("jobs", "gaps", "takes")


@dataclass(frozen=True)
class Row:
    """One row of `table`, with all of its columns in the order of their names. `session`: the one that tells
    it, where no column does."""

    table: str
    values: Mapping[str, Value]
    session: int | None = None

    @property
    def is_of_a_moment(self) -> bool:
        """Whether nothing tells of it again."""
        return self.table in _OF_A_MOMENT

    @property
    def key(self) -> Key:
        return self.table, tuple(self.values[column] for column in KEYS[self.table])

    @property
    def is_rename(self) -> bool:
        """Whether it is that of what stands under a channel's key `before`, which is `key` from then on."""
        return self.table == _RENAMES

    def renamed(self, rename: Row) -> Row:
        """As it is after it."""
        is_meant = self.table in _OF_CHANNEL and self.values["key"] == rename.values["before"]
        return replace(self, values={**self.values, "key": rename.values["key"]}) if is_meant else self


@cache
def statements(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those that write such a row, whether or not it is there already; a rename has no table of its own."""
    if table == _RENAMES:
        return tuple(statement for one in _OF_CHANNEL for statement in _rename(one))
    changed = ", ".join(f"{one} = excluded.{one}" for one in columns if one not in KEYS[table])
    condition = f" WHERE {_WHILE[table]}" if table in _WHILE else ""
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(KEYS[table])}) DO UPDATE SET {changed}{condition}",
    )


def _rename(table: str) -> tuple[str, ...]:
    """What stands there twice is kept as it was told last."""
    return (
        f"UPDATE OR IGNORE {table} SET key = ?2 WHERE key = ?1",  # noqa: S608 - our own words
        f"DELETE FROM {table} WHERE key = ?1 AND key <> ?2",  # noqa: S608
    )
