"""Monotonic time for intervals, UTC for people and for what outlives the process."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from vrmon.views.scene import Zone

_STEP = 0.5  # seconds: smaller corrections of the system's clock are not followed
BOOT_VARIABLE = "VRMON_BOOT_ID"
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
    """By the unit, which knows it, where the service may not see that part of /proc."""
    with contextlib.suppress(OSError, UnicodeError):
        return _plain(_BOOT.read_text(encoding="ascii"))
    return _plain(os.environ.get(BOOT_VARIABLE, ""))


def _plain(boot: str) -> str:
    """As systemd spells it."""
    return boot.strip().replace("-", "")


def zone() -> Zone:
    """That of this host just now."""
    local = time.localtime()
    return Zone(local.tm_zone, local.tm_gmtoff)
