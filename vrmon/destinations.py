"""The DVRs' destinations: asked for now and then, for the warnings that they give of themselves."""

from __future__ import annotations

from collections.abc import Callable

from vrmon.devices.base import Dvr
from vrmon.errors import DeviceError
from vrmon.model import Destination, DeviceState
from vrmon.watched import WatchedDvr

EVERY = 30.0  # seconds


def ask(one: WatchedDvr, now: float, deliver: Callable[[Callable[[], None]], None]) -> None:
    """Ask `one` if it is time and it answers; `deliver` runs its argument in the loop's thread."""
    if now < one.destinations_due or one.gauge.state is not DeviceState.OK:
        return
    one.destinations_due = now + EVERY

    def fetch(dvr: Dvr) -> None:
        found: tuple[Destination, ...] = ()
        try:
            found = dvr.destinations()
        except DeviceError:
            return  # older builds have none to tell; the poll tells of every other trouble
        deliver(lambda: setattr(one, "destinations", found))

    one.worker.lanes.submit(fetch)
