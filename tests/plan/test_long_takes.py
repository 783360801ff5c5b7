"""A take that lasts for very long: a problem, and its end only where the site says so."""

from __future__ import annotations

from dataclasses import replace

from tests.world.virtual_run import Run
from tests.world.virtual_stories import SYNC, begun, names, running
from vrmon.catalog import Code

TOLD, ENDED = replace(SYNC, max_take=60.0), replace(SYNC, max_take=60.0, max_take_stop=True)


def ended() -> Run:
    """A run in which a take was ended by its length, and its job goes on."""
    run = begun(sync=ENDED)
    run.job("NEWS")
    run.until(run.now + 80.0)
    (take,) = run.mac.recordings
    assert take.ended is not None
    assert 60.0 <= take.ended - take.began <= 65.0
    return run


def test_it_is_told_and_goes_on() -> None:
    run = begun(sync=TOLD)
    job = run.job("NEWS")
    run.until(run.now + 50.0)
    assert run.problems() == set()
    run.until(run.now + 1000.0)
    assert run.problems() == {Code.LONG_TAKE}
    assert running(run).asked == "NEWS"
    run.playbox.jobs.remove(job)
    run.until(run.now + 10.0)
    assert run.problems() == set()


def test_where_the_site_says_so_it_is_ended_and_its_job_not_recorded_again() -> None:
    run = ended()
    run.until(run.now + 600.0)
    assert names(run) == ["NEWS"]
    assert Code.LONG_TAKE in run.problems()
    run.crash()
    run.until(run.now + 600.0)
    assert names(run) == ["NEWS"], "nor by the next vrmon"
    assert Code.LONG_TAKE in run.problems()


def test_the_next_job_is_recorded_though_the_long_one_goes_on() -> None:
    run = ended()
    following = run.job("SPORT")
    run.until(run.now + 5.0)
    assert names(run) == ["NEWS", "SPORT"]
    assert run.problems() == {Code.SHARED_TAKE, Code.BACKUP_INCOMPLETE}
    run.playbox.jobs.remove(following)
    run.until(run.now + 30.0)
    assert names(run) == ["NEWS", "SPORT"]
    assert Code.LONG_TAKE in run.problems()


def test_once_it_is_over_it_is_forgotten() -> None:
    run = ended()
    run.playbox.jobs.clear()
    run.until(run.now + 30.0)
    assert run.problems() == set()
    run.job("NEWS")
    run.until(run.now + 10.0)
    assert names(run) == ["NEWS", "NEWS_2"]
