"""A device as the loop has it: its worker, what it showed last, and how it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vrmon.devices.base import Dvr, Primary
from vrmon.devices.endpoint import Endpoint
from vrmon.devices.movierecorder import MovieRecorder
from vrmon.devices.playbox import PlayBox
from vrmon.gauges import DeviceGauge
from vrmon.lanes import Closable
from vrmon.model import Destination, Job, Observation, Source
from vrmon.settings import Device
from vrmon.worker import Worker

C = TypeVar("C", bound=Closable)
T = TypeVar("T")


@dataclass
class Watched(Generic[C, T]):
    """`seen` is the last observation, None before the first; `last_good` what the last good one saw.

    `ingests` and `destinations` are what a primary or a DVR tells beside that, for people.
    """

    worker: Worker[C, T]
    seen: Observation[T] | None = None
    last_good: T | None = None
    ingests: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()
    destinations_due: float = 0.0
    gauge: DeviceGauge = field(default_factory=DeviceGauge)

    def take_in(self, observation: Observation[T]) -> None:
        self.seen = observation
        self.gauge.count(observation)
        if observation.seen is not None:
            self.last_good = observation.seen


WatchedPrimary = Watched[Primary, tuple[Job, ...]]
WatchedDvr = Watched[Dvr, tuple[Source, ...]]


def watch_primary(device: Device, observed: Callable[[Observation[tuple[Job, ...]]], None]) -> WatchedPrimary:
    """A primary's worker, not started. `observed` is called in the worker's thread."""
    endpoint = Endpoint(device)

    def connect() -> Primary:
        return PlayBox(endpoint)

    def look(primary: Primary) -> tuple[Job, ...]:
        jobs = primary.jobs()
        watched.ingests = primary.ingests
        return jobs

    watched = Watched(Worker(device, connect, look, observed))
    return watched


def watch_dvr(device: Device, observed: Callable[[Observation[tuple[Source, ...]]], None]) -> WatchedDvr:
    """A DVR's worker, not started. `observed` is called in the worker's thread."""
    endpoint = Endpoint(device)

    def connect() -> Dvr:
        return MovieRecorder(endpoint)

    return Watched(Worker(device, connect, lambda dvr: dvr.sources(), observed))


def exchange(
    watched: dict[str, Watched[C, T]], wanted: dict[str, Device], watch: Callable[[Device], Watched[C, T]]
) -> None:
    """Close what is no longer wanted as it was, start what is new, leave the rest alone."""
    for name in [name for name, one in watched.items() if wanted.get(name) != one.worker.device]:
        watched.pop(name).worker.close()
    for name, device in wanted.items():
        if name not in watched:
            watched[name] = watch(device)
            watched[name].worker.start()
