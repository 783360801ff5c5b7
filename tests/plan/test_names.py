"""What takes are called, and what a DVR may make of it, as stories in virtual time."""

from __future__ import annotations

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_stories import begun, names, recording, running


def test_two_jobs_of_one_name_at_once_get_names_of_their_own() -> None:
    run = begun(channels=2)
    run.job("NEWS", 0, "first")
    run.job("NEWS", 1, "second")
    run.until(20.0)
    assert sorted(names(run)) == ["NEWS", "NEWS_2"]


def test_a_late_name_is_waited_for_and_then_done_without() -> None:
    run = begun(channels=2)
    soon = run.job("SOON", 0, "1", since=4.0)
    late = run.job("LATE", 1, "2", since=20.0)
    run.until(40.0)
    assert running(run, 0).name == "SOON"
    assert running(run, 1).name == "PCR 2_2"
    assert "stand-in-name" in run.problems(1)
    assert {soon, late} == set(run.playbox.jobs)


def test_a_name_that_comes_before_the_take_has_begun_is_used_all_the_same() -> None:
    run = begun()
    run.mac.sources[0].is_locked = True
    run.job("LATE", since=10.0)
    run.until(30.0)
    run.mac.sources[0].is_locked = False
    run.until(60.0)
    assert names(run) == ["LATE"]


@pytest.mark.parametrize(
    "duplicate", ["suffix", "suffix, shown", "name refused", "record refused", "overwritten"]
)
@pytest.mark.parametrize("lag", [0.0, 5.0])
def test_a_name_that_is_there_already_keeps_nothing_from_being_recorded(duplicate: str, lag: float) -> None:
    run = begun(Quirks(duplicate=duplicate, start_lag=lag))  # type: ignore[arg-type]
    run.mac.begin(run.mac.sources[0], "operator", 2.0, name="NEWS")
    run.mac.end(run.mac.sources[0], 2.0)
    job = run.job("NEWS")
    run.until(30.0)
    assert run.verdict().phase == "recording"
    run.playbox.jobs.remove(job)
    run.until(50.0)
    assert run.mac.sources[0].recording is None


def test_a_name_that_is_refused_for_a_moment_is_given_while_the_take_runs() -> None:
    run = begun()
    run.mac.sources[0].next_name = "YESTERDAY"
    run.mac.quirks = Quirks(naming="refused")
    run.job("NEWS")
    run.until(6.0)
    assert running(run).name == "YESTERDAY"
    assert "name-refused" in run.problems()
    run.mac.quirks = Quirks()
    run.until(30.0)
    assert running(run).name == "NEWS"
    assert run.problems() == set()


def test_a_source_that_takes_no_name_is_recorded_under_the_one_it_has() -> None:
    run = begun()
    run.mac.quirks = Quirks(duplicate="name refused")
    for name in ("NEWS", "NEWS_2", "NEWS_3"):
        run.mac.begin(run.mac.sources[0], "operator", 2.0, name=name)
        run.mac.end(run.mac.sources[0], 2.0)
    run.job("NEWS")
    run.until(20.0)
    assert run.verdict().phase == "recording"
    assert "name-refused" in run.problems()


def test_a_refused_name_is_told_for_as_long_as_the_take_runs_where_no_name_is_shown() -> None:
    run = begun(Quirks(keys="3.x"))
    run.mac.sources[0].next_name = "YESTERDAY"
    run.mac.quirks = Quirks(keys="3.x", naming="refused")
    job = run.job("NEWS")
    run.until(6.0)
    assert running(run).name == "YESTERDAY"
    run.until(60.0)
    assert run.problems() == {"name-refused"}
    run.playbox.jobs.remove(job)
    run.until(80.0)
    assert (run.mac.sources[0].recording, run.problems()) == (None, set())


@pytest.mark.parametrize(
    "quirks", [Quirks(keys="3.x"), Quirks(dated=False), Quirks(start_lag=5.0, stop_lag=5.0)]
)
def test_every_kind_of_dvr_records_and_stops(quirks: Quirks) -> None:
    run = begun(quirks)
    job = run.job("NEWS")
    run.until(20.0)
    assert running(run).asked == "NEWS"
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert run.mac.sources[0].recording is None
    assert len(run.mac.recordings) == 1


def test_a_name_that_the_dvr_accepts_and_ignores_costs_only_the_name() -> None:
    run = begun(Quirks(naming="ignored"))
    job = run.job("NEWS")
    run.until(20.0)
    assert running(run).name == "Backup 1"
    assert run.verdict().phase == "recording"
    assert "misnamed" in run.problems()
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert run.mac.sources[0].recording is None


def test_the_name_of_a_take_that_was_taken_over_is_not_given_again() -> None:
    run, _, take = recording()
    run.crash(keep=None, pause=1.0)
    run.until(30.0)
    assert running(run) is take
    run.mac.end(run.mac.sources[0], run.now)
    run.until(40.0)
    assert names(run) == ["NEWS", "NEWS_cont1"]


def test_a_name_that_is_accepted_and_shown_only_the_second_time_is_repeated_until_it_is_seen() -> None:
    run = begun(Quirks(naming="ignored"))
    run.job("NEWS")
    run.until(10.0)
    assert running(run).name == "Backup 1"
    run.mac.quirks = Quirks()
    run.until(30.0)
    assert running(run).name == "NEWS"
    assert run.problems() == set()
    running(run).name = "RENAMED BY HAND"
    run.until(60.0)
    assert running(run).name == "RENAMED BY HAND"


def test_an_id_that_the_primary_gives_again_is_another_job() -> None:
    run = begun()
    for name in ("NEWS", "SPORT", "NEWS"):
        job = run.job(name, 0, "1")
        run.until(run.now + 20.0)
        run.playbox.jobs.remove(job)
        run.until(run.now + 20.0)
    assert names(run) == ["NEWS", "SPORT", "NEWS_2"]
