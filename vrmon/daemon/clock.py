"""Monotonic time for intervals, UTC for people and for what outlives the process."""

from __future__ import annotations

import time

from vrmon.views.status import Zone

_STEP = 0.5  # seconds: smaller corrections of the system's clock are not followed


class Clock:
    """Turns monotonic seconds into Unix time and back, also after the system's clock was set."""

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()

    @property
    def epoch(self) -> float:
        """What added to a monotonic time gives Unix time. The same float until the clock is set."""
        epoch = time.time() - time.monotonic()
        if abs(epoch - self._epoch) > _STEP:
            self._epoch = epoch
        return self._epoch


def zone() -> Zone:
    """That of this host just now."""
    local = time.localtime()
    return Zone(local.tm_zone, local.tm_gmtoff)
