"""A person in front of the Mac, and what befalls it.

The list of sources is sorted by display name, the disabled ones last, whenever one is enabled, disabled or
renamed: their index is no handle.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmon.simulator.movierecorder.configurations import ConfiguredMac
from vrmon.simulator.movierecorder.disk import TO_ALL, Disk
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.served.simulated_device import locked


class HandledMac(ConfiguredMac):
    """Each method is one thing that a person does, or that happens by itself."""

    ACTIONS = (
        *ConfiguredMac.ACTIONS,
        "record_by_hand",
        "stop_by_hand",
        "pause_by_hand",
        "resume_by_hand",
        "rename_take",
        "swap_take",
        "split_by_hand",
        "kill_take",
        "crash",
        "lock",
        "enable",
        "rename_source",
        "set_destinations",
        "add_destination",
        "remove_destination",
        "fill_disk",
        "warn",
        "set_video_format",
        "limit_take",
        "reorder",
        "add_source",
        "remove_source",
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
    def swap_take(self, source: str | int, name: str) -> None:
        """The operator ends what runs and records anew, and nobody can look in between."""
        self.stop_by_hand(source)
        self.record_by_hand(source, name)

    @locked
    def split_by_hand(self, source: str | int = 0) -> None:
        """The running take goes on in a new file."""
        self.split(self.source(source), self.advance())

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
        """Those that are enabled from now on, as unique_ids; on air too."""
        self.enable_destinations(self.source(source), destinations, self.advance())

    @locked
    def add_destination(self, unique_id: str, name: str) -> None:
        self.destinations.append(Disk(unique_id, name))

    @locked
    def remove_destination(self, destination: str = "media") -> None:
        """The disk is pulled, and enabled for no source any more."""
        now = self.advance()
        self.destinations.remove(self.destination(destination))
        for one in self.sources:
            self.enable_destinations(one, [kept for kept in one.destinations if kept != destination], now)

    @locked
    def fill_disk(self, destination: str = "media", full: bool = True) -> None:
        """Not a byte more gets onto it; `full` False: there is room again."""
        now = self.advance()
        self.destination(destination).full = full
        for one in self.sources:
            self.note_writing(one, now)

    @locked
    def warn(self, destination: str, warnings: Sequence[str] = (), source: str | int | None = None) -> None:
        """The destination's warnings from now on, about one source or none in particular; none ends them."""
        topic = TO_ALL if source is None else self.source(source).unique_id
        self.destination(destination).warnings[topic] = list(warnings)

    @locked
    def set_video_format(self, source: str | int, video_format: str = "") -> None:
        """Another signal comes in; "": none."""
        self.source(source).video_format = video_format

    @locked
    def limit_take(self, source: str | int, seconds: float) -> None:
        """The running take gets an end date, and will end by itself in so many seconds."""
        self.limit(self.source(source), self.advance() + seconds)

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

    def _sort(self) -> None:
        self.sources.sort(key=lambda one: (not one.is_enabled, one.display_name))
