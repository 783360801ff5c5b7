"""What the rest of vrmon may ask of a device, and what a kind of device says of itself.

A kind is a folder: its `__init__` has a `Kind`, and its `driver` a function `connector(device)` that returns
what makes a client; it never fails, and what the clients of one device share is made in it.

Each call of a client is one whole request with one deadline (the device's `timeout`), made in the caller's
thread, and ends with an answer that was checked for its shape or with a DeviceError: nothing else is raised.
A client belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from vrmon.devices.keys import HTTP, Key, Value
from vrmon.model import Destination, Job, Schedule, Sight, Source
from vrmon.traits import PLAIN, Traits


class Role(Enum):
    """What a device is for; the value is the name of its tables in vrmon.toml."""

    PRIMARY = "primary"
    RECORDER = "dvr"


@dataclass(frozen=True)
class Kind:
    """`folder` is the package that has the driver. `usual`: where one most likely answers, the likeliest
    first. `keys` are those that only this kind has: their values are in the `options` of its devices.
    `lacks`: the names of those of its role that mean nothing to it. Of a primary's traits only what people
    call it matters.
    `odd_ingest`: why an ingest's id looks mistyped, the rest of a sentence; "" where it does not."""

    role: Role
    folder: str
    url: Value = HTTP
    usual: tuple[str, ...] = ("http://{host}",)
    keys: tuple[Key, ...] = ()
    lacks: frozenset[str] = frozenset()
    traits: Traits = PLAIN
    odd_ingest: Callable[[str], str] = lambda _: ""


class Primary(Protocol):
    """An ingest server: it can be observed and nothing else."""

    def jobs(self) -> Sight[tuple[Job, ...]]:
        """The active jobs, each once, in the order the primary lists them.

        A job that is told well counts, also on an odd ingest; one that is missing there is not gone.
        """

    def basename(self, job: Job) -> str | None:
        """The primary file's name, less its last extension; None while the primary has none."""

    def close(self) -> None: ...


class Dvr(Protocol):
    """A recorder. `source` is always a unique_id. Commands return when the DVR said yes.

    A kind whose traits say `names_apart` gets a take's name by `set_name`, any other with `record`.
    """

    def sources(self) -> Sight[tuple[Source, ...]]:
        """Every source, in the DVR's order: its index is its place, the odd ones counted."""

    def source(self, unique_id: str) -> Source | None:
        """One source alone, which takes no longer than it must; None from what can only list them all."""

    def destinations(self) -> tuple[Destination, ...]: ...

    def schedules(self) -> tuple[Schedule, ...]:
        """What it will record by itself, as far as it is enabled."""

    def set_name(self, source: str, name: str) -> None: ...

    def record(self, source: str, name: str) -> None: ...

    def stop(self, source: str) -> None: ...

    def resume(self, source: str) -> None: ...

    def thumbnail(self, source: str) -> bytes:
        """A PNG or JPEG of what the source shows now."""

    def close(self) -> None: ...
