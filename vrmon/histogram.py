"""Counts of durations by size, in the shape that Prometheus asks for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

START_LATENCY = (0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.75, 1.5, 3.0, 5.0, 10.0)
ANSWER_TIME = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True)
class HistogramSnapshot:
    """`buckets` holds (upper bound in seconds, observations at or below it), rising; `count` is of all."""

    buckets: tuple[tuple[float, int], ...] = ()
    count: int = 0
    sum: float = 0.0


class Histogram:
    """Belongs to one thread; `snapshot` may go anywhere."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def snapshot(self) -> HistogramSnapshot:
        *at_or_below, count = accumulate(self._counts)
        return HistogramSnapshot(tuple(zip(self._bounds, at_or_below, strict=True)), count, self._sum)
