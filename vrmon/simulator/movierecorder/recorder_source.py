"""One source of the simulated MovieRecorder and what happens to it, whoever wants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

from vrmon.simulator.movierecorder.agenda import Agenda
from vrmon.simulator.movierecorder.take import Take, Who
from vrmon.simulator.served.switches import MovieRecorderSwitches


@dataclass
class RecorderSource:
    """`recording_name` is that of the next take, and of the running one. `take` is None while idle.

    `shows_recording` is what `is_recording` says; it follows the truth as late as the switches want it.
    `switches` replaces the device's, for this source alone.
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

    def begin(self, name: str, now: float, by: Who, agenda: Agenda, visible_after: float) -> Take:
        """A take begins. `now` is monotonic."""
        date = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S +0000")
        self.take = Take(self.unique_id, name, now, by=by, start_date=date)
        self._show(True, now + visible_after, agenda)
        return self.take

    def end(self, now: float, by: Who, agenda: Agenda, visible_after: float, reset_name: bool) -> None:
        """The running take ends, if there is one."""
        if self.take is None:
            return
        if self.take.paused:
            self.take.resume(now)
        self.take.ended, self.take.ended_by = now, by
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
