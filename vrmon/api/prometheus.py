"""The daemon's numbers in Prometheus' text format. Names and units follow its conventions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from vrmon.api.backend import ChannelMetrics, DeviceMetrics, MetricsSnapshot
from vrmon.api.exposition import family, histogram, labelled, sample
from vrmon.catalog import Severity
from vrmon.model import Health

_ROLES = ("leader", "standby", "suspended")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(snapshot: MetricsSnapshot) -> bytes:
    """The whole answer to one scrape. Nothing is kept between two."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Daemon(snapshot))
    of_each = (*_channels(snapshot.channels), *_devices(snapshot.devices))
    return generate_latest(registry) + "".join(of_each).encode()


class _Daemon(Collector):
    """What prometheus_client calls a collector: the daemon's own numbers of one instant."""

    def __init__(self, snapshot: MetricsSnapshot) -> None:
        self._snapshot = snapshot

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _daemon(self._snapshot)


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
    if snapshot.role:
        role = GaugeMetricFamily(
            "vrmon_pair_role", "1 for what this host of a pair is: it leads, or stands by.", labels=["role"]
        )
        for name in _ROLES:
            role.add_metric([name], float(name == snapshot.role))
        yield role
    if snapshot.heartbeat_age is not None:
        yield GaugeMetricFamily(
            "vrmon_heartbeat_age_seconds",
            "Time since the service manager was last told that all is well.",
            snapshot.heartbeat_age,
        )


def _channels(channels: tuple[ChannelMetrics, ...]) -> Iterator[str]:
    known = [(labelled(channel=one.channel), one) for one in channels]

    def each(kind: str, name: str, help_text: str, value: Callable[[ChannelMetrics], float]) -> str:
        return family(kind, name, help_text, [sample(name, labels, value(one)) for labels, one in known])

    yield each(
        "gauge",
        "vrmon_channel_wanted",
        "1 while the primary has an active job.",
        lambda one: one.wanted,
    )
    yield each(
        "gauge",
        "vrmon_channel_verified",
        "1 while the backup was seen recording it a moment ago.",
        lambda one: one.verified,
    )
    yield each(
        "counter",
        "vrmon_channel_mismatch_seconds_total",
        "Time in which a job had no verified backup.",
        lambda one: one.mismatch_seconds,
    )
    yield each("counter", "vrmon_channel_takes_total", "Takes that were started.", lambda one: one.takes)
    yield each(
        "counter",
        "vrmon_channel_takes_lost_total",
        "Takes that ended by themselves while their job was active.",
        lambda one: one.takes_lost,
    )
    name = "vrmon_channel_start_latency_seconds"
    yield family(
        "histogram",
        name,
        "From the answer that showed a job to the sending of its record command.",
        [histogram(name, labels, one.start_latency) for labels, one in known],
    )
    name = "vrmon_channel_missing_seconds"
    yield family(
        "gauge",
        name,
        "How much of the active job is not on the backup, at least and at most.",
        [
            sample(name, labelled(channel=one.channel, bound=bound), seconds)
            for _, one in known
            for bound, seconds in zip(("least", "most"), one.missing or (), strict=False)
        ],
    )
    name = "vrmon_channel_drilled_time_seconds"
    yield family(
        "gauge",
        name,
        "When the last drill began, in unix time, by what came of it.",
        [
            sample(name, labelled(channel=one.channel, result=one.drilled[0]), one.drilled[1])
            for _, one in known
            if one.drilled is not None
        ],
    )


def _devices(devices: tuple[DeviceMetrics, ...]) -> Iterator[str]:
    known = [(labelled(kind=one.kind, device=one.device), one) for one in devices]

    def each(kind: str, name: str, help_text: str, value: Callable[[DeviceMetrics], float | None]) -> str:
        told = ((labels, value(one)) for labels, one in known)
        shown = [sample(name, labels, number) for labels, number in told if number is not None]
        return family(kind, name, help_text, shown)

    yield each("gauge", "vrmon_device_up", "1 when the last poll brought a good answer.", lambda one: one.up)
    yield each("counter", "vrmon_device_polls_total", "Polls sent.", lambda one: one.polls)
    yield each(
        "counter",
        "vrmon_device_poll_failures_total",
        "Polls that brought no good answer.",
        lambda one: one.failures,
    )
    yield each("gauge", "vrmon_device_age_seconds", "Time since the last good answer.", lambda one: one.age)
    name = "vrmon_device_answer_seconds"
    samples = [histogram(name, labels, one.answer_time) for labels, one in known]
    yield family("histogram", name, "How long a poll took.", samples)
