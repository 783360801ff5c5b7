"""The Mac's own schedule: recordings that begin and end by themselves."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import count

from vrmon.simulator.movierecorder.mac import Mac
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.recording.take import Who
from vrmon.simulator.served.moments import moment_of, unix_time
from vrmon.simulator.served.simulated_device import locked


@dataclass(eq=False)
class Scheduled:
    """A recording of the schedule; monotonic seconds. `recording_days` are those of the week, 0 is Sunday."""

    unique_id: str
    source: str
    name: str
    start: float
    end: float
    is_enabled: bool = True
    stopped_by_user: bool = False
    began: bool = False
    recording_days: list[int] = field(default_factory=list)

    @property
    def begins(self) -> datetime:
        """In local time, rounded by more than two looks at two clocks differ."""
        return datetime.fromtimestamp(round(unix_time(self.start), 2)).astimezone()

    @property
    def midnight(self) -> datetime:
        return _midnight(self.begins)

    @property
    def start_minute(self) -> int:
        """Whole minutes from midnight to its start."""
        return math.floor((self.begins - self.midnight).total_seconds() / 60)

    @property
    def minutes(self) -> int:
        """How long it is, in minutes that were begun."""
        return math.ceil(round(self.end - self.start, 3) / 60)


class ScheduledMac(Mac):
    ACTIONS = (*Mac.ACTIONS, "schedule")

    def __init__(self, sources: int | Iterable[RecorderSource] = 4) -> None:
        super().__init__(sources)
        self.scheduled: list[Scheduled] = []
        self._schedule_numbers = count(1)

    @locked
    def schedule(
        self,
        source: str | int,
        name: str,
        start_in: float,
        duration: float,
        enabled: bool = True,
        days: Sequence[int] = (),
    ) -> str:
        """The schedule will record; seconds. Returns the unique_id of the entry.

        `days` of the week, 0 for Sunday, make it one that is repeated weekly; here it is recorded once.
        """
        one, start = self.source(source), self.advance() + start_in
        unique_id = f"SCHEDULE-{next(self._schedule_numbers)}"
        entry = Scheduled(unique_id, one.unique_id, name, start, start + duration, enabled)
        entry.recording_days = list(days)
        self.scheduled.append(entry)
        self._arm(entry)
        return unique_id

    @locked
    def describe(self) -> dict[str, object]:
        return {**super().describe(), "scheduled": [asdict(entry) for entry in self.scheduled]}

    def end(self, one: RecorderSource, now: float, by: Who) -> None:
        if by in ("remote", "operator"):
            for entry in self.scheduled:
                if entry.source == one.unique_id and entry.start <= now < entry.end:
                    entry.stopped_by_user = one.take is not None or entry.stopped_by_user
        super().end(one, now, by)

    def reschedule(self, entry: Scheduled, start_minute: int | None, minutes: int | None) -> None:
        """In minutes: the start after today's midnight, the length. What is past then happens at once."""
        length = entry.end - entry.start if minutes is None else minutes * 60.0
        if start_minute is not None:
            start = _midnight(datetime.now().astimezone()) + timedelta(minutes=start_minute)
            entry.start = moment_of(start.timestamp())
            entry.began = entry.stopped_by_user = False
        entry.end = entry.start + length
        one = self._source_of(entry)
        if entry.began and one is not None and one.take is not None and one.take.by == "schedule":
            one.take.end_due = entry.end
        self._arm(entry)

    def _arm(self, entry: Scheduled) -> None:
        """What was armed before does nothing any more."""
        start, end = entry.start, entry.end

        def begin(_due: float) -> None:
            if entry.start == start and not entry.began and self._is_on(entry):
                self._begin(entry, max(start, armed))

        def finish(_due: float) -> None:
            if entry.end == end and self._is_on(entry):
                self._finish(entry, max(end, armed))

        armed = time.monotonic()
        self.agenda.add(start, begin)
        self.agenda.add(end, finish)

    def _is_on(self, entry: Scheduled) -> bool:
        return entry in self.scheduled and entry.is_enabled

    def _source_of(self, entry: Scheduled) -> RecorderSource | None:
        return next((one for one in self.sources if one.unique_id == entry.source), None)

    def _begin(self, entry: Scheduled, now: float) -> None:
        one = self._source_of(entry)
        entry.began = True
        if one is not None and one.take is None:
            one.recording_name = entry.name
            self.begin(one, now, "schedule").end_due = entry.end

    def _finish(self, entry: Scheduled, now: float) -> None:
        one = self._source_of(entry)
        if self.switches.schedule_after_end == "gone":
            self.scheduled.remove(entry)
        if one is None or one.take is None or entry.stopped_by_user:
            return
        if one.take.by == "schedule" or self.switches_of(one).schedule_end == "any take":
            super().end(one, now, "schedule")


def _midnight(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
