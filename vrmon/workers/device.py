"""A device as the loop has it: its worker, what it showed last, and how it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vrmon.devices import kinds
from vrmon.devices.contract import Dvr, Primary
from vrmon.model import Destination, DeviceState, Job, Observation, Schedule, Source
from vrmon.settings import DeviceSettings
from vrmon.workers.aside import Aside
from vrmon.workers.counts import DeviceCounts
from vrmon.workers.lanes import Closable
from vrmon.workers.worker import Worker

_DESTINATIONS_EVERY, _SCHEDULES_EVERY = 5.0, 30.0  # seconds

C = TypeVar("C", bound=Closable)
T = TypeVar("T")


def _destinations() -> Aside[Destination]:
    return Aside(lambda dvr: dvr.destinations(), _DESTINATIONS_EVERY)


def _schedules() -> Aside[Schedule]:
    return Aside(lambda dvr: dvr.schedules(), _SCHEDULES_EVERY)


@dataclass
class Device(Generic[C, T]):
    """`seen` is the last observation, None before the first; `last_good` the last good one.

    `destinations` and `schedules` are what a DVR tells beside that. `is_missed`: its look should have come to
    an end for long. `is_awaited`: the plan wants to see what the next look shows. Belongs to the loop.
    """

    worker: Worker[C, T]
    seen: Observation[T] | None = None
    last_good: Observation[T] | None = None
    destinations: Aside[Destination] = field(default_factory=_destinations)
    schedules: Aside[Schedule] = field(default_factory=_schedules)
    counts: DeviceCounts = field(default_factory=DeviceCounts)
    is_missed: bool = False
    is_awaited: bool = False

    def missed(self, now: float) -> Observation[T] | None:
        """In place of a look's outcome that does not come, for our own thread is at fault: told once."""
        was_missed, self.is_missed = self.is_missed, self.worker.is_overdue()
        if was_missed or not self.is_missed:
            return None
        name = self.worker.device.name
        reason = f"{name} was asked and vrmon's own thread has not come back since"
        if self.worker.poller.is_refused:
            reason = f"{name} cannot be asked: the system gives vrmon no more threads"
        return Observation.unknown(now, now, reason)

    def take_in(self, observation: Observation[T]) -> None:
        self.seen = observation
        self.is_awaited = False
        self.counts.count(observation)
        if observation.seen is not None:
            self.last_good = observation


PrimaryDevice = Device[Primary, tuple[Job, ...]]
DvrDevice = Device[Dvr, tuple[Source, ...]]


def watch_primary(
    device: DeviceSettings, observed: Callable[[Observation[tuple[Job, ...]]], None]
) -> PrimaryDevice:
    """A primary's worker, not started. `observed` is called in the worker's thread."""
    return Device(Worker(device, kinds.primary(device), lambda primary: primary.jobs(), observed))


def watch_dvr(
    device: DeviceSettings, observed: Callable[[Observation[tuple[Source, ...]]], None]
) -> DvrDevice:
    """A DVR's worker, not started. `observed` is called in the worker's thread."""
    return Device(Worker(device, kinds.recorder(device), lambda dvr: dvr.sources(), observed))


def exchange(
    watched: dict[str, Device[C, T]],
    wanted: dict[str, DeviceSettings],
    watch: Callable[[DeviceSettings], Device[C, T]],
) -> None:
    """Close what is no longer wanted as it was, start what is new, leave the rest alone."""
    for name in [name for name, one in watched.items() if wanted.get(name) != one.worker.device]:
        watched.pop(name).worker.close()
    for name, device in wanted.items():
        if name not in watched:
            watched[name] = watch(device)
            watched[name].worker.start()


def take_in_destinations(one: DvrDevice, destinations: tuple[Destination, ...] | None) -> None:
    """What stands under none of the sources that it lists concerns them all. None: they could not be had."""
    look = one.last_good
    shown = () if look is None else look.seen or ()
    odd = () if look is None else look.odd
    sources = frozenset([*(each.unique_id for each in shown), *(each.handle or "" for each in odd)])
    one.destinations.take_in(destinations and tuple(each.among(sources) for each in destinations))


def take_in_schedules(one: DvrDevice, schedules: tuple[Schedule, ...] | None) -> None:
    """None: they could not be had."""
    one.schedules.take_in(schedules)


def ask_destinations(
    one: DvrDevice, now: float, deliver: Callable[[tuple[Destination, ...] | None], None]
) -> None:
    """Ask `one` if it is time and it answers. `deliver` is called in a thread of the device, with None where
    there are none to be had."""
    if one.worker.device.traits.tells_destinations and one.counts.state is DeviceState.OK:
        one.destinations.ask(one.worker.lanes, now, deliver)


def ask_schedules(one: DvrDevice, now: float, deliver: Callable[[tuple[Schedule, ...] | None], None]) -> None:
    """The same, for what it will record by itself."""
    if one.worker.device.traits.tells_schedules and one.counts.state is DeviceState.OK:
        one.schedules.ask(one.worker.lanes, now, deliver)
