"""Coverage in the simulation: the recorder's own record lies inside the bounds, whatever has happened.

VRMON_SEEDS=N tries N evenings more than the suite does (about three jobs each), VRMON_SEED=N that one alone.
"""

from __future__ import annotations

import os
import statistics
from random import Random

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_evening import Evening
from tests.world.virtual_run import Run
from tests.world.virtual_site import Chances, site
from tests.world.virtual_truth import Truth
from vrmon.catalog import Cause, Code
from vrmon.plan.coverage.account import Account
from vrmon.settings import Sync

USUAL = 6
LONG = 900.0  # seconds in which shows begin
ROUNDING = 0.002  # seconds: state.json has milliseconds
WIDEST = 0.006
DARK = (Code.DVR_UNREACHABLE, Cause.VRMON_AWAY)


def evening(seed: int, *, calm: bool = False) -> tuple[Run, Truth]:
    """All its shows are over, and what they have come to is filed. `calm`: looks every second at a recorder
    of the usual kind, and a fault or two."""
    random = Random(f"evening {seed}")
    sync, poll_interval = Sync(outage_hold=random.choice([20.0, 900.0])), random.choice([1.0, 1.0, 5.0])
    quirks = Quirks(
        start_lag=random.choice([0.0, 0.3, 2.0, 5.0, 8.0]),
        stop_lag=random.choice([0.0, 0.3, 2.0, 5.0]),
        dated=random.random() < 0.7,
    )
    if calm:
        quirks, poll_interval = Quirks(start_lag=0.3, stop_lag=0.3), 1.0
    run = Run(site(random.randint(1, 3), sync, poll_interval), quirks, seed)
    run.chances = random.choice([Chances(0.02, 0.01), Chances(0.02, 0.02, 0.05, 0.05)])
    run.promises.every = 0
    run.begin()
    truth = Truth(run)
    Evening(run, random, LONG, 7200.0 if calm else 300.0)
    while run.now < LONG or run.playbox.jobs or any(one.open for one in run.memory.covered.channels.values()):
        run.until(run.now + 60.0)
        assert run.now < LONG + 7200.0, "something is never filed"
    return run, truth


def seeds() -> list[int]:
    if "VRMON_SEED" in os.environ:
        return [int(os.environ["VRMON_SEED"])]
    return list(range(USUAL + int(os.environ.get("VRMON_SEEDS", "0"))))


@pytest.mark.parametrize("seed", seeds())
def test_the_truth_lies_inside_the_bounds(seed: int) -> None:
    run, truth = evening(seed)
    assert truth.shows
    for channel, show in truth.shows:
        account, what = show.account, f"{channel.name}, {show.job.id}: {show.account}"
        began = truth.began(channel, show.job)
        missing, at_most = (
            truth.missing(channel, show.job, 0.0, run.now, at_most=most) for most in (False, True)
        )
        assert account.began.earliest - ROUNDING <= began <= account.began.latest + ROUNDING, what
        assert account.least - ROUNDING <= at_most, f"{at_most} s of {what}"
        assert missing <= account.most + ROUNDING, f"{missing} s of {what}"


def width(account: Account) -> float:
    """The doubt that is left where somebody watched, as a part of the job."""
    dark = sum(seconds for gap in account.gaps for cause, seconds in gap.causes.items() if cause in DARK)
    return max(account.most - account.least - dark, 0.0) / (account.sure + account.maybe)


def test_the_bounds_are_no_wider_than_the_polls_and_the_dark_explain() -> None:
    evenings = [evening(seed, calm=True) for seed in range(4)]
    shows = [show for _, truth in evenings for _, show in truth.shows]
    assert len(shows) > 5
    assert statistics.median(width(show.account) for show in shows) < WIDEST
