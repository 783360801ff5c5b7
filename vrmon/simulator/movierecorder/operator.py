"""A person in front of the Mac, and what befalls it.

The list of sources is sorted by display name, the disabled ones last, whenever one is enabled, disabled or
renamed: their index is no handle.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmon.simulator.movierecorder.mac import Mac, Scheduled
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.served.simulated_device import locked


class HandledMac(Mac):
    """Each method is one thing that a person does, or that happens by itself."""

    ACTIONS = (
        *Mac.ACTIONS,
        "record_by_hand",
        "stop_by_hand",
        "pause_by_hand",
        "resume_by_hand",
        "rename_take",
        "kill_take",
        "crash",
        "lock",
        "enable",
        "rename_source",
        "set_destinations",
        "warn",
        "reorder",
        "add_source",
        "remove_source",
        "schedule",
    )

    @locked
    def record_by_hand(self, source: str | int = 0, name: str = "") -> None:
        """The operator records; nothing happens where it records already."""
        one, now = self.source(source), self.advance()
        if one.take is None:
            one.recording_name = name or one.recording_name
            self.begin(one, now, "operator")

    @locked
    def stop_by_hand(self, source: str | int = 0) -> None:
        self.end(self.source(source), self.advance(), "operator")

    @locked
    def pause_by_hand(self, source: str | int = 0) -> None:
        one, now = self.source(source), self.advance()
        if one.take is not None and not one.take.paused:
            one.take.pause(now)

    @locked
    def resume_by_hand(self, source: str | int = 0) -> None:
        one, now = self.source(source), self.advance()
        if one.take is not None and one.take.paused:
            one.take.resume(now)

    @locked
    def rename_take(self, source: str | int, name: str) -> None:
        """The operator renames the running take, or the next one."""
        one = self.source(source)
        one.recording_name = name
        if one.take is not None:
            one.take.name = name

    @locked
    def kill_take(self, source: str | int = 0) -> None:
        """The take dies by itself."""
        self.end(self.source(source), self.advance(), "died")

    @locked
    def crash(self) -> None:
        """MovieRecorder crashes and is started again: every take is at its end."""
        now = self.advance()
        for one in self.sources:
            self.end(one, now, "crash")

    @locked
    def lock(self, source: str | int = 0, locked: bool = True) -> None:
        self.source(source).is_locked = locked

    @locked
    def enable(self, source: str | int = 0, enabled: bool = True) -> None:
        self.source(source).is_enabled = enabled
        self._sort()

    @locked
    def rename_source(self, source: str | int, display_name: str) -> None:
        self.source(source).display_name = display_name
        self._sort()

    @locked
    def set_destinations(self, source: str | int, destinations: Sequence[str] = ()) -> None:
        """`destinations` are unique_ids."""
        self.source(source).destinations = list(destinations)

    @locked
    def warn(self, destination: str, warnings: Sequence[str] = ()) -> None:
        """The destination's warnings from now on; none ends them."""
        for disk in self.destinations:
            if disk.unique_id == destination:
                disk.warnings = list(warnings)

    @locked
    def reorder(self, sources: Sequence[str]) -> None:
        """The order of the list from now on, as unique_ids; those not named come last."""
        places = {unique_id: place for place, unique_id in enumerate(sources)}
        self.sources.sort(key=lambda one: places.get(one.unique_id, len(places)))

    @locked
    def add_source(self, unique_id: str, display_name: str) -> None:
        self.sources.append(RecorderSource(unique_id, display_name, destinations=["media"]))

    @locked
    def remove_source(self, source: str | int = 0) -> None:
        """The card is pulled: the source is gone and its take over."""
        one = self.source(source)
        self.end(one, self.advance(), "removed")
        self.sources.remove(one)

    @locked
    def schedule(self, source: str | int, name: str, start_in: float, duration: float) -> None:
        """The Mac's own schedule will record; seconds."""
        one, now = self.source(source), self.advance()
        entry = Scheduled(one.unique_id, name, now + start_in, now + start_in + duration)
        self.scheduled.append(entry)

        def begin(at: float) -> None:
            if one.take is None:
                one.recording_name = name
                self.begin(one, at, "schedule")

        def end(at: float) -> None:
            self.scheduled.remove(entry)
            self.end(one, at, "schedule")

        self.agenda.add(entry.start, begin)
        self.agenda.add(entry.end, end)

    def _sort(self) -> None:
        self.sources.sort(key=lambda one: (not one.is_enabled, one.display_name))
