"""What can happen to a site: jobs, outages, operators, crashes, at random moments of a seeded run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.world.virtual import Recording, VirtualPlayBox, VirtualRecorder, VirtualSource
from tests.world.virtual_incidents import Incidents
from tests.world.virtual_run import Run
from tests.world.virtual_site import Chances
from tests.world.virtual_troubles import Troubles
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold

SHOWS = ["News", "Sport", "Wetter", "Été: la/nuit", "News"]


class Chaos:
    """Goes on by itself until `cease`."""

    def __init__(self, run: Run, random: Random, *others: Incidents | Troubles) -> None:
        self._run = run
        self._random = random
        self._others = others
        self._is_over = False
        self._jobs = 0
        for place in dict.fromkeys((one.primary, one.ingest) for one in run.settings.channels):
            self._again(60.0, lambda place=place: self._new_job(*place))  # type: ignore[misc]
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
        for one in others:
            events += one.events()
        for pause, event in random.sample(events, random.randint(2, len(events))):
            self._again(pause, event)

    def cease(self) -> None:
        """From now on all is well, and no operator records by hand."""
        run = self._run
        self._is_over = True
        run.chances = Chances()
        for playbox in run.playboxes.values():
            playbox.is_up = True
            playbox.odd.clear()
            for job in playbox.jobs:
                playbox.names.setdefault(job, (0.0, job.id))
        for mac in run.macs.values():
            mac.is_up, mac.does_nothing = True, False
            for source in mac.sources:
                source.is_there, source.is_locked = True, False
                source.is_odd, source.has_destination = False, True
        for one in self._others:
            one.cease()
        self._set_holds(None)

        def leave() -> None:
            for mac in run.macs.values():
                for source in mac.sources:
                    one = source.recording
                    if one is not None and (one.by == "operator" or one.excused):
                        mac.end(source, run.now)
            run.after(5.0, leave)  # a vrmon that has been frozen may look at last

        run.after(5.0, leave)

    def _again(self, pause: float, what: Callable[[], None]) -> None:
        def happen() -> None:
            if not self._is_over:
                what()
                self._again(pause, what)

        self._run.after(self._random.expovariate(1 / pause), happen)

    def _later(self, longest: float, what: Callable[[], None]) -> None:
        self._run.after(self._random.uniform(0.0, longest), what)

    def _new_job(self, primary: str, ingest: str) -> None:
        """A job begins: alone, hard upon the one before, or beside it."""
        run, random, playbox = self._run, self._random, self._run.playboxes[primary]
        self._jobs += 1
        job = Job(ingest, f"job-{self._jobs}")
        if random.random() < 0.6:
            for other in [one for one in playbox.jobs if one.ingest == ingest]:
                playbox.jobs.remove(other)
        playbox.jobs.append(job)
        if random.random() < 0.9:
            late = random.choice([0.0, 0.0, 1.0, 2.9, 10.0])
            playbox.names[job] = (run.now + late, f"{random.choice(SHOWS)}{random.choice(['', ' 2'])}")

        def glitch() -> None:
            if job in playbox.jobs and not self._is_over:
                playbox.jobs.remove(job)
                run.after(random.uniform(0.0, 3.0), lambda: playbox.jobs.append(job))

        def finish() -> None:
            if job in playbox.jobs and not self._is_over:
                playbox.jobs.remove(job)

        long = random.choice([0.5, 4.0, 20.0, 60.0, 200.0]) * random.uniform(0.5, 1.5)
        if long > 10.0 and random.random() < 0.2:
            run.after(long / 2, glitch)
        run.after(long, finish)

    def _playbox(self) -> VirtualPlayBox:
        boxes = list(self._run.playboxes.values())
        return boxes[0] if len(boxes) == 1 else self._random.choice(boxes)

    def _mac(self) -> VirtualRecorder:
        macs = list(self._run.macs.values())
        return macs[0] if len(macs) == 1 else self._random.choice(macs)

    def _primary_outage(self) -> None:
        playbox = self._playbox()
        playbox.is_up = False
        if self._random.random() < 0.3:
            playbox.jobs.clear()  # it crashes and forgets
        self._later(60.0, lambda: setattr(playbox, "is_up", True))

    def _dvr_outage(self) -> None:
        run, mac = self._run, self._mac()
        mac.is_up = False

        def back() -> None:
            mac.is_up = True
            run.promises.disturbed()

        self._later(60.0, back)

    def _source(self) -> tuple[VirtualRecorder, VirtualSource]:
        mac = self._mac()
        return mac, self._random.choice(mac.sources)

    def _running(self, by: str) -> tuple[VirtualRecorder, VirtualSource, Recording] | None:
        mac, source = self._source()
        one = source.recording
        return (mac, source, one) if one is not None and one.by == by else None

    def _take_dies(self) -> None:
        if found := self._running("vrmon"):
            found[0].end(found[1], self._run.now)
            self._run.promises.disturbed(found[1].place)

    def _operator_records(self) -> None:
        """By hand, under a name of their own or the one that stands there, instead of ours or beside it."""
        run, random = self._run, self._random
        mac, source = self._source()
        if source.recording is not None and (source.recording.by == "operator" or random.random() < 0.7):
            return
        dated = mac.quirks.dated and mac.quirks.keys == "all"
        if not dated and not self._is_told_apart(source):
            return
        mac.end(source, run.now)
        name = "" if random.random() < 0.5 else self._name_by_hand()
        one = mac.begin(source, "operator", run.now, name=name)

        def finish() -> None:
            if source.recording is one:
                mac.end(source, run.now)
                run.promises.disturbed(source.place)

        self._later(90.0, finish)

    def _name_by_hand(self) -> str:
        own = f"by hand {self._random.randint(1, 99)}"
        if not self._others or self._random.random() < 0.5:
            return own
        return f"{self._random.choice(SHOWS)}{self._random.choice(['', '_2', ' 2', '_cont1'])}"

    def _is_told_apart(self, source: VirtualSource) -> bool:
        """Whether a DVR that tells no dates lets vrmon see that this is not its take."""
        run = self._run
        on_source = [one for one in run.settings.channels if run.source_of(one) is source]
        idle = source.recording is None and run.is_alive and not source.shown(run.now)
        for channel in on_source:
            memory = run.memory.channels.get(channel.key, ChannelMemory())
            idle = idle and memory.take is None and memory.attempt is None and memory.job is None
        return idle

    def _operator_renames(self) -> None:
        if found := self._running("vrmon"):
            one = found[2]
            one.name = f"renamed {self._random.randint(1, 99)}"
            self._run.promises.renamed_by_operator(one)

    def _operator_pauses(self) -> None:
        _, source = self._source()
        if source.recording is not None:
            source.recording.paused = True
            self._run.promises.disturbed(source.place)

    def _operator_stops(self) -> None:
        mac, source = self._source()
        mac.end(source, self._run.now)
        self._run.promises.disturbed(source.place)

    def _lock(self) -> None:
        _, source = self._source()
        source.is_locked = True
        self._later(60.0, lambda: setattr(source, "is_locked", False))

    def _vanish(self) -> None:
        _, source = self._source()
        source.is_there = False
        self._later(30.0, lambda: setattr(source, "is_there", True))

    def _reorder(self) -> None:
        self._random.shuffle(self._mac().order)

    def _nothing_works(self) -> None:
        mac = self._mac()
        mac.does_nothing = True
        self._later(40.0, lambda: setattr(mac, "does_nothing", False))

    def _crash(self) -> None:
        keep = self._random.choice([0, 0, 0, 1, 5, None])
        self._run.crash(keep=keep, pause=self._random.choice([0.3, 5.0, 60.0]))

    def _hold(self) -> None:
        now = self._run.now
        self._set_holds(Hold(now, now + self._random.uniform(5.0, 60.0)))

    def _set_holds(self, hold: Hold | None) -> None:
        run, known = self._run, self._run.memory.channels
        held = {key: replace(known[key], hold=hold) for key in known if key in run.settings.keys}
        run.memory = replace(run.memory, channels={**known, **held})
        run.promises.clock.holds.clear()
        if hold is not None and hold.until is not None:
            run.promises.clock.holds.update(dict.fromkeys(held, hold.until))
