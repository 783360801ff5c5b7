"""What was really recorded of each job in virtual time, as nobody but the devices themselves can know."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from tests.world.virtual_run import Run
from vrmon.model import Job
from vrmon.plan.coverage.channel import Show
from vrmon.settings import Channel

State = tuple[float, bool]


class Truth:
    """Keeps record of a run from now on. `shows`: every account that the run's vrmon has closed, once.

    Of an operator's take that vrmon may rightly hold for its own nobody can say whether it counts.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._jobs: dict[tuple[str, Job], list[State]] = defaultdict(list)
        self._recorded: dict[tuple[str, str], list[State]] = defaultdict(list)
        self._recorded_at_least: dict[tuple[str, str], list[State]] = defaultdict(list)
        self._filed: set[tuple[str, Job, int]] = set()
        self.shows: list[tuple[Channel, Show]] = []
        run.watchers.append(self._note)
        self._note()

    def began(self, channel: Channel, job: Job) -> float:
        return next(when for when, is_there in self._jobs[channel.primary, job] if is_there)

    def ended(self, channel: Channel, job: Job) -> float | None:
        when, is_there = self._jobs[channel.primary, job][-1]
        return None if is_there else when

    def missing(
        self, channel: Channel, job: Job, since: float, until: float, *, at_most: bool = False
    ) -> float:
        """Seconds from `since` to `until` in which the job ran and its channel's source did not record it."""
        ran = self._jobs[channel.primary, job]
        known = self._recorded_at_least if at_most else self._recorded
        recorded = known[self._run.source_of(channel).place]
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
                take = source.recording
                goes_into_a_file = take is not None and not take.paused and source.has_destination
                may_be_ours = goes_into_a_file and take is not None and not take.foreign
                is_ours = may_be_ours and take is not None and take.by != "operator"
                _turn(self._recorded[source.place], run.now, may_be_ours)
                _turn(self._recorded_at_least[source.place], run.now, is_ours)
        if run.planned is not None:
            self._file()

    def _file(self) -> None:
        for channel in self._run.settings.channels:
            for show in self._run.memory.covered.done.get(channel.key, ()):
                place = channel.name, show.job, show.stamp
                if place not in self._filed:
                    self._filed.add(place)
                    self.shows.append((channel, show))


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
