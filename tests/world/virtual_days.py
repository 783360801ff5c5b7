"""A site's day, written down before it begins: the same jobs and faults at the same moments, whatever vrmon
does of itself meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from tests.world.virtual import Recording, VirtualSource
from tests.world.virtual_run import Run
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold
from vrmon.settings import Settings

Fault = Callable[["Day", Run, int, float], None]
_OUTAGE = 60.0  # seconds that one of the recorder lasts at the most
QUIET = 60.0  # seconds at the end in which nothing more begins


@dataclass(frozen=True)
class Show:
    """A job that is to be: from when to when, its name told from `named` on."""

    channel: int
    name: str
    begins: float
    ends: float
    named: float


class Day:
    """`shows` and the faults beside them; `put_on` has them happen in a run."""

    def __init__(self, random: Random, settings: Settings, seconds: float) -> None:
        self.seconds = seconds
        self.shows = [
            show for channel in range(len(settings.channels)) for show in self._shows(random, channel)
        ]
        self._faults: list[tuple[float, Fault, int, float]] = []
        sources = len(settings.channels)
        for pause, fault in (
            (1200.0, _primary_outage),
            (1200.0, _dvr_outage),
            (900.0, _crash),
            (600.0, _take_ends),
            (600.0, _operator_records),
            (900.0, _hold),
            (900.0, _lock),
            (900.0, _odd_ingest),
        ):
            for moment in self._moments(random, pause) if random.random() < 0.7 else ():
                drawn = random.randrange(sources), random.random()
                self._faults.append((moment, fault, *drawn))

    def _moments(self, random: Random, pause: float) -> Iterator[float]:
        moment = 30.0 + random.expovariate(1 / pause)
        while moment < self.seconds - QUIET:
            yield moment
            moment += random.expovariate(1 / pause)

    def _shows(self, random: Random, channel: int) -> Iterator[Show]:
        moments = self._moments(random, random.choice([120.0, 400.0, 1500.0]))
        for number, begins in enumerate(moments, 1):
            name, long = f"SHOW {channel}-{number}", random.choice([3.0, 20.0, 60.0, 300.0])
            named = begins + random.choice([0.0, 0.0, 0.0, 1.0, 10.0])
            yield Show(channel, name, begins, begins + long * random.uniform(0.5, 1.5), named)

    def put_on(self, run: Run) -> None:
        for show in self.shows:
            job = Job(run.settings.channels[show.channel].ingest, show.name)
            run.at(show.begins, partial(_begin, run, job, show))
            run.at(show.ends, partial(_end, run, job))
        for moment, fault, channel, chance in self._faults:
            run.at(moment, partial(fault, self, run, channel, chance))

    @property
    def over(self) -> float:
        """When the last show has ended."""
        return max([self.seconds, *(show.ends for show in self.shows)])

    def away(self, since: float, until: float) -> float:
        """For how many seconds of these, at the most, vrmon is dead."""
        deaths = [(moment, chance) for moment, fault, _, chance in self._faults if fault is _crash]
        return sum(_pause(chance) for moment, chance in deaths if since <= moment <= until)

    def held(self, channel: int, since: float, until: float) -> float:
        """For how many seconds of these, at the most, a person has the channel."""
        holds = [
            (moment, moment + _held_for(chance))
            for moment, fault, one, chance in self._faults
            if fault is _hold and one == channel
        ]
        return _within(holds, since, until)

    def unanswered(self, since: float, until: float) -> float:
        """For how many seconds of these the recorder does not answer."""
        outages = [
            (moment, moment + _OUTAGE * chance)
            for moment, fault, _, chance in self._faults
            if fault is _dvr_outage
        ]
        return _within(outages, since, until)

    def is_on_air(self, channel: int, moment: float, slack: float = 30.0) -> bool:
        """Whether a show is on, or near."""
        return any(
            one.begins - slack <= moment <= one.ends + slack for one in self.shows if one.channel == channel
        )


def _within(spans: list[tuple[float, float]], since: float, until: float) -> float:
    """Seconds of these spans that lie between the two moments."""
    return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in spans)


def take_of(run: Run, show: Show) -> Recording | None:
    """The first that vrmon began for the show, under whatever name."""
    ingest = run.settings.channels[show.channel].ingest
    jobs = [(one, one.job) for one in run.mac.recordings if one.job is not None]
    return next((one for one, job in jobs if (job.ingest, job.id) == (ingest, show.name)), None)


def _begin(run: Run, job: Job, show: Show) -> None:
    run.playbox.begin(job, show.name, show.named)


def _end(run: Run, job: Job) -> None:
    if job in run.playbox.jobs:
        run.playbox.jobs.remove(job)


def _source(run: Run, channel: int) -> VirtualSource:
    return run.mac.sources[channel]


def _primary_outage(_day: Day, run: Run, _channel: int, chance: float) -> None:
    run.playbox.is_up = False
    run.after(60.0 * chance, lambda: setattr(run.playbox, "is_up", True))


def _dvr_outage(_day: Day, run: Run, _channel: int, chance: float) -> None:
    run.mac.is_up = False

    def back() -> None:
        run.mac.is_up = True
        run.promises.disturbed()

    run.after(_OUTAGE * chance, back)


def _crash(_day: Day, run: Run, _channel: int, chance: float) -> None:
    run.crash(pause=_pause(chance))


def _pause(chance: float) -> float:
    return 0.3 if chance < 0.5 else 10.0 * chance


def _take_ends(_day: Day, run: Run, channel: int, _chance: float) -> None:
    source = _source(run, channel)
    if source.recording is not None and source.recording.by == "vrmon":
        run.mac.end(source, run.now)
        run.promises.disturbed(source.place)


def _operator_records(day: Day, run: Run, channel: int, chance: float) -> None:
    """On a source that no show needs, instead of whatever else is there."""
    source = _source(run, channel)
    if day.is_on_air(channel, run.now):
        return
    run.mac.end(source, run.now)
    theirs = run.mac.begin(source, "operator", run.now, name=f"by hand {run.now:.0f}")

    def finish() -> None:
        if source.recording is theirs:
            run.mac.end(source, run.now)
            run.promises.disturbed(source.place)

    run.after(90.0 * chance, finish)


def _hold(_day: Day, run: Run, channel: int, chance: float) -> None:
    key, until = run.settings.channels[channel].key, run.now + _held_for(chance)

    def held(memory: ChannelMemory) -> ChannelMemory:
        return replace(memory, hold=Hold(run.now, until))

    run.amend(key, held)
    if run.is_alive:
        run.promises.clock.holds[key] = until


def _held_for(chance: float) -> float:
    return 60.0 * chance


def _lock(_day: Day, run: Run, channel: int, chance: float) -> None:
    source = _source(run, channel)
    source.is_locked = True
    run.after(60.0 * chance, lambda: setattr(source, "is_locked", False))


def _odd_ingest(_day: Day, run: Run, channel: int, chance: float) -> None:
    ingest = run.settings.channels[channel].ingest
    run.playbox.odd.add(ingest)
    run.after(20.0 * chance, lambda: run.playbox.odd.discard(ingest))
