"""How a recording comes along: OBS was seen to be active for ever, and to write nothing any more; and, once
one had ended in the instant in which it was paused, to call all that followed paused, and to write them."""

from __future__ import annotations

import threading

from vrmon.devices.obs.session import Reply

STILL = 10.0  # seconds; it begins to write up to 2 s after a start, and a busy machine is later
PAUSED = 0.5  # seconds; one that goes on within a picture of its pause is never written or ended any more


class Progress:
    """What the clients of one OBS share. `is_still`: the last look showed a recording to which nothing had
    been added for STILL. `is_paused`: it showed one that is paused."""

    def __init__(self) -> None:
        self.is_still = self.is_paused = False
        self._is_left = False  # the word of a pause, from a recording that has ended
        self._turn = threading.Lock()
        self._written: object = None
        self._since = 0.0
        self._paused: float | None = None

    def look(self, status: Reply, now: float) -> bool:
        """Whether it is still, by what it says of its recording at `now` (monotonic)."""
        told = status.data
        is_active, says_paused = (told.get(key) is True for key in ("outputActive", "outputPaused"))
        written = (told.get("outputBytes"), told.get("outputDuration"))
        with self._turn:
            self._is_left = says_paused and (self._is_left or not is_active)
            self.is_paused = is_paused = says_paused and not self._is_left
            is_written = is_active and not is_paused
            if not is_written or None in written or written != self._written:
                self._written, self._since = written if is_written else None, now
            if not is_paused:
                self._paused = None
            elif self._paused is None:
                self._paused = now
            self.is_still = now - self._since >= STILL
            return self.is_still

    def goes_on(self) -> None:
        """OBS refuses to resume what it calls paused: it is not."""
        with self._turn:
            self._is_left = True

    def until_resumed(self, now: float) -> float:
        """Seconds until a paused recording may go on."""
        with self._turn:
            return max(0.0, (now if self._paused is None else self._paused) + PAUSED - now)
