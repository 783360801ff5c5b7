"""What clients that mean harm cost a job's start, an answer over the Unix socket, and memory: beside none."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import nullcontext

from subjects import Vrmond, vrmond, wait_for
from table import Row
from world import World, world

from tests.world.attacks import ATTACKS, attacking

_CHANNELS = 64
_INTERVAL = 0.25  # seconds between two polls: part of how late a job that begins is recorded
_ROUNDS = 6
_LASTS = 5.0  # seconds


def under_attack() -> Iterator[Row]:
    """Three rows for each attack: the worst start, all but the slowest answers, the most memory."""
    calm = _measure(None)
    for name in ATTACKS:
        start, answer, memory = _measure(name)
        yield Row(f"{name}: a job that begins is recorded", start, "s", 1.0, calm[0])
        yield Row(f"{name}: /status, 95th percentile", answer, "s", 0.1, calm[1])
        yield Row(f"{name}: memory", memory, "MiB", 100.0, calm[2])


def _measure(attack: str | None) -> tuple[float, float, float]:
    with (
        world(_CHANNELS) as one,
        vrmond(one, _CHANNELS, _INTERVAL) as daemon,
        attacking(attack, daemon.port) if attack else nullcontext(),
    ):
        over = time.monotonic() + _LASTS
        starts, answers = [], []
        while time.monotonic() < over or len(starts) < _ROUNDS:
            starts.append(_start(one, len(starts) % _CHANNELS))
            answers += [_answer(daemon) for _ in range(10)]
        return max(starts), statistics.quantiles(answers, n=20)[-1], daemon.peak_mebibytes()


def _start(one: World, number: int) -> float:
    began = time.monotonic()
    recorded = len(one.ask("arrivals")["records"])
    one.ask("begin", number)
    wait_for(lambda: len(one.ask("arrivals")["records"]) > recorded)
    return float(one.ask("arrivals")["records"][recorded] - began)


def _answer(daemon: Vrmond) -> float:
    began = time.monotonic()
    daemon.status_locally()
    return time.monotonic() - began
