"""No job ends without proof, whoever was away (promise 4), and none is kept longer than that wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import incidents as when
from tests.world.observed import Site
from tests.world.virtual import Quirks
from tests.world.virtual_run import Run
from tests.world.virtual_stories import SYNC, begun, names, recording, running
from vrmon.catalog import Code
from vrmon.model import Verb


def is_recording(at: Site) -> bool:
    return at.sources["dvr"]["s 1"].is_recording


def test_a_primary_that_was_restarted_and_has_lost_its_jobs_stops_nothing_before_the_hold_is_over() -> None:
    at = when.site()
    when.a_job_is_recorded(at)
    when.the_primary_restarts(at)
    began = at.now
    at.until(began + 59.0)
    assert is_recording(at)
    at.until(began + 65.0)
    assert not is_recording(at)


def test_a_take_that_dies_while_its_job_is_lost_is_followed_by_another() -> None:
    run, job, take = recording()
    run.playbox.has_restarted = True
    run.playbox.jobs.remove(job)
    run.until(25.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(30.0)
    following = running(run)
    assert (following.by, following.asked) == ("vrmon", "NEWS_cont1")
    assert "job-lost-in-outage" in run.problems()
    run.until(take.began + SYNC.outage_hold + 40.0)
    assert following.ended is not None
    assert names(run) == ["NEWS", "NEWS_cont1"]


@pytest.mark.parametrize("is_back", [True, False])
def test_one_that_ended_while_vrmon_was_away_is_not_begun_again_where_its_job_is_gone(is_back: bool) -> None:
    run, job, _ = recording()
    run.crash(pause=300.0)
    run.until(100.0)
    run.mac.end(run.mac.sources[0], run.now)  # by hand, for the show is over
    if not is_back:
        run.playbox.jobs.remove(job)
    run.until(360.0)
    assert len(run.mac.recordings) == (2 if is_back else 1)


@pytest.mark.parametrize("pause", [5.0, 95.0, 200.0])
def test_a_job_that_followed_while_vrmon_was_away_gets_a_file_of_its_own(pause: float) -> None:
    run, first, take = recording("A")
    run.crash(pause=pause)
    run.until(22.0)
    run.playbox.jobs.remove(first)
    run.job("B")
    run.until(35.0 + pause)
    assert take.ended is not None
    assert running(run).asked == "B"
    assert run.problems() == set()


def test_a_job_id_that_is_used_again_says_nothing_of_the_job_beside_it() -> None:
    run, first, take = recording("A")
    beside = run.job("B")
    run.until(22.0)
    run.playbox.names[beside] = (0.0, "WEATHER")  # which is told when it is asked for again
    run.until(49.0)
    run.playbox.jobs.remove(first)
    run.until(51.5)
    assert any(job.show for job in run.memory.primaries["playbox"].jobs)
    run.playbox.jobs.append(first)
    run.until(run.now + 20.0)
    assert running(run) is take
    assert run.verdict().phase == "recording"


def test_a_job_that_waits_for_the_take_before_it_says_so() -> None:
    run, first, _ = recording("A", Quirks(stop_lag=2.9))
    run.playbox.jobs.remove(first)
    run.job("B")
    while "not-verified" not in run.problems():
        run.until(run.now + 0.1)
    (told,) = run.verdict().problems
    assert "vrmon waits for mac to end the take before." in told.message


@pytest.mark.parametrize("keep", [0, 1])
def test_a_restart_during_a_stop_is_no_death(keep: int) -> None:
    run, first, take = recording("A", Quirks(stop_lag=2.0))
    run.playbox.jobs.remove(first)
    run.job("B")
    while take.ended is None:
        run.until(run.now + 0.01)
    run.crash(keep=keep, pause=0.3)
    told = set()
    while run.now < 50.0:
        run.until(run.now + 0.25)
        told |= run.problems()
    assert running(run).asked == "B"
    assert "take-died" not in told


@pytest.mark.parametrize(("count", "seconds"), [(1, 3.0), (2, 3.0), (3, 10.0), (5, 10.0)])
@pytest.mark.parametrize("away", [0.0, 20.0, 80.0])
def test_jobs_that_are_gone_together_want_more_proof(count: int, seconds: float, away: float) -> None:
    """Also where they went while nobody watched."""
    run = begun(channels=count, sync=replace(SYNC, outage_hold=5.0))
    jobs = [run.job(f"NEWS {n}", n) for n in range(count)]
    run.until(20.0)
    if away:
        run.crash(pause=away)
    for job in jobs:
        run.playbox.jobs.remove(job)
    run.until(20.0 + away + seconds - 0.5)
    assert [one.ended for one in run.mac.recordings] == [None] * count
    run.until(20.0 + away + seconds + 3.0)
    assert None not in [one.ended for one in run.mac.recordings]


def lost_in_an_outage(run: Run) -> None:
    """Between 22 and 24 s."""
    run.until(21.7)
    run.playbox.is_up = False
    run.playbox.jobs.clear()
    run.until(24.0)
    run.playbox.is_up = True


@pytest.mark.parametrize("crash", [30.0, 50.0, 75.0])
def test_the_hold_does_not_begin_anew_with_a_restart(crash: float) -> None:
    run, _, take = recording()
    lost_in_an_outage(run)
    run.until(crash)
    run.crash()
    run.until(83.0)
    assert running(run) is take
    run.until(92.0)
    assert take.ended is not None


def test_an_outage_that_vrmon_saw_and_died_in_is_remembered() -> None:
    run, job, take = recording()
    run.playbox.is_up = False
    run.until(23.0)
    run.crash(pause=2.0)
    run.until(24.0)
    run.playbox.is_up = True
    run.playbox.jobs.remove(job)
    run.until(80.0)
    assert running(run) is take
    assert run.problems() == {"job-lost-in-outage"}
    run.until(95.0)
    assert take.ended is not None


def test_two_channels_of_an_index_keep_their_sources_when_a_restarted_recorder_lists_them_otherwise() -> None:
    run = begun(channels=2)
    first, second = run.settings.channels
    run.settings = replace(run.settings, channels=(replace(first, source=0), replace(second, source=1)))
    run.until(4.0)
    run.job("A", 0)
    run.until(20.0)
    run.mac.is_up = False
    run.until(25.0)
    run.mac.order.reverse()
    run.mac.is_up = True
    run.job("B", 1)
    run.until(40.0)
    assert names(run) == ["A", "B"]
    assert [run.problems(n) for n in range(2)] == [set(), set()]
    assert [running(run, n).asked for n in range(2)] == ["A", "B"]


@pytest.mark.parametrize("verb", [Verb.SET_NAME, Verb.RECORD])
def test_a_result_that_never_comes_blocks_nobody_for_ever(verb: Verb) -> None:
    at = when.site()
    when.shows(recording_name="YESTERDAY")(at)
    when.never_answers(verb)(at)
    when.a_job_begins(at)
    at.until(10.0)
    del at.answers["s 1", verb]
    at.until(80.0)
    assert is_recording(at)
    missing = [Code.BACKUP_INCOMPLETE] if verb is Verb.RECORD else []
    assert [problem.code for problem in at.problems] == missing


def test_a_stop_whose_result_never_comes_is_sent_again() -> None:
    at = when.site()
    when.a_job_is_recorded(at)
    when.never_answers(Verb.STOP)(at)
    when.the_job_ends(at)
    at.until(20.0)
    del at.answers["s 1", Verb.STOP]
    at.until(60.0)
    assert is_recording(at)
    at.until(80.0)
    assert not is_recording(at)
