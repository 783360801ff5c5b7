"""When to plan again although nothing has come."""

from __future__ import annotations

from collections.abc import Iterator

from vrmon.model import DeviceState
from vrmon.plan.memory import FLIGHT, ChannelMemory, Memory, PrimaryMemory
from vrmon.plan.starting import pause_until
from vrmon.settings import Sync


def next_due(memory: Memory, sync: Sync, now: float) -> float:
    """The first moment after `now` at which a plan may decide otherwise; infinity where there is none."""
    moments = [
        *(moment for one in memory.primaries.values() for moment in _of_primary(one, sync)),
        *(moment for one in memory.channels.values() for moment in _of_channel(one)),
    ]
    return min((moment for moment in moments if moment > now), default=float("inf"))


def _of_primary(memory: PrimaryMemory, sync: Sync) -> Iterator[float]:
    for tracked in memory.jobs.values():
        if tracked.lost is not None:
            yield tracked.lost + sync.outage_hold
        if tracked.basename is None and tracked.present:
            yield tracked.known + sync.name_wait
            if memory.state is DeviceState.OK:
                yield tracked.name_due if tracked.name_asked is None else tracked.name_asked + FLIGHT


def _of_channel(memory: ChannelMemory) -> Iterator[float]:
    if memory.hold is not None and memory.hold.until is not None:
        yield memory.hold.until
    if memory.job is not None:
        yield pause_until(memory)
    if memory.attempt is not None:
        attempt = memory.attempt
        yield attempt.sent + FLIGHT if attempt.ended is None else attempt.due
