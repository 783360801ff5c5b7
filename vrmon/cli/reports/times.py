"""The times of a report as people read them: by this machine's clock, with what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from vrmon.cli.lenient import moment


class Times:
    """Of a report, or of now: with the date where it is not its first day, the zone where that changes."""

    def __init__(self, document: dict[str, Any]) -> None:
        first = moment(document, "from") or datetime.now(timezone.utc)
        self._first = first.astimezone()
        self._last = (moment(document, "to") or first).astimezone()
        self._zones = list(dict.fromkeys(f"{when:%Z}" for when in _sampled(self._first, self._last)))
        self._is_changing = len(self._zones) > 1

    @property
    def span(self) -> str:
        """From when to when the report is, such as "2026-11-26 06:00 to 2026-11-27 06:00 CET"."""
        zone = f" {self._first:%Z}" if self._is_changing else ""
        return f"{self._first:%Y-%m-%d %H:%M}{zone} to {self._last:%Y-%m-%d %H:%M %Z}"

    @property
    def zone(self) -> str:
        """Such as "CET", or "CEST, later CET"."""
        return ", later ".join(self._zones)

    def clock(self, when: datetime) -> str:
        local = when.astimezone()
        zone = f" {local:%Z}" if self._is_changing else ""
        if local.date() == self._first.date():
            return f"{local:%H:%M:%S}{zone}"
        if local.year == self._first.year:
            return f"{local:%m-%d %H:%M:%S}{zone}"
        return f"{local:%Y-%m-%d %H:%M:%S}{zone}"

    def span_of(self, began: datetime | None, ended: datetime | None) -> str:
        """Such as "20:00:00–20:30:00"; what has not ended goes on."""
        first = "?" if began is None else self.clock(began)
        return f"{first}–{'' if ended is None else self.clock(ended)}"


def _sampled(first: datetime, last: datetime) -> Iterator[datetime]:
    """A time of each day between them: who changes the clock in spring changes it back in autumn."""
    yield first
    for day in range(1, (last - first).days + 1):
        yield (first + timedelta(days=day)).astimezone()
    yield last
