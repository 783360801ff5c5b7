"""The daemon's numbers of one instant, for /metrics."""

from __future__ import annotations

import time
from collections import Counter

from vrmon.backend import ChannelMetrics, DeviceMetrics, MetricsSnapshot
from vrmon.loop import Loop
from vrmon.status import Scene, health, worst_first
from vrmon.watched import C, T, Watched


def snapshot(scene: Scene, loop: Loop, began: float, beat: float | None) -> MetricsSnapshot:
    """`began` is in Unix time; `beat`: when the last heartbeat was sent, monotonic."""
    now = time.monotonic()
    problems = [problem for problem, _ in worst_first(scene)]
    return MetricsSnapshot(
        version=scene.version,
        started_at=began,
        health=health(problems),
        problems=dict(Counter(problem.severity.value for problem in problems)),
        loop_age=now - loop.turned,
        heartbeat_age=None if beat is None else now - beat,
        channels=_channels(scene, loop, now),
        devices=(
            *(_device("primary", name, one, now) for name, one in loop.primaries.items()),
            *(_device("dvr", name, one, now) for name, one in loop.dvrs.items()),
        ),
    )


def _channels(scene: Scene, loop: Loop, now: float) -> tuple[ChannelMetrics, ...]:
    found = []
    for channel, verdict in scene.plan.verdicts:
        gauge = loop.gauges[channel.key]
        lasting = 0.0 if gauge.mismatch_since is None else now - gauge.mismatch_since
        found.append(
            ChannelMetrics(
                channel.name,
                wanted=verdict.job is not None and verdict.job.present,
                verified=verdict.is_recorded,
                mismatch_seconds=gauge.mismatch_seconds + lasting,
                takes=gauge.takes,
                takes_lost=gauge.takes_lost,
                start_latency=gauge.start_latency.snapshot(),
            )
        )
    return tuple(found)


def _device(kind: str, name: str, one: Watched[C, T], now: float) -> DeviceMetrics:
    gauge = one.gauge
    return DeviceMetrics(
        kind,
        name,
        up=gauge.failures == 0 and gauge.polls > 0,
        polls=gauge.polls,
        failures=gauge.failed,
        age=None if gauge.last_ok is None else now - gauge.last_ok,
        answer_time=gauge.answer_time.snapshot(),
    )
