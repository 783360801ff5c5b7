"""What is counted about each device and channel, for /status and /metrics. Belongs to the loop."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from vrmon.histogram import ANSWER_TIME, START_LATENCY, Histogram
from vrmon.model import DeviceState, Observation, T
from vrmon.plan.memory import Take
from vrmon.status import DeviceView


@dataclass
class DeviceGauge:
    """`failures` counts the polls that failed in a row, `failed` all of them. `last_ok` is monotonic."""

    state: DeviceState = DeviceState.UNKNOWN
    error: str = "not polled yet"
    last_ok: float | None = None
    failures: int = 0
    polls: int = 0
    failed: int = 0
    answer_time: Histogram = field(default_factory=lambda: Histogram(ANSWER_TIME))

    def view(self) -> DeviceView:
        return DeviceView(self.state.value, self.last_ok, self.error, self.failures)

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
class ChannelGauge:
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

    def started(self, take: Take | None) -> None:
        self.takes += 1
        if take is not None and take.number == 1 and take.latency is not None:
            self.start_latency.observe(take.latency)
