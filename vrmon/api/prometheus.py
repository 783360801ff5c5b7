"""The daemon's numbers in Prometheus' text format. Names and units follow its conventions."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from vrmon.api.backend import ChannelMetrics, DeviceMetrics, MetricsSnapshot
from vrmon.catalog import Severity
from vrmon.model import Health
from vrmon.workers.counts import HistogramSnapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(snapshot: MetricsSnapshot) -> bytes:
    """The whole answer to one scrape. Nothing is kept between two."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(snapshot))
    return generate_latest(registry)


class _Snapshot(Collector):
    """What prometheus_client calls a collector, of one instant."""

    def __init__(self, snapshot: MetricsSnapshot) -> None:
        self._snapshot = snapshot

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _daemon(self._snapshot)
        yield from _channels(self._snapshot.channels)
        yield from _devices(self._snapshot.devices)


def _daemon(snapshot: MetricsSnapshot) -> Iterator[Metric]:
    build = InfoMetricFamily("vrmon_build", "The vrmon that runs.")
    build.add_metric([], {"version": snapshot.version})
    yield build
    yield GaugeMetricFamily(
        "vrmon_start_time_seconds", "When the daemon began, in unix time.", snapshot.started_at
    )
    health = GaugeMetricFamily("vrmon_health", "1 for the state the daemon is in.", labels=["state"])
    for state in Health:
        health.add_metric([state.value], float(state == snapshot.health))
    yield health
    problems = GaugeMetricFamily("vrmon_problems", "Problems that last, by severity.", labels=["severity"])
    for severity in Severity:
        problems.add_metric([severity.value], snapshot.problems.get(severity, 0))
    yield problems
    yield GaugeMetricFamily(
        "vrmon_loop_age_seconds", "Time since the control loop finished a round.", snapshot.loop_age
    )
    if snapshot.heartbeat_age is not None:
        yield GaugeMetricFamily(
            "vrmon_heartbeat_age_seconds",
            "Time since the service manager was last told that all is well.",
            snapshot.heartbeat_age,
        )


def _channels(channels: tuple[ChannelMetrics, ...]) -> Iterator[Metric]:
    label = ["channel"]
    wanted = GaugeMetricFamily("vrmon_channel_wanted", "1 while the primary has an active job.", labels=label)
    verified = GaugeMetricFamily(
        "vrmon_channel_verified", "1 while the backup was seen recording it a moment ago.", labels=label
    )
    mismatch = CounterMetricFamily(
        "vrmon_channel_mismatch_seconds", "Time in which a job had no verified backup.", labels=label
    )
    takes = CounterMetricFamily("vrmon_channel_takes", "Takes that were started.", labels=label)
    lost = CounterMetricFamily(
        "vrmon_channel_takes_lost",
        "Takes that ended by themselves while their job was active.",
        labels=label,
    )
    latency = HistogramMetricFamily(
        "vrmon_channel_start_latency_seconds",
        "From the answer that showed a job to the sending of its record command.",
        labels=label,
    )
    missing = GaugeMetricFamily(
        "vrmon_channel_missing_seconds",
        "How much of the active job is not on the backup, at least and at most.",
        labels=["channel", "bound"],
    )
    drilled = GaugeMetricFamily(
        "vrmon_channel_drilled_time_seconds",
        "When the last drill began, in unix time, by what came of it.",
        labels=["channel", "result"],
    )
    for channel in channels:
        labels = [channel.channel]
        wanted.add_metric(labels, float(channel.wanted))
        verified.add_metric(labels, float(channel.verified))
        mismatch.add_metric(labels, channel.mismatch_seconds)
        takes.add_metric(labels, channel.takes)
        lost.add_metric(labels, channel.takes_lost)
        _add_histogram(latency, labels, channel.start_latency)
        for bound, seconds in zip(("least", "most"), channel.missing or (), strict=False):
            missing.add_metric([channel.channel, bound], seconds)
        if channel.drilled is not None:
            result, moment = channel.drilled
            drilled.add_metric([channel.channel, result], moment)
    yield from (wanted, verified, mismatch, takes, lost, latency, missing, drilled)


def _devices(devices: tuple[DeviceMetrics, ...]) -> Iterator[Metric]:
    label = ["kind", "device"]
    up = GaugeMetricFamily("vrmon_device_up", "1 when the last poll brought a good answer.", labels=label)
    polls = CounterMetricFamily("vrmon_device_polls", "Polls sent.", labels=label)
    failures = CounterMetricFamily(
        "vrmon_device_poll_failures", "Polls that brought no good answer.", labels=label
    )
    age = GaugeMetricFamily("vrmon_device_age_seconds", "Time since the last good answer.", labels=label)
    answer = HistogramMetricFamily("vrmon_device_answer_seconds", "How long a poll took.", labels=label)
    for device in devices:
        labels = [device.kind, device.device]
        up.add_metric(labels, float(device.up))
        polls.add_metric(labels, device.polls)
        failures.add_metric(labels, device.failures)
        if device.age is not None:
            age.add_metric(labels, device.age)
        _add_histogram(answer, labels, device.answer_time)
    yield from (up, polls, failures, age, answer)


def _add_histogram(family: HistogramMetricFamily, labels: list[str], histogram: HistogramSnapshot) -> None:
    buckets = [(repr(bound), count) for bound, count in histogram.buckets]
    family.add_metric(labels, [*buckets, ("+Inf", histogram.count)], histogram.sum)
