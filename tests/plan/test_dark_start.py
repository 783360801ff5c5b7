"""A recorder that is away as a show begins: where nothing was commanded, nothing of ours was there."""

from __future__ import annotations

import pytest

from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, just_begun, running
from vrmon.plan.coverage.account import Account

AWAY = 40.0


def away_as_it_begins() -> Run:
    """The recorder goes, and just then the job begins."""
    run = begun()
    run.until(10.0)
    run.mac.is_up = False
    run.after(AWAY, lambda: setattr(run.mac, "is_up", True))
    run.until(10.5)
    run.job("NEWS")
    return run


def account(run: Run) -> Account:
    (show,) = run.memory.covered.read(run.settings.channels[0].key, run.now)
    return show.account


def test_a_recorder_that_was_away_for_the_first_of_a_show_has_not_recorded_that() -> None:
    run = away_as_it_begins()
    run.until(10.0 + AWAY + 6.0)
    assert running(run).asked == "NEWS"
    assert AWAY - 3.0 < account(run).least <= account(run).most < AWAY + 6.0
    assert {gap.cause for gap in account(run).gaps if gap.least > 1.0} == {"dvr-unreachable"}
    (told,) = run.verdict().problems
    assert told.code == "backup-incomplete"


def test_so_has_not_one_that_an_operator_used_meanwhile() -> None:
    run = away_as_it_begins()
    run.until(15.0)
    source = run.mac.sources[0]
    run.mac.begin(source, "operator", run.now, name="OWN")
    run.until(25.0)
    run.mac.end(source, run.now)
    run.until(10.0 + AWAY + 6.0)
    assert account(run).least > AWAY - 3.0


@pytest.mark.parametrize("after", [0.05, 0.1])
def test_what_was_commanded_just_before_may_have_been_there(after: float) -> None:
    run = begun()
    run.until(10.0)
    run.job("NEWS")
    take = just_begun(run)
    run.mac.is_up = False
    run.until(run.now + after)
    run.until(run.now + AWAY / 2)
    run.mac.end(run.mac.sources[0], run.now)
    lasted = run.now - take.began
    run.until(run.now + AWAY / 2)
    run.mac.is_up = True
    run.until(run.now + 8.0)
    whole = run.now - take.began
    assert account(run).least <= whole - lasted <= account(run).most
    assert account(run).least < AWAY / 2 + 10.0
