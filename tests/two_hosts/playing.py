"""Jobs that begin and end around a stroke, and what the recorder's own record says of them afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby

from tests.two_hosts.site import TTL, Node, Site
from tests.two_hosts.strokes import Stroke
from tests.world.mirror import wait
from vrmon.simulator import Take

FLIGHT = 0.5  # seconds that a command may have been on its way
SLACK = 10.0  # seconds that a loaded machine may be late by


@dataclass
class Job:
    """Times are monotonic seconds."""

    source: int
    name: str
    id: str
    began: float
    ended: float = 0.0


@dataclass
class Outcome:
    """`act`: when the new leader first did something, or led where nothing was to be done, from the stroke
    on; None where the old one leads on."""

    stroke: str
    seed: int
    senders: list[str]
    act: float | None
    late: float = 0.0
    kept: float = 0.0
    faults: list[str] = field(default_factory=list)


class Play:
    """One stroke upon a site that is at rest, with jobs before, during and after it."""

    def __init__(self, site: Site, stroke: Stroke, seed: int) -> None:
        self._site, self._stroke, self._seed = site, stroke, seed
        self._drawn = random.Random(f"{stroke.name} {seed}")
        self._drawn_by_stroke = random.Random(self._drawn.random())  # of another thread
        self._jobs: list[Job] = []
        self._leader = site.leader()
        self._since = time.monotonic()
        self._led: float | None = None  # since when the other one did that found nothing to do

    def run(self) -> Outcome:
        running = [self._begin(source) for source in range(3)]
        wait(lambda: all(self._runs(job) for job in running), "a take of each job")
        struck = self._strike_while(running)
        wait(
            lambda: all(self._runs(job) for job in self._jobs if not job.ended),
            "a take of each job that runs",
        )
        if self._stroke.takes_over:
            self._wait_for_the_other()
        if is_soon := not self._stroke.goes_on or self._drawn.random() < 0.5:
            self._site.settle()
        for job in self._jobs:
            self._end(job)
            time.sleep(0.7)  # several at once would want ten seconds of proof
        wait(lambda: not any(map(self._runs, self._jobs)), "the end of each take")
        if not is_soon:
            self._site.settle()
        self._wait_for_polls()
        return self._judge(struck)

    def end(self) -> None:
        """End what a failure has left of it: the next stroke begins with a site at rest."""
        for job in self._jobs:
            self._end(job)

    def _wait_for_the_other(self) -> None:
        """A take-over that comes late finds nothing left to do, and is given something."""
        other = self._site.other_name(self._leader.name)

        def has_acted() -> bool:
            return other in self._senders()

        wait(
            lambda: has_acted() or other in self._site.reigns.between(self._since, time.monotonic()),
            "the lead of the other host",
        )
        if not has_acted():
            self._led = self._site.reigns.first(other, self._since)
            job = self._begin(0)
            wait(lambda: self._runs(job), "a take of a job that began after it")

    def _strike_while(self, running: list[Job]) -> float:
        """Strikes, with a job ended before and one after it, and others begun; returns when it struck."""
        striking: list[Future[float | None]] = []

        def strike() -> None:
            strike = self._stroke.strike
            striking.append(executor.submit(strike, self._site, self._leader, self._drawn_by_stroke))

        turns: list[tuple[float, Callable[[], object]]] = [
            (self._drawn.uniform(-1, 0), lambda: self._end(running[0])),
            (0.0, strike),
            (self._drawn.uniform(0, 2), lambda: self._end(running[1])),
            (self._drawn.uniform(-0.5, 1), lambda: self._begin(3)),
            (self._drawn.uniform(1, TTL), lambda: self._begin(4)),
            (self._drawn.uniform(TTL, 2 * TTL), lambda: self._begin(5)),
        ]
        zero = time.monotonic() + 1
        with ThreadPoolExecutor(1) as executor:
            for after, act in sorted(turns, key=lambda turn: turn[0]):
                time.sleep(max(0.0, zero + after - time.monotonic()))
                act()
        return striking[0].result() or zero

    def _begin(self, source: int) -> Job:
        name = f"{self._stroke.name.split()[-1].upper()} {self._seed}-{source}-{time.monotonic_ns()}"
        at = time.monotonic()
        job = Job(source, name, self._site.playbox.start_job(source, f"{name}.mxf"), at)
        self._jobs.append(job)
        return job

    def _end(self, job: Job) -> None:
        if not job.ended:
            self._site.playbox.end_job(job.id)
            job.ended = time.monotonic()

    def _takes(self, job: Job) -> list[Take]:
        return [take for take in self._site.recorder.takes_of(job.source) if take.name.startswith(job.name)]

    def _runs(self, job: Job) -> bool:
        return any(take.ended is None for take in self._takes(job))

    def _senders(self) -> list[str]:
        """Who commanded, in that order."""
        return [name for name, _ in groupby(name for _, name, _ in self._site.sent(self._since))]

    def _wait_for_polls(self) -> None:
        """Whatever one of the two was to do yet it has done."""

        def polls(node: Node) -> int:
            return sum(one.client == node.address for one in self._site.recorder.arrivals("/sources"))

        before = [polls(node) for node in self._site.nodes]
        wait(
            lambda: all(
                polls(node) > count + 5 for node, count in zip(self._site.nodes, before, strict=True)
            ),
            "polls of both hosts",
        )

    def _judge(self, struck: float) -> Outcome:
        senders = self._senders()
        acts = [at - struck for at, name, _ in self._site.sent(self._since) if name != self._leader.name]
        acts = acts if self._led is None else [self._led - struck]
        told = Outcome(self._stroke.name, self._seed, senders, acts[0] if acts else None)
        # In need, without etcd, the one that stands by leads nothing and starts what nobody else does.
        for at, name, command in self._site.sent(self._since) if self._stroke.goes_on else ():
            if self._site.reigns.between(at - FLIGHT, at) <= {self._site.other_name(name)}:
                told.faults.append(
                    f"{command} of {name} {at - struck:.1f} s after the stroke: it led no more"
                )
        if told.act is not None and self._stroke.takes_over and told.act > self._stroke.within + SLACK:
            told.faults.append(f"the new leader acts after {told.act:.1f} s")
        for job in self._jobs:
            takes = self._takes(job)
            if len(takes) != 1:
                told.faults.append(f"{job.name} has {len(takes)} takes: {[take.name for take in takes]}")
                continue
            (take,) = takes
            if take.ended is None or take.ended < job.ended:
                told.faults.append(f"{job.name} was stopped too early, or not at all")
                continue
            told.late = max(told.late, take.started - job.began)
            told.kept = max(told.kept, take.ended - job.ended)
        if told.late > self._stroke.within + SLACK:
            told.faults.append(f"a take is late by {told.late:.1f} s")
        return told
