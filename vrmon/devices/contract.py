"""What the rest of vrmon may ask of a device.

Each call is one whole request with one deadline (the device's `timeout`), made in the caller's thread,
and ends with an answer that was checked for its shape or with a DeviceError: nothing else is raised.
A client belongs to one thread.
"""

from __future__ import annotations

from typing import Protocol

from vrmon.model import Destination, Job, Sight, Source


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
    """A recorder. `source` is always a unique_id. Commands return when the DVR said yes."""

    def sources(self) -> Sight[tuple[Source, ...]]:
        """Every source, in the DVR's order: its index is its place, the odd ones counted."""

    def destinations(self) -> tuple[Destination, ...]: ...

    def set_name(self, source: str, name: str) -> None: ...

    def record(self, source: str) -> None: ...

    def stop(self, source: str) -> None: ...

    def resume(self, source: str) -> None: ...

    def thumbnail(self, source: str) -> bytes:
        """A PNG or JPEG of what the source shows now."""

    def close(self) -> None: ...
