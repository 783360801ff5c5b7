"""The Mac that MovieRecorder runs on: its sources and destinations, and the takes it made."""

from __future__ import annotations

import time
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import asdict
from typing import Any

from vrmon.simulator.movierecorder.disk import Disk
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.recording.agenda import Agenda
from vrmon.simulator.recording.take import Take, Who, gaps
from vrmon.simulator.served.simulated_device import SimulatedDevice, locked
from vrmon.simulator.served.switches import switched, switched_in_part


def usual_sources(count: int) -> list[RecorderSource]:
    """As a card with that many inputs gives them: "4XT00292 - 0" shown as "Backup 1", …"""
    return [
        RecorderSource(f"4XT00292 - {number}", f"Backup {number + 1}", destinations=["media"])
        for number in range(count)
    ]


class Mac(SimulatedDevice):
    """What is there. A source is named by its unique_id or its index."""

    KIND = "movierecorder"
    PART = "source"
    switches: MovieRecorderSwitches

    def __init__(self, sources: int | Iterable[RecorderSource] = 4) -> None:
        super().__init__()
        self.sources = usual_sources(sources) if isinstance(sources, int) else list(sources)
        self.destinations = [Disk("media", "Media RAID")]
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
    def destination(self, unique_id: str) -> Disk:
        for known in self.destinations:
            if known.unique_id == unique_id:
                return known
        there = ", ".join(disk.unique_id for disk in self.destinations)
        raise ValueError(f"Cannot find the destination {unique_id!r}: there are {there}.")

    @locked
    def switch(self, /, source: str | int | None = None, **changes: Any) -> None:
        """Sets switches of MovieRecorderSwitches by name, for one source or for the whole device."""
        if source is None:
            self.switches = switched(self.switches, changes)
        else:
            one = self.source(source)
            one.switches = switched_in_part(one.switches or self.switches, changes)

    @locked
    def describe(self) -> dict[str, object]:
        self.advance()
        return {
            **super().describe(),
            "switches": asdict(self.switches),
            "sources": [asdict(one) for one in self.sources],
            "destinations": [asdict(disk) for disk in self.destinations],
            "takes": [_described(take) for take in self._takes],
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

    def is_full(self, one: RecorderSource) -> bool:
        """Whether each of its destinations is full."""
        disks = self._disks(one)
        return bool(disks) and all(disk.full for disk in disks)

    def begin(self, one: RecorderSource, now: float, by: Who) -> Take:
        switches = self.switches_of(one)
        overwrites = switches.duplicate_name == "overwritten"
        name = one.recording_name if overwrites else self._file_name(one, switches)
        take = Take(one.unique_id, name, now, by=by, whole=len(self._takes))
        one.begin(take, self.agenda, switches.start_visible_after)
        self._began(one, take)
        return take

    def split(self, one: RecorderSource, now: float) -> None:
        """The running take goes on in a new file; nothing is lost between the two."""
        before, switches = one.take, self.switches_of(one)
        if before is None:
            return
        one.recording_name = one.next_name or _name_after_split(one, before.part, switches)
        one.next_name = ""
        name = self._file_name(one, switches)
        take = Take(one.unique_id, name, now, by="split", whole=before.whole, part=before.part + 1)
        take.end_due = before.end_due
        if switches.split_date == "kept":
            take.shown_at = before.shown_at
        one.split(take, self.agenda, switches.split_idle)
        self._began(one, take)

    def end(self, one: RecorderSource, now: float, by: Who) -> None:
        switches = self.switches_of(one)
        lag = switches.stop_visible_after if by == "remote" else 0.0
        one.end(now, by, self.agenda, lag, switches.name_after_stop == "reset")

    def end_later(self, one: RecorderSource, due: float, by: Who) -> None:
        """The running take, however often it is split until then, will end by itself."""
        running = one.take

        def end(due: float) -> None:
            if running is not None and one.take is not None and one.take.whole == running.whole:
                self.end(one, due, by)

        self.agenda.add(due, end)

    def limit(self, one: RecorderSource, due: float) -> None:
        """The running take gets an end date, which is shown, and will end then."""
        take = one.take
        if take is None:
            return
        take.end_due = due

        def end(due: float) -> None:
            if one.take is not None and one.take.end_due == due:
                self.end(one, due, "end date")

        self.agenda.add(due, end)

    def enable_destinations(self, one: RecorderSource, destinations: Iterable[str], now: float) -> None:
        """`destinations` are unique_ids."""
        one.destinations = list(destinations)
        self.note_writing(one, now)

    def note_writing(self, one: RecorderSource, now: float) -> None:
        """Its destinations may have changed: whether its take is written, or at its end."""
        if one.take is None:
            return
        if self.is_full(one) and self.switches_of(one).full_disk == "take ends":
            self.end(one, now, "full")
        else:
            one.take.write(now, any(not disk.full for disk in self._disks(one)))

    def _disks(self, one: RecorderSource) -> list[Disk]:
        return [disk for disk in self.destinations if disk.unique_id in one.destinations]

    def _began(self, one: RecorderSource, take: Take) -> None:
        self._takes.append(take)
        after = self.switches_of(one).split_after

        def split(due: float) -> None:
            if one.take is take:
                self.split(one, due)

        if after:
            self.agenda.add(take.started + after, split)
        self.note_writing(one, take.started)

    def _file_name(self, one: RecorderSource, switches: MovieRecorderSwitches) -> str:
        """A name that no file has; shown where the switch wants it so."""
        name, number = one.recording_name, 1
        while self.is_taken(name):
            name, number = f"{one.recording_name} {number}", number + 1
        if switches.duplicate_name == "suffix, shown":
            one.recording_name = name
        return name


def _name_after_split(one: RecorderSource, part: int, switches: MovieRecorderSwitches) -> str:
    if switches.split_name == "suffixed":
        return f"{one.recording_name.removesuffix(f'-{part}')}-{part + 1}"
    return one.display_name if switches.split_name == "reset" else one.recording_name


def _described(take: Take) -> dict[str, Any]:
    """For JSON, which knows no infinity: what goes on has no end."""
    recorded = [[begun, None if over == float("inf") else over] for begun, over in take.recorded()]
    return {**asdict(take), "recorded": recorded}
