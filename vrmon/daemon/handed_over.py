"""What one host of a pair hands to the other: the text of a state, and the memory that it makes there."""

from __future__ import annotations

import logging
import time

from vrmon.daemon.clock import Clock
from vrmon.pair.shared import Shared
from vrmon.plan.memory import Memory
from vrmon.settings import Sync
from vrmon.state import snapshot
from vrmon.state.format import FORMAT, decoded

log = logging.getLogger(__name__)

_SKEW = 1.5  # seconds by which the hosts' clocks may differ unnoticed


def wrapped(state: str) -> str:
    """With its format, which another version of vrmon may have another of."""
    return f'{{"format": {FORMAT}, "payload": {state}}}'


def unwrapped(shared: Shared, clock: Clock, ahead: float, sync: Sync) -> Memory | None:
    """None where it cannot be used. `ahead`: seconds by which the clock of who shared it differs."""
    try:
        told = decoded(shared.state)
        if told["format"] > FORMAT:
            raise ValueError("it is of a newer vrmon than this")
        epoch = clock.epoch + (ahead if abs(ahead) > _SKEW else 0.0)
        return snapshot.restore(told["payload"], epoch, time.monotonic(), sync, clock.boot)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        log.error("Shared state unusable", extra={"REASON": repr(error)})
        return None
