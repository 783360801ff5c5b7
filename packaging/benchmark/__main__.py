"""Runs every measurement, each beside its baseline or its bar, and prints the table."""

from __future__ import annotations

import statistics
import sys
import threading
import time

import requests
from attacked import under_attack
from grown import grown
from remembered import remembered
from rendered import thousand
from subjects import Vrmond, sequential, vrmond, wait_for
from table import Row, show
from world import World, world

DELAY = 0.020
_ROUNDS = 5


def main() -> int:
    if sys.argv[1:] == ["attacks"]:
        rows = list(under_attack())
    elif sys.argv[1:] == ["growth"]:
        rows = list(grown())
    elif sys.argv[1:] == ["history"]:
        rows = list(remembered(_burst, _settle))
    else:
        rows = [*_bursts(), _answers(), *_costs(), *_watchers(), thousand()]
    show(rows)
    return int(any(row.measured > row.bar for row in rows))


def _bursts() -> list[Row]:
    return [*_starts(64, 0.16), *_starts(16, 0.12), *_starts(4, 0.15)]


def _starts(jobs: int, bar: float) -> list[Row]:
    """From the poll that saw the jobs to the last record command, every answer 20 ms late."""
    with world(jobs, delay=DELAY) as one, vrmond(one, jobs):
        ours = _typical(one, jobs)
    with world(jobs, delay=DELAY) as one, sequential(one, jobs):
        old = _burst(one, jobs, 0)
    return [Row(f"{jobs} jobs at once: the last one's record command", ours, "s", bar, old)]


def _burst(one: World, jobs: int, n: int) -> float:
    before = one.ask("arrivals")
    recorded = len(before["records"])
    started = time.monotonic()
    one.ask("start", jobs, n)
    wait_for(lambda: len(one.ask("arrivals")["records"]) >= recorded + jobs)
    after = one.ask("arrivals")
    last = after["records"][recorded + jobs - 1]
    poll = next(at for at in after["polls"] if at + DELAY > started)
    one.ask("end")
    return float(last - poll)


def _settled_burst(one: World, jobs: int, n: int) -> float:
    """With all stopped afterwards."""
    took = _burst(one, jobs, n)
    _settle(one)
    return took


def _settle(one: World) -> None:
    wait_for(lambda: one.ask("running") == 0)


def _typical(one: World, jobs: int, first: int = 0) -> float:
    """The median of some bursts, with all stopped in between."""
    return statistics.median(_settled_burst(one, jobs, n) for n in range(first, first + _ROUNDS))


def _answers() -> Row:
    """/status, while one DVR hangs and the primary drips; beside a /status with all well."""
    with world(16, recorders=2) as one, vrmond(one, 16) as daemon:
        calm = _p99(daemon)
        one.ask("fault", "0", "hang")
        one.ask("fault", "playbox", "drip_body")
        wait_for(lambda: daemon.status()["primaries"]["playbox"]["failures"])
        return Row(
            "/status, 99th percentile, a DVR hanging, the primary dripping", _p99(daemon), "s", 0.020, calm
        )


def _p99(daemon: Vrmond) -> float:
    took = []
    for _ in range(500):
        began = time.monotonic()
        daemon.status()
        took.append(time.monotonic() - began)
        time.sleep(0.002)
    return statistics.quantiles(took, n=100)[98]


def _costs() -> list[Row]:
    with world(4, recorders=4) as one, vrmond(one, 4) as daemon:
        one.ask("start", 4, 0)
        wait_for(lambda: one.ask("running") == 16)
        began, used = time.monotonic(), daemon.cpu_seconds()
        time.sleep(20)
        share = (daemon.cpu_seconds() - used) / (time.monotonic() - began)
        return [
            Row("CPU, 1 primary and 4 DVRs polled every second", 100 * share, "%", 2.0),
            Row("resident memory, the same", daemon.resident_mebibytes(), "MiB", 64.0),
        ]


def _watchers() -> list[Row]:
    """What 200 watchers of /events cost a burst of 16 jobs."""
    with world(16, delay=DELAY) as one, vrmond(one, 16) as daemon:
        alone = _typical(one, 16)
        over = threading.Event()
        threads = [threading.Thread(target=_watch, args=(daemon, over)) for _ in range(200)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        watched = _typical(one, 16, _ROUNDS)
        over.set()
        for thread in threads:
            thread.join()
    return [Row("16 jobs at once, while 200 follow /events", watched, "s", 0.30, alone)]


def _watch(daemon: Vrmond, over: threading.Event) -> None:
    with requests.get(f"http://127.0.0.1:{daemon.port}/events", stream=True, timeout=30) as answer:
        for _ in answer.iter_content(None):
            if over.is_set():
                return


if __name__ == "__main__":
    sys.exit(main())
