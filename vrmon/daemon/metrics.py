"""The daemon's numbers of one instant, for /metrics."""

from __future__ import annotations

import time
from collections import Counter

from vrmon.api.backend import ChannelMetrics, DeviceMetrics, MetricsSnapshot
from vrmon.daemon.counting import Counting
from vrmon.daemon.loop import Loop
from vrmon.views.scene import Scene
from vrmon.workers.device import C, Device, T


def snapshot(
    scene: Scene, loop: Loop, counting: Counting, began: float, beat: float | None
) -> MetricsSnapshot:
    """`began` is in Unix time; `beat`: when the last heartbeat was sent, monotonic."""
    now = time.monotonic()
    problems = [problem for problem, _ in scene.worst_first]
    return MetricsSnapshot(
        version=scene.version,
        started_at=began,
        health=scene.health,
        problems=dict(Counter(problem.severity.value for problem in problems)),
        loop_age=now - loop.turned,
        heartbeat_age=None if beat is None else now - beat,
        role="" if scene.pair is None else scene.pair["role"],
        channels=_channels(scene, counting, now),
        devices=(
            *(_device("primary", name, one, now) for name, one in loop.primaries.items()),
            *(_device("dvr", name, one, now) for name, one in loop.dvrs.items()),
        ),
    )


def _channels(scene: Scene, counting: Counting, now: float) -> tuple[ChannelMetrics, ...]:
    found = []
    for channel, verdict in scene.plan.verdicts:
        counts, drill = counting.channels[channel.key], verdict.memory.drill
        drilled = None if drill is None else drill.told
        show = scene.show(channel, verdict)
        lasting = 0.0 if counts.mismatch_since is None else now - counts.mismatch_since
        found.append(
            ChannelMetrics(
                channel.name,
                wanted=verdict.job is not None and verdict.job.present,
                verified=verdict.is_recorded,
                mismatch_seconds=counts.mismatch_seconds + lasting,
                takes=counts.takes,
                takes_lost=counts.takes_lost,
                start_latency=counts.start_latency.snapshot(),
                missing=None if show is None else (show.account.least, show.account.most),
                drilled=None if drilled is None else (drilled.result.value, drilled.when + scene.epoch),
            )
        )
    return tuple(found)


def _device(kind: str, name: str, one: Device[C, T], now: float) -> DeviceMetrics:
    counts = one.counts
    return DeviceMetrics(
        kind,
        name,
        up=counts.failures == 0 and counts.polls > 0,
        polls=counts.polls,
        failures=counts.failed,
        age=None if counts.last_ok is None else now - counts.last_ok,
        answer_time=counts.answer_time.snapshot(),
    )
