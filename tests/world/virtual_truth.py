"""What was really recorded of each job in virtual time, as nobody but the devices themselves can know."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from tests.world.virtual import VirtualSource
from tests.world.virtual_run import Run
from vrmon.model import Job
from vrmon.plan.coverage.channel import Show
from vrmon.settings import Channel

State = tuple[float, bool]


class Truth:
    """Keeps record of a run from now on. `shows`: every account that the run's vrmon has closed, once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._jobs: dict[tuple[str, Job], list[State]] = defaultdict(list)
        self._recorded: dict[tuple[str, str], list[State]] = defaultdict(list)
        self._filed: set[tuple[str, Job, int]] = set()
        self.shows: list[tuple[Channel, Show]] = []
        run.watchers.append(self._note)
        self._note()

    def began(self, channel: Channel, job: Job) -> float:
        return next(when for when, is_there in self._jobs[channel.primary, job] if is_there)

    def ended(self, channel: Channel, job: Job) -> float | None:
        when, is_there = self._jobs[channel.primary, job][-1]
        return None if is_there else when

    def missing(self, channel: Channel, job: Job, since: float, until: float) -> float:
        """Seconds from `since` to `until` in which the job ran and its channel's source did not record it."""
        ran = self._jobs[channel.primary, job]
        recorded = self._recorded[self._run.source_of(channel).place]
        edges = {since, until, *(when for when, _ in (*ran, *recorded) if since < when < until)}
        return sum(
            end - begin
            for begin, end in pairwise(sorted(edges))
            if _was(ran, begin) and not _was(recorded, begin)
        )

    def _note(self) -> None:
        run = self._run
        for name, playbox in run.playboxes.items():
            there = {(name, job) for job in playbox.jobs}
            for place in there | self._jobs.keys():
                if place[0] == name:
                    _turn(self._jobs[place], run.now, place in there)
        for mac in run.macs.values():
            for source in mac.sources:
                _turn(self._recorded[source.place], run.now, _is_recorded(source))
        if run.planned is not None:
            self._file()

    def _file(self) -> None:
        for channel in self._run.settings.channels:
            for show in self._run.memory.covered.done.get(channel.key, ()):
                place = channel.name, show.job, show.stamp
                if place not in self._filed:
                    self._filed.add(place)
                    self.shows.append((channel, show))


def _is_recorded(source: VirtualSource) -> bool:
    """Whether it records, to something, what vrmon may call its own."""
    one = source.recording
    return one is not None and not one.foreign and not one.paused and source.has_destination


def _turn(states: list[State], now: float, state: bool) -> None:
    if not states or states[-1][1] is not state:
        states.append((now, state))


def _was(states: list[State], moment: float) -> bool:
    state = False
    for when, is_so in states:
        if when > moment:
            break
        state = is_so
    return state
