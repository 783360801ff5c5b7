"""A take: one recording, as a file on the Mac. And when, between two moments, nothing was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from vrmon.simulator.served.moments import unix_time

Who = Literal[
    "remote",
    "operator",
    "schedule",
    "split",
    "end date",
    "died",
    "full",
    "crash",
    "removed",
    "configuration",
]
Stretch = tuple[float, float]


@dataclass
class Take:
    """`source` is a unique_id, `name` that of the file. Times are monotonic seconds; `ended` None: running.

    `by` and `ended_by` tell who began and ended it. Nothing got into the file in `pauses`, nor while it was
    `dry`: without a destination that could be written to. `began_at`, `ended_at` and `shown_at`, the start
    that is shown, are Unix times. A recording that was split is several takes of the same `whole`, with
    `part` 0, 1, … `end_due` is when it will end by itself, which is shown.
    """

    source: str
    name: str
    started: float
    ended: float | None = None
    by: Who = "remote"
    ended_by: Who | None = None
    pauses: list[tuple[float, float | None]] = field(default_factory=list)
    dry: list[tuple[float, float | None]] = field(default_factory=list)
    whole: int = 0
    part: int = 0
    end_due: float | None = None
    began_at: float = field(init=False)
    shown_at: float = field(init=False)
    ended_at: float | None = None

    def __post_init__(self) -> None:
        self.began_at = self.shown_at = unix_time(self.started)

    @property
    def paused(self) -> bool:
        return _is_open(self.pauses)

    def pause(self, now: float) -> None:
        self.pauses.append((now, None))

    def resume(self, now: float) -> None:
        _close(self.pauses, now)

    def write(self, now: float, possible: bool) -> None:
        """From now on what is recorded has somewhere to go, or not."""
        if possible:
            _close(self.dry, now)
        elif not _is_open(self.dry):
            self.dry.append((now, None))

    def end(self, now: float, by: Who) -> None:
        _close(self.pauses, now)
        _close(self.dry, now)
        self.ended, self.ended_at, self.ended_by = now, unix_time(now), by

    def recorded(self) -> list[Stretch]:
        """The stretches that are in the file, from and to; to infinity while it goes on."""
        off = [(begun, _INFINITE if over is None else over) for begun, over in self.pauses + self.dry]
        return _between(off, self.started, _INFINITE if self.ended is None else self.ended)

    def recorded_at(self) -> list[Stretch]:
        """The same in Unix times."""
        shift = self.began_at - self.started
        return [(begun + shift, over + shift) for begun, over in self.recorded()]


def gaps(takes: Iterable[Take], since: float, until: float) -> list[Stretch]:
    """The stretches between `since` and `until` that are in none of the takes."""
    return _between([stretch for take in takes for stretch in take.recorded()], since, until)


_INFINITE = float("inf")


def _between(stretches: Iterable[Stretch], since: float, until: float) -> list[Stretch]:
    """What lies between `since` and `until` in none of the stretches."""
    found = []
    covered = since
    for begun, over in sorted(stretches):
        if begun > covered and covered < until:
            found.append((covered, min(begun, until)))
        covered = max(covered, over)
    if covered < until:
        found.append((covered, until))
    return found


def _is_open(stretches: list[tuple[float, float | None]]) -> bool:
    return bool(stretches) and stretches[-1][1] is None


def _close(stretches: list[tuple[float, float | None]], now: float) -> None:
    if _is_open(stretches):
        stretches[-1] = (stretches[-1][0], now)
