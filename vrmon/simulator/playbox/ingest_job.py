"""A job of an ingest."""

from __future__ import annotations

from dataclasses import dataclass, field

from vrmon.simulator.served.moments import unix_time


@dataclass
class IngestJob:
    """A job, running or over. Times are monotonic, `began_at` and `ended_at` Unix times.

    `named_from` is None while it has no file name.
    """

    id: str
    ingest: str
    file_name: str
    named_from: float | None
    started: float
    ended: float | None = None
    began_at: float = field(init=False)
    ended_at: float | None = None

    def __post_init__(self) -> None:
        self.began_at = unix_time(self.started)

    def end(self, now: float) -> None:
        self.ended, self.ended_at = now, unix_time(now)
