"""Monotonic time for intervals, UTC for people and for what outlives the process."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from vrmon.views.scene import Zone

_STEP = 0.5  # seconds: smaller corrections of the system's clock are not followed
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Clock:
    """Turns monotonic seconds into Unix time and back, also after the system's clock was set.

    `boot`: the id of the machine's present one, for which monotonic time goes on; "" if that is not known.
    """

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()
        self.boot = _boot()

    @property
    def epoch(self) -> float:
        """What added to a monotonic time gives Unix time. The same float until the clock is set."""
        epoch = time.time() - time.monotonic()
        if abs(epoch - self._epoch) > _STEP:
            self._epoch = epoch
        return self._epoch


def _boot() -> str:
    with contextlib.suppress(OSError, UnicodeError):
        return _BOOT.read_text(encoding="ascii").strip()
    return ""


def zone() -> Zone:
    """That of this host just now."""
    local = time.localtime()
    return Zone(local.tm_zone, local.tm_gmtoff)
