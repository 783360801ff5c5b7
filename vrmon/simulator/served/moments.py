"""Monotonic moments, by which everything is counted here, on the clock that people read."""

from __future__ import annotations

import time


def unix_time(moment: float) -> float:
    """The Unix time of a monotonic moment, as far as the clock has not been set since."""
    return time.time() - (time.monotonic() - moment)
