"""One source of the simulated MovieRecorder and what happens to it, whoever wants it."""

from __future__ import annotations

from dataclasses import dataclass, field

from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.recording.agenda import Agenda
from vrmon.simulator.recording.take import Take, Who


@dataclass
class RecorderSource:
    """`recording_name` is that of the next take, and of the running one. `take` is None while idle.

    `shows_recording` is what `is_recording` says; it follows the truth as late as the switches want it.
    `video_format` is "" without a signal. `switches` replaces the device's, for this source alone.
    """

    unique_id: str
    display_name: str
    description: str = ""
    device_name: str = "DeckLink Quad"
    is_enabled: bool = True
    is_locked: bool = False
    video_format: str = "1080i50"
    destinations: list[str] = field(default_factory=list)
    recording_name: str = ""
    next_name: str = ""
    take: Take | None = None
    shows_recording: bool = False
    switches: MovieRecorderSwitches | None = None
    _shown_until: float = 0.0

    def __post_init__(self) -> None:
        self.recording_name = self.recording_name or self.display_name

    def begin(self, take: Take, agenda: Agenda, visible_after: float) -> None:
        self.take = take
        self._show(True, take.started + visible_after, agenda)

    def split(self, take: Take, agenda: Agenda, idle: float) -> None:
        """What is recorded goes into `take` from its start on; for `idle` seconds nothing seems to record."""
        if self.take is not None:
            self.take.end(take.started, "split")
        self.take = take
        if idle:
            self._show(False, take.started, agenda)
            self._show(True, take.started + idle, agenda)

    def end(self, now: float, by: Who, agenda: Agenda, visible_after: float, reset_name: bool) -> None:
        """The running take ends, if there is one."""
        if self.take is None:
            return
        self.take.end(now, by)
        self.take = None
        self._show(False, now + visible_after, agenda)
        if self.next_name or reset_name:
            self.recording_name = self.next_name or self.display_name
            self.next_name = ""

    def _show(self, recording: bool, due: float, agenda: Agenda) -> None:
        """What is shown changes in the order in which it happened, however different the lags are."""
        self._shown_until = max(self._shown_until, due)

        def show(_due: float) -> None:
            self.shows_recording = recording

        agenda.add(self._shown_until, show)
