"""What the rest of vrmon may ask of a device.

Each call is one whole request with one deadline (the device's `timeout`), made in the caller's thread,
and ends with an answer that was checked for its shape or with a DeviceError: nothing else is raised.
A client belongs to one thread.
"""

from __future__ import annotations

from typing import Protocol

from vrmon.model import Destination, Job, Source


class Primary(Protocol):
    """An ingest server: it can be observed and nothing else.

    `ingests` are those of the last good answer to `jobs`, idle ones too where the primary lists them.
    """

    ingests: tuple[str, ...]

    def jobs(self) -> tuple[Job, ...]:
        """The active jobs, each once, in the order the primary lists them."""

    def basename(self, job: Job) -> str | None:
        """The primary file's name, less its last extension; None while the primary has none."""

    def close(self) -> None: ...


class Dvr(Protocol):
    """A recorder. `source` is always a unique_id. Commands return when the DVR said yes."""

    def sources(self) -> tuple[Source, ...]:
        """Every source, in the DVR's order (its index is its place)."""

    def destinations(self) -> tuple[Destination, ...]: ...

    def set_name(self, source: str, name: str) -> None: ...

    def record(self, source: str) -> None: ...

    def stop(self, source: str) -> None: ...

    def resume(self, source: str) -> None: ...

    def thumbnail(self, source: str) -> bytes:
        """A PNG or JPEG of what the source shows now."""

    def close(self) -> None: ...
