"""Monotonic moments, by which everything is counted here, and the clock that people read."""

from __future__ import annotations

import time

_TRIES = 10
_CLOSE = 0.001  # seconds


def unix_time(moment: float) -> float:
    """The Unix time of a monotonic moment, to the millisecond, as far as the clock has not been set since."""
    return moment + _offset()


def moment_of(unix: float) -> float:
    """The monotonic moment of a Unix time."""
    return unix - _offset()


def _offset() -> float:
    """Between the clocks; looked at again where something else ran between the looks."""
    for _ in range(_TRIES):
        before, unix, after = time.monotonic(), time.time(), time.monotonic()
        if after - before < _CLOSE:
            break
    return unix - (before + after) / 2
