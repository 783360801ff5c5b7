"""What can happen to a site: jobs, outages, operators, crashes, at random moments of a seeded run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.world.virtual import Recording, VirtualSource
from tests.world.virtual_run import Chances, Run
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold

SHOWS = ["News", "Sport", "Wetter", "Été: la/nuit", "News"]


class Chaos:
    """Goes on by itself until `cease`."""

    def __init__(self, run: Run, random: Random) -> None:
        self._run = run
        self._random = random
        self._is_over = False
        self._jobs = 0
        for channel in run.settings.channels:
            self._again(60.0, lambda ingest=channel.ingest: self._new_job(ingest))  # type: ignore[misc]
        events: list[tuple[float, Callable[[], None]]] = [
            (200.0, self._primary_outage),
            (200.0, self._dvr_outage),
            (60.0, self._take_dies),
            (90.0, self._operator_records),
            (90.0, self._operator_renames),
            (150.0, self._operator_pauses),
            (150.0, self._operator_stops),
            (300.0, self._lock),
            (300.0, self._vanish),
            (300.0, self._reorder),
            (400.0, self._nothing_works),
            (250.0, self._crash),
            (400.0, self._hold),
        ]
        for pause, event in random.sample(events, random.randint(2, len(events))):
            self._again(pause, event)

    def cease(self) -> None:
        """From now on all is well, and no operator records by hand."""
        run = self._run
        self._is_over = True
        run.chances = Chances()
        run.playbox.is_up = run.mac.is_up = True
        run.mac.does_nothing = False
        for job in run.playbox.jobs:
            run.playbox.names.setdefault(job, (0.0, job.id))
        for source in run.mac.sources:
            source.is_there, source.is_locked = True, False
        self._set_holds(None)

        def leave() -> None:
            for source in run.mac.sources:
                one = source.recording
                if one is not None and (one.by == "operator" or one.excused):
                    run.mac.end(source, run.now)
            if run.now < end:
                run.after(5.0, leave)

        end = run.now + 60.0
        run.after(5.0, leave)

    def _again(self, pause: float, what: Callable[[], None]) -> None:
        def happen() -> None:
            if not self._is_over:
                what()
                self._again(pause, what)

        self._run.after(self._random.expovariate(1 / pause), happen)

    def _later(self, longest: float, what: Callable[[], None]) -> None:
        self._run.after(self._random.uniform(0.0, longest), what)

    def _new_job(self, ingest: str) -> None:
        """A job begins: alone, hard upon the one before, or beside it."""
        run, random = self._run, self._random
        self._jobs += 1
        job = Job(ingest, f"job-{self._jobs}")
        if random.random() < 0.6:
            for other in [one for one in run.playbox.jobs if one.ingest == ingest]:
                run.playbox.jobs.remove(other)
        run.playbox.jobs.append(job)
        if random.random() < 0.9:
            late = random.choice([0.0, 0.0, 1.0, 2.9, 10.0])
            run.playbox.names[job] = (run.now + late, f"{random.choice(SHOWS)}{random.choice(['', ' 2'])}")

        def glitch() -> None:
            if job in run.playbox.jobs and not self._is_over:
                run.playbox.jobs.remove(job)
                run.after(random.uniform(0.0, 3.0), lambda: run.playbox.jobs.append(job))

        def finish() -> None:
            if job in run.playbox.jobs and not self._is_over:
                run.playbox.jobs.remove(job)

        long = random.choice([0.5, 4.0, 20.0, 60.0, 200.0]) * random.uniform(0.5, 1.5)
        if long > 10.0 and random.random() < 0.2:
            run.after(long / 2, glitch)
        run.after(long, finish)

    def _primary_outage(self) -> None:
        self._run.playbox.is_up = False
        if self._random.random() < 0.3:
            self._run.playbox.jobs.clear()  # it crashes and forgets
        self._later(60.0, lambda: setattr(self._run.playbox, "is_up", True))

    def _dvr_outage(self) -> None:
        run = self._run
        run.mac.is_up = False

        def back() -> None:
            run.mac.is_up = True
            run.promises.disturbed()

        self._later(60.0, back)

    def _source(self) -> VirtualSource:
        return self._random.choice(self._run.mac.sources)

    def _running(self, by: str) -> tuple[VirtualSource, Recording] | None:
        source = self._source()
        one = source.recording
        return (source, one) if one is not None and one.by == by else None

    def _take_dies(self) -> None:
        if found := self._running("vrmon"):
            self._run.mac.end(found[0], self._run.now)
            self._run.promises.disturbed(found[0].unique_id)

    def _operator_records(self) -> None:
        """By hand, under a name of their own or the one that stands there, instead of ours or beside it."""
        run, random = self._run, self._random
        source = self._source()
        if source.recording is not None and (source.recording.by == "operator" or random.random() < 0.7):
            return
        dated = run.mac.quirks.dated and run.mac.quirks.keys == "all"
        if not dated and not self._is_told_apart(source):
            return
        run.mac.end(source, run.now)
        name = "" if random.random() < 0.5 else f"by hand {random.randint(1, 99)}"
        one = run.mac.begin(source, "operator", run.now, name=name)

        def finish() -> None:
            if source.recording is one:
                run.mac.end(source, run.now)
                run.promises.disturbed(source.unique_id)

        self._later(90.0, finish)

    def _is_told_apart(self, source: VirtualSource) -> bool:
        """Whether a DVR that tells no dates lets vrmon see that this is not its take."""
        channel = self._run.settings.channels[self._run.mac.sources.index(source)]
        memory = self._run.memory.channels.get(channel.key, ChannelMemory())
        idle = memory.take is None and memory.attempt is None and source.recording is None
        return idle and self._run.is_alive and memory.job is None and not source.shown(self._run.now)

    def _operator_renames(self) -> None:
        if found := self._running("vrmon"):
            one = found[1]
            one.name = f"renamed {self._random.randint(1, 99)}"
            self._run.promises.renamed_by_operator(one)

    def _operator_pauses(self) -> None:
        source = self._source()
        if source.recording is not None:
            source.recording.paused = True
            self._run.promises.disturbed(source.unique_id)

    def _operator_stops(self) -> None:
        source = self._source()
        self._run.mac.end(source, self._run.now)
        self._run.promises.disturbed(source.unique_id)

    def _lock(self) -> None:
        source = self._source()
        source.is_locked = True
        self._later(60.0, lambda: setattr(source, "is_locked", False))

    def _vanish(self) -> None:
        source = self._source()
        source.is_there = False
        self._later(30.0, lambda: setattr(source, "is_there", True))

    def _reorder(self) -> None:
        self._random.shuffle(self._run.mac.order)

    def _nothing_works(self) -> None:
        self._run.mac.does_nothing = True
        self._later(40.0, lambda: setattr(self._run.mac, "does_nothing", False))

    def _crash(self) -> None:
        keep = self._random.choice([0, 0, 0, 1, 5, None])
        self._run.crash(keep=keep, pause=self._random.choice([0.3, 5.0, 60.0]))

    def _hold(self) -> None:
        now = self._run.now
        self._set_holds(Hold(now, now + self._random.uniform(5.0, 60.0)))

    def _set_holds(self, hold: Hold | None) -> None:
        memory = self._run.memory
        channels = {key: replace(one, hold=hold) for key, one in memory.channels.items()}
        self._run.memory = replace(memory, channels=channels)
