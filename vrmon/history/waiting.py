"""The rows that wait for the disk, up to a bound. What has no place is refused and counted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from vrmon.history.rows import Key, Row


class Batch(NamedTuple):
    """Rows that are on their way: of what lasts, and of what happened once."""

    lasting: dict[Key, Row]
    moments: dict[Key, Row]

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.lasting.values(), *self.moments.values())


class Waiting:
    """Not safe among threads by itself. `refused`: how many rows have found no place that nobody was told
    of; `refusing_since`: since when (Unix milliseconds)."""

    def __init__(self, capacity: int) -> None:
        self.refused, self.refusing_since = 0, 0
        self._capacity = capacity
        self._lasting: dict[Key, Row] = {}  # what lasts, in its latest state
        self._moments: dict[Key, Row] = {}  # what happened once, and makes room for the others

    def __len__(self) -> int:
        return len(self._lasting) + len(self._moments)

    def add(self, rows: Iterable[Row]) -> int:
        """Of those with the same key the last waits. How many rows are lost."""
        return sum(not self._find_place(row) for row in rows)

    def refuse(self, rows: int, now: int) -> None:
        """So many have found no place."""
        if not self.refused:
            self.refusing_since = now
        self.refused += rows

    def take(self, most: int) -> Batch:
        """The oldest, which do not wait any more."""
        lasting = dict(islice(self._lasting.items(), most))
        moments = dict(islice(self._moments.items(), most - len(lasting)))
        for key in lasting:
            del self._lasting[key]
        for key in moments:
            del self._moments[key]
        return Batch(lasting, moments)

    def give_back(self, batch: Batch) -> None:
        """They wait as before, where no newer ones have come."""
        self._lasting = {**batch.lasting, **self._lasting}
        self._moments = {**batch.moments, **self._moments}

    def rows(self) -> tuple[Row, ...]:
        """All of them."""
        return Batch(self._lasting, self._moments).rows

    def _find_place(self, row: Row) -> bool:
        """False where a row is lost: this one, or one of what happened once."""
        if row.is_rename:
            self._rename(row)
        key = row.key
        place = self._moments if row.is_of_a_moment else self._lasting
        is_full = key not in place and len(self) >= self._capacity
        if is_full and (row.is_of_a_moment or not self._moments):
            return False
        if is_full:
            del self._moments[next(iter(self._moments))]
        place[key] = row
        return not is_full

    def _rename(self, rename: Row) -> None:
        """What waits is written under the new key; of the renames, each after those before it."""
        self._lasting.pop(rename.key, None)
        self._lasting = {one.key: one for one in (row.renamed(rename) for row in self._lasting.values())}
