"""A take: one recording, as a file on the Mac. And when, between two moments, nothing was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from vrmon.simulator.served.moments import unix_time

Who = Literal["remote", "operator", "schedule", "split", "died", "crash", "removed"]


@dataclass
class Take:
    """`source` is a unique_id, `name` that of the file. Times are monotonic seconds; `ended` None: running.

    `by` and `ended_by` tell who began and ended it; `pauses`, from when to when nothing was recorded.
    `began_at` and `ended_at` are Unix times. A recording that was split is several takes of the same
    `whole`, with `part` 0, 1, …
    """

    source: str
    name: str
    started: float
    ended: float | None = None
    by: Who = "remote"
    ended_by: Who | None = None
    start_date: str = ""
    pauses: list[tuple[float, float | None]] = field(default_factory=list)
    whole: int = 0
    part: int = 0
    began_at: float = field(init=False)
    ended_at: float | None = None

    def __post_init__(self) -> None:
        self.began_at = unix_time(self.started)

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None

    def pause(self, now: float) -> None:
        self.pauses.append((now, None))

    def resume(self, now: float) -> None:
        self.pauses[-1] = (self.pauses[-1][0], now)

    def end(self, now: float, by: Who) -> None:
        if self.paused:
            self.resume(now)
        self.ended, self.ended_at, self.ended_by = now, unix_time(now), by

    def recorded(self) -> list[tuple[float, float]]:
        """The stretches that are in the file, from and to."""
        edges = [self.started]
        for begun, over in self.pauses:
            edges += [begun, float("inf") if over is None else over]
        edges.append(float("inf") if self.ended is None else self.ended)
        return [(begun, over) for begun, over in zip(edges[::2], edges[1::2], strict=True) if over > begun]


def gaps(takes: Iterable[Take], since: float, until: float) -> list[tuple[float, float]]:
    """The stretches between `since` and `until` that are in none of the takes."""
    missing = []
    covered = since
    for begun, over in sorted(stretch for take in takes for stretch in take.recorded()):
        if begun > covered and covered < until:
            missing.append((covered, min(begun, until)))
        covered = max(covered, over)
    if covered < until:
        missing.append((covered, until))
    return missing
