"""The kinds of devices that there are, one row each. A driver is imported when a device is opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from vrmon.devices import hyperdeck, movierecorder, obs, playbox
from vrmon.devices.contract import Dvr, Kind, Primary, Role
from vrmon.settings import DeviceSettings

KINDS: dict[str, Kind] = {
    "playbox": playbox.KIND,
    "movierecorder": movierecorder.KIND,
    "obs": obs.KIND,
    "hyperdeck": hyperdeck.KIND,
}
"""By the name that vrmon.toml gives. The first of a role is what a device is that does not say."""


def of(role: Role) -> dict[str, Kind]:
    """The kinds that a device of this role may be."""
    return {name: kind for name, kind in KINDS.items() if kind.role is role}


def primary(device: DeviceSettings) -> Callable[[], Primary]:
    """What makes a client of this primary; each thread wants its own."""
    made: Callable[[], Primary] = _driver(device).connector(device)
    return made


def recorder(device: DeviceSettings) -> Callable[[], Dvr]:
    """What makes a client of this recorder; each thread wants its own."""
    made: Callable[[], Dvr] = _driver(device).connector(device)
    return made


def _driver(device: DeviceSettings) -> Any:
    return import_module(f"{KINDS[device.kind].folder}.driver")
