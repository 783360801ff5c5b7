"""What is shared of a reading is what a fresh one would be, at every step of an evening full of faults."""

from __future__ import annotations

from random import Random

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_evening import Evening
from tests.world.virtual_run import Run
from tests.world.virtual_site import Chances, site
from vrmon.plan.coverage.channel import Show
from vrmon.plan.coverage.readings import Readings
from vrmon.settings import Sync
from vrmon.views.round import Round

UNTIL = 600.0  # seconds


def numbers(show: Show) -> list[float]:
    account = show.account
    sums = [account.until, account.sure, account.maybe, account.least, account.most, account.unsure]
    of_gaps = [
        number
        for gap in account.gaps
        for number in (gap.began, gap.ended, gap.least, gap.most, *gap.causes.values())
    ]
    return [*sums, *account.began, *(account.ended or ()), *of_gaps]


def the_rest(show: Show) -> object:
    account = show.account
    of_gaps = [(sorted(gap.causes), gap.cause, gap.goes_on) for gap in account.gaps]
    return show.stamp, show.job, show.basename, show.takes, account.is_over, of_gaps


@pytest.mark.parametrize("seed", range(5))
def test_a_shared_reading_is_what_a_fresh_one_is(seed: int) -> None:
    random = Random(f"readings {seed}")
    quirks = Quirks(start_lag=random.choice([0.0, 0.3, 2.0, 8.0]), dated=random.random() < 0.7)
    run = Run(site(3, Sync(outage_hold=random.choice([20.0, 900.0]))), quirks, seed)
    run.chances = random.choice([Chances(0.02, 0.01), Chances(0.02, 0.02, 0.05, 0.05)])
    run.promises.every = 0
    of_the_first, of_the_last = Readings(), Readings()
    compared = 0

    def compare(turned: Round) -> None:
        nonlocal compared
        covered, now = turned.plan.memory.covered, turned.now + random.choice([0.0, 0.0, 0.3, 2.0])
        for channel in run.settings.channels:
            known = covered.channel(channel.key)
            jobs = list(known.open)
            for shared, job in zip((of_the_first, of_the_last), (jobs[:1] + jobs[-1:]), strict=False):
                told, fresh = shared.read(covered, channel.key, job, now), known.read(job, now)
                assert told is not None
                assert the_rest(told) == the_rest(fresh), f"at {turned.now} s"
                assert numbers(told) == pytest.approx(numbers(fresh), abs=1e-6), f"at {turned.now} s"
                compared += 1

    run.turned = compare
    run.begin()
    Evening(run, random, UNTIL, 200.0)
    run.until(UNTIL)
    assert compared > 1000


def test_of_a_job_that_is_none_of_the_channel_s_there_is_no_reading() -> None:
    run = Run(site(1, Sync()), Quirks())
    run.begin()
    job = run.job("SHOW")
    shared, key = Readings(), run.settings.channels[0].key
    run.until(30.0)
    assert shared.read(run.memory.covered, key, job, run.now) is not None
    run.playbox.jobs.clear()
    run.until(60.0)
    assert shared.read(run.memory.covered, key, job, run.now) is None


def test_of_a_show_that_is_filed_nothing_is_followed_any_more() -> None:
    run = Run(site(1, Sync()), Quirks())
    run.begin()
    run.job("SHOW")
    run.until(30.0)
    assert run.memory.covered.channels
    run.playbox.jobs.clear()
    run.until(60.0)
    assert not run.memory.covered.channels
    ((key, filed),) = run.memory.covered.done.items()
    assert (key, [show.basename for show in filed]) == (run.settings.channels[0].key, ["SHOW"])
