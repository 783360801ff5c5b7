"""What is counted about each device and channel, for /status and /metrics. Belongs to the loop."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from vrmon.model import DeviceState, DeviceView, Observation, T
from vrmon.plan.memory import Running

START_LATENCY = (0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.75, 1.5, 3.0, 5.0, 10.0)
ANSWER_TIME = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True)
class HistogramSnapshot:
    """`buckets` holds (upper bound in seconds, observations at or below it), rising; `count` is of all."""

    buckets: tuple[tuple[float, int], ...] = ()
    count: int = 0
    sum: float = 0.0


class Histogram:
    """Belongs to one thread; `snapshot` may go anywhere."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def snapshot(self) -> HistogramSnapshot:
        *at_or_below, count = accumulate(self._counts)
        return HistogramSnapshot(tuple(zip(self._bounds, at_or_below, strict=True)), count, self._sum)


@dataclass
class DeviceCounts:
    """`failures` counts the polls that failed in a row, `failed` all of them. `last_ok` is monotonic."""

    state: DeviceState = DeviceState.UNKNOWN
    error: str = "not polled yet"
    last_ok: float | None = None
    failures: int = 0
    polls: int = 0
    failed: int = 0
    answer_time: Histogram = field(default_factory=lambda: Histogram(ANSWER_TIME))

    def view(self) -> DeviceView:
        return DeviceView(self.state, self.last_ok, self.error, self.failures)

    def count(self, observation: Observation[T]) -> None:
        self.state, self.error = observation.state, observation.reason
        self.polls += 1
        if observation.seen is None:
            self.failures += 1
            self.failed += 1
        else:
            self.failures = 0
            self.last_ok = observation.ended
            self.answer_time.observe(observation.ended - observation.began)


@dataclass
class ChannelCounts:
    """`mismatch_seconds`: how long a job was active while its take was not seen recording.

    `takes_lost` counts the takes that ended by themselves, the last one at `lost`; those before do not count.
    """

    mismatch_seconds: float = 0.0
    takes: int = 0
    takes_lost: int = 0
    start_latency: Histogram = field(default_factory=lambda: Histogram(START_LATENCY))
    mismatch_since: float | None = None
    lost: float = field(default_factory=time.monotonic)

    def count(self, *, mismatch: bool, died: float | None, now: float) -> None:
        """`died`: when the channel's last take died, if it did."""
        if self.mismatch_since is not None:
            self.mismatch_seconds += now - self.mismatch_since
        self.mismatch_since = now if mismatch else None
        if died is not None and died > self.lost:
            self.takes_lost += 1
            self.lost = died

    def started(self, take: Running | None) -> None:
        self.takes += 1
        if take is not None and take.number == 1 and take.latency is not None:
            self.start_latency.observe(take.latency)
