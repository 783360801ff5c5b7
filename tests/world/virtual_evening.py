"""An evening of shows in virtual time, one after the other on every channel, and what strikes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from tests.world.virtual import VirtualSource
from tests.world.virtual_run import Run
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold
from vrmon.settings import Channel

# Seconds before which nothing happens: when a show began that was there before the first look at its primary
# that is remembered, nobody can know.
_FIRST = 20.0
LENGTHS = (60.0, 600.0, 1500.0, 2700.0, 3600.0)  # seconds of a show, more or less
PAUSES = (-5.0, 0.0, 0.0, 0.5, 3.0, 60.0)  # between two: a show may begin before the one before it ends


class Evening:
    """Shows begin until `until`; a few kinds of faults strike, each `every` seconds or three times that.

    A loss that no look could have shown is none of them: a take that ends has been seen; a destination is
    taken only where nothing else makes vrmon blind, and for longer than a look or two; an operator records
    only where start dates tell his take from another file of ours.
    """

    def __init__(self, run: Run, random: Random, until: float, every: float = 300.0) -> None:
        self._run = run
        self._random = random
        self._until = until
        self._shows = 0
        for channel in run.settings.channels:
            run.after(random.uniform(_FIRST, 60.0), partial(self._begin, channel))
        blinding = [self._primary_is_away, self._recorder_is_away, self._crash, self._freeze, self._hang]
        strikes = [
            self._take_ends,
            self._hold,
            self._operator_pauses,
            *([self._operator_records] if run.mac.quirks.dated else []),
            self._recorder_does_nothing,
            self._clock_is_set,
        ]
        strikes += (
            [self._destination_is_taken] if random.random() < 0.2 else [*blinding, self._source_is_gone]
        )
        for strike in random.sample(strikes, random.randint(1, 5)):
            self._again(random.choice([300.0, 900.0]), strike)

    def _again(self, pause: float, strike: Callable[[], None]) -> None:
        def happen() -> None:
            if _FIRST < self._run.now < self._until:
                strike()
            if self._run.now < self._until:
                self._again(pause, strike)

        self._run.after(self._random.expovariate(1 / pause), happen)

    def _begin(self, channel: Channel) -> None:
        run, random = self._run, self._random
        if run.now > self._until:
            return
        self._shows += 1
        playbox, known = run.playbox_of(channel.primary), run.now + random.choice([0.0, 0.0, 2.0, 10.0])
        job = playbox.begin(Job(channel.ingest, f"job-{self._shows}"), f"SHOW_{self._shows}", known)

        def end() -> None:
            if job in playbox.jobs:
                playbox.jobs.remove(job)

        length = random.choice(LENGTHS) * random.uniform(0.7, 1.3)
        run.after(length, end)
        run.after(length + random.choice(PAUSES), partial(self._begin, channel))

    def _after(self, what: Callable[[], None], least: float = 0.1, most: float = 600.0) -> None:
        """Soon, or after a good while."""
        short = self._random.uniform(least, least + 3.0)
        self._run.after(self._random.choice([short, self._random.uniform(least, most)]), what)

    def _source(self) -> VirtualSource:
        return self._random.choice(self._run.mac.sources)

    def _primary_is_away(self) -> None:
        playbox = self._run.playbox
        playbox.is_up = False
        if self._random.random() < 0.2:
            playbox.jobs.clear()  # it crashes and forgets
        self._after(lambda: setattr(playbox, "is_up", True))

    def _recorder_is_away(self) -> None:
        mac = self._run.mac
        mac.is_up = False
        for source in mac.sources if self._random.random() < 0.3 else ():
            mac.end(source, self._run.now)
        self._after(lambda: setattr(mac, "is_up", True))

    def _crash(self) -> None:
        keep, pause = self._random.choice([0, 0, 0, 1, 5]), self._random.choice([0.3, 5.0, 60.0, 300.0])
        self._run.crash(keep=keep, pause=pause)

    def _freeze(self) -> None:
        if self._run.is_alive:
            self._run.freeze(self._random.choice([2.0, 8.0, 30.0, 120.0]))

    def _hang(self) -> None:
        self._run.hang(self._run.mac.name, self._random.choice([3.0, 12.0]))

    def _source_is_gone(self) -> None:
        source = self._source()
        source.is_there = False
        self._after(lambda: setattr(source, "is_there", True), most=60.0)

    def _destination_is_taken(self) -> None:
        source = self._source()
        source.has_destination = False
        self._after(lambda: setattr(source, "has_destination", True), least=20.0, most=60.0)

    def _take_ends(self) -> None:
        source = self._source()
        if source.recording is not None and source.recording.seen:
            self._run.mac.end(source, self._run.now)

    def _hold(self) -> None:
        run, until = self._run, self._run.now + self._random.uniform(5.0, 120.0)

        def held(memory: ChannelMemory) -> ChannelMemory:
            return replace(memory, hold=Hold(run.now, until))

        for channel in run.settings.channels:
            run.amend(channel.key, held)

    def _operator_pauses(self) -> None:
        one = self._source().recording
        if one is not None:
            one.paused = True

    def _operator_records(self) -> None:
        mac, source = self._run.mac, self._source()
        mac.end(source, self._run.now)
        theirs = mac.begin(source, "operator", self._run.now, name=f"by hand {self._random.randint(1, 99)}")

        def finish() -> None:
            if source.recording is theirs:
                mac.end(source, self._run.now)

        self._after(finish, least=5.0, most=90.0)

    def _recorder_does_nothing(self) -> None:
        mac = self._run.mac
        mac.does_nothing = True
        self._after(lambda: setattr(mac, "does_nothing", False), most=60.0)

    def _clock_is_set(self) -> None:
        self._run.epoch += self._random.choice([-3600.0, -30.0, -1.0, 1.0, 30.0, 3600.0])
