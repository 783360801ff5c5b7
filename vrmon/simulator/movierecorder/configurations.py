"""Configurations that were saved on the Mac, and what restoring one does to it."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace

from vrmon.simulator.movierecorder.disk import Disk
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.schedule import Scheduled, ScheduledMac
from vrmon.simulator.served.simulated_device import locked


@dataclass(frozen=True)
class Configuration:
    sources: list[RecorderSource]
    destinations: list[Disk]
    scheduled: list[Scheduled]


class ConfiguredMac(ScheduledMac):
    """It was saved as "Default" when it was made."""

    ACTIONS = (*ScheduledMac.ACTIONS, "save_configuration", "restore_configuration")

    def __init__(self, sources: int | Iterable[RecorderSource] = 4) -> None:
        super().__init__(sources)
        self.configurations: dict[str, Configuration] = {}
        self.save_configuration("Default")

    @locked
    def save_configuration(self, name: str) -> None:
        """What there is now, without the takes that run."""
        idle = [replace(one, take=None, shows_recording=False, next_name="") for one in self.sources]
        self.configurations[name] = deepcopy(Configuration(idle, self.destinations, self.scheduled))

    @locked
    def restore_configuration(
        self, name: str, sources: bool = True, destinations: bool = True, schedule: bool = True
    ) -> None:
        """Sources, destinations and schedule, each if wanted, are again what they were when it was saved."""
        if name not in self.configurations:
            raise ValueError(f"Cannot restore {name!r}: there are {', '.join(self.configurations)}.")
        now, saved = self.advance(), deepcopy(self.configurations[name])
        if destinations:
            self.destinations = saved.destinations
        if sources:
            self._restore_sources(saved.sources, now)
        if schedule:
            self.scheduled = saved.scheduled
            for entry in self.scheduled:
                self._arm(entry)
        for one in self.sources:
            self.note_writing(one, now)

    def _restore_sources(self, saved: list[RecorderSource], now: float) -> None:
        kept = {one.unique_id for one in saved}
        for one in self.sources:
            if one.unique_id not in kept or self.switches_of(one).restoring == "ends takes":
                self.end(one, now, "configuration")
        present = {one.unique_id: one for one in self.sources}
        self.sources = [_restored(present.get(one.unique_id), one) for one in saved]


def _restored(present: RecorderSource | None, saved: RecorderSource) -> RecorderSource:
    """The source that is there, as it was saved; what it records goes on under its name."""
    if present is None:
        return saved
    present.display_name, present.description = saved.display_name, saved.description
    present.is_enabled, present.is_locked = saved.is_enabled, saved.is_locked
    present.destinations = saved.destinations
    if present.take is None:
        present.recording_name = saved.recording_name
    return present
