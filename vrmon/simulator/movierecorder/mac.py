"""The Mac that MovieRecorder runs on: its sources, destinations and schedule, and the takes it made."""

from __future__ import annotations

import time
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

from vrmon.simulator.movierecorder.agenda import Agenda
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.take import Take, Who, gaps
from vrmon.simulator.served.simulated_device import SimulatedDevice, locked
from vrmon.simulator.served.switches import MovieRecorderSwitches, switched


@dataclass
class Disk:
    """A destination. `warnings` are shown under the key NotRelatedToSource."""

    unique_id: str
    name: str
    warnings: list[str] = field(default_factory=list)


@dataclass
class Scheduled:
    """A recording of the Mac's own schedule; monotonic seconds."""

    source: str
    name: str
    start: float
    end: float


def usual_sources(count: int) -> list[RecorderSource]:
    """As a card with that many inputs gives them: "4XT00292 - 0" shown as "Backup 1", …"""
    return [
        RecorderSource(f"4XT00292 - {number}", f"Backup {number + 1}", destinations=["media"])
        for number in range(count)
    ]


class Mac(SimulatedDevice):
    """What is there. A source is named by its unique_id or its index."""

    KIND = "movierecorder"
    ACTIONS = (*SimulatedDevice.ACTIONS, "switch")

    def __init__(self, sources: int | Iterable[RecorderSource] = 4) -> None:
        super().__init__()
        self.sources = usual_sources(sources) if isinstance(sources, int) else list(sources)
        self.destinations = [Disk("media", "Media RAID")]
        self.scheduled: list[Scheduled] = []
        self.switches = MovieRecorderSwitches()
        self._takes: list[Take] = []
        self.agenda = Agenda()

    @property
    def takes(self) -> list[Take]:
        """Every take there ever was, copied, in the order they began."""
        with self.changed:
            self.advance()
            return deepcopy(self._takes)

    def takes_of(self, source: str | int) -> list[Take]:
        """Those of one source; one that is gone is known by its unique_id still."""
        unique_id = self.source(source).unique_id if isinstance(source, int) else source
        return [take for take in self.takes if take.source == unique_id]

    def running(self, source: str | int = 0) -> Take | None:
        """The take that is being recorded, copied."""
        with self.changed:
            self.advance()
            return deepcopy(self.source(source).take)

    @property
    def files(self) -> list[str]:
        """The names of the files on the Mac: one overwritten by another of its name is there once."""
        return list(dict.fromkeys(take.name for take in self.takes))

    def gaps(self, source: str | int, since: float, until: float) -> list[tuple[float, float]]:
        """When, between two monotonic moments, nothing of the source was recorded."""
        return gaps(self.takes_of(source), since, until)

    @locked
    def source(self, source: str | int) -> RecorderSource:
        for known in self.sources:
            if known.unique_id == source:
                return known
        if isinstance(source, int) and 0 <= source < len(self.sources):
            return self.sources[source]
        raise ValueError(f"Cannot find the source {source!r}: this MovieRecorder has {len(self.sources)}.")

    @locked
    def switch(self, /, source: str | int | None = None, **changes: Any) -> None:
        """Sets switches of MovieRecorderSwitches by name, for one source or for the whole device."""
        if source is None:
            self.switches = switched(self.switches, changes)
        else:
            one = self.source(source)
            one.switches = switched(one.switches or self.switches, changes)

    @locked
    def describe(self) -> dict[str, object]:
        self.advance()
        return {
            **super().describe(),
            "switches": asdict(self.switches),
            "sources": [asdict(one) for one in self.sources],
            "destinations": [asdict(disk) for disk in self.destinations],
            "scheduled": [asdict(entry) for entry in self.scheduled],
            "takes": [asdict(take) for take in self._takes],
        }

    def advance(self) -> float:
        """Lets happen what is due, and returns the time."""
        now = time.monotonic()
        self.agenda.advance(now)
        return now

    def switches_of(self, one: RecorderSource) -> MovieRecorderSwitches:
        return one.switches or self.switches

    def is_taken(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return any(take.name == name for take in self._takes)

    def begin(self, one: RecorderSource, now: float, by: Who) -> Take:
        switches = self.switches_of(one)
        name = self._file_name(one.recording_name, switches)
        if switches.duplicate_name == "suffix, shown":
            one.recording_name = name
        take = one.begin(name, now, by, self.agenda, switches.start_visible_after)
        self._takes.append(take)
        return take

    def end(self, one: RecorderSource, now: float, by: Who) -> None:
        switches = self.switches_of(one)
        lag = switches.stop_visible_after if by == "remote" else 0.0
        one.end(now, by, self.agenda, lag, switches.name_after_stop == "reset")

    def _file_name(self, name: str, switches: MovieRecorderSwitches) -> str:
        if switches.duplicate_name == "overwritten":
            return name
        suffixed, number = name, 1
        while self.is_taken(suffixed):
            suffixed, number = f"{name} {number}", number + 1
        return suffixed
