"""Days of jobs and faults in virtual time, with drills every minute and without any: no job waits for them.

VRMON_SEEDS=N tries N days more than the suite does, VRMON_SEED=N that one alone.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_days import Day, Show, take_of
from tests.world.virtual_run import Run
from tests.world.virtual_site import site
from vrmon.devices.movierecorder import TRAITS
from vrmon.settings import DrillSettings, Settings, Sync

USUAL = 6
SHORT, WHOLE = 3600.0, 86_400.0  # seconds of a day in the suite, and of one of many
EVERY = 60.0
LONGEST = 180.0  # seconds that a drill's take may run: its own, an outage of the recorder, a kill, a lock
SLACK = 0.2  # seconds by which answers differ from run to run


def seeds() -> list[int]:
    if "VRMON_SEED" in os.environ:
        return [int(os.environ["VRMON_SEED"])]
    return list(range(USUAL + int(os.environ.get("VRMON_SEEDS", "0"))))


def run_of(seed: int, settings: Settings, quirks: Quirks, day: Day, *, drilled: bool) -> tuple[Run, int]:
    """A day from its beginning to its end, and how many drills there were."""
    run, begun = Run(settings, quirks, seed), 0
    run.promises.every = 50
    day.put_on(run)

    def drill() -> None:
        nonlocal begun
        for channel in range(len(settings.channels)):
            begun += run.drill(channel, seconds=3.0 + run.now % 20.0) == ""
        if run.now < day.seconds:
            run.after(EVERY, drill)

    if drilled:
        run.after(EVERY, drill)
    run.begin()
    run.until(day.over + settings.sync.outage_hold + 120.0)
    run.promises.agree()
    return run, begun


def drawn(seed: int) -> tuple[Settings, Quirks, Day]:
    random = Random(f"day {seed}")
    quirks = replace(Quirks.drawn(random), dated=True, keys="all", naming="works")
    sync = Sync(outage_hold=random.choice([20.0, 60.0]), name_wait=random.choice([0.0, 3.0]))
    settings = site(random.randint(1, 3), sync, random.choice([1.0, 1.0, 5.0]))
    settings = replace(settings, drill=DrillSettings(clear=random.choice([0.0, 5.0, 60.0])))
    return settings, quirks, Day(random, settings, WHOLE if seed >= USUAL else SHORT)


@pytest.mark.parametrize("seed", seeds())
def test_no_job_waits_for_a_drill_nobodys_take_is_touched_and_nothing_is_left(seed: int) -> None:
    settings, quirks, day = drawn(seed)
    without, _ = run_of(seed, settings, quirks, day, drilled=False)
    run, drills = run_of(seed, settings, quirks, day, drilled=True)
    assert drills > 0
    poll = settings.dvrs["mac"].poll_interval
    may_take = poll + shown_late(quirks) + SLACK
    late = [
        (show, before, waits)
        for show in day.shows
        if (before := began(without, show)) is not None
        and (waits := waited(run, show, before)).seconds > may_take * (1 + waits.others) + waits.beside(day)
        and show.ends > before + may_take  # one that is over by then need not have begun
    ]
    assert late == []
    hands = [one for one in run.mac.recordings if one.by == "operator"]
    theirs = [one for one in hands if not one.ours]  # nobody could know those apart
    assert all(one.name in (one.asked, f"{one.asked} 1") for one in theirs)  # a suffix is the recorder's own
    drills_taken = [one for one in run.mac.recordings if one.job is not None and one.job.is_drill]
    assert drills_taken
    assert [one for one in drills_taken if one.ended is None or one.ended - one.began > LONGEST] == []
    assert not any(TRAITS.fold(one.asked).startswith("drill") for one in without.mac.recordings)


def began(run: Run, show: Show) -> float | None:
    """When its recording began."""
    take = take_of(run, show)
    return None if take is None else take.began


class Waited(NamedTuple):
    """For how long nothing of vrmon's ran for any job between two moments, and how many takes did."""

    channel: int
    since: float
    until: float
    seconds: float
    others: int

    def beside(self, day: Day) -> float:
        """Seconds in which vrmon was dead, a person had the channel, or the recorder did not answer."""
        place = self.since, self.until
        return day.away(*place) + day.held(self.channel, *place) + day.unanswered(*place)


def waited(run: Run, show: Show, since: float) -> Waited:
    """From then until its recording began: which of several jobs of one ingest has the source at which moment
    is a matter of which the primary was seen to end first."""
    after = began(run, show)
    until = show.ends if after is None else max(after, since)
    place = run.mac.sources[show.channel].place
    takes = [
        (max(one.began, since), min(until if one.ended is None else one.ended, until))
        for one in run.mac.recordings
        if one.place == place and one.job is not None and not one.job.is_drill
    ]
    lasting = [end - begin for begin, end in takes if end > begin]
    return Waited(show.channel, since, until, until - since - sum(lasting), len(lasting))


def shown_late(quirks: Quirks) -> float:
    """How much later than it happens a recorder shows that a recording begins and ends: nobody knows sooner
    that its source is free."""
    return quirks.start_lag + quirks.stop_lag
