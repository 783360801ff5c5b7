"""What the program that this one replaces did wrong, each row as a story in virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_site import Chances
from tests.world.virtual_stories import begun, names, recording, running


def test_a_job_is_recorded_under_its_name_within_a_second_of_being_seen() -> None:
    run = begun()
    run.job("NEWS")
    run.until(4.5)
    assert running(run).name == "NEWS"
    assert run.verdict().phase == "recording"


@pytest.mark.parametrize("failures", [1, 2, 100])
def test_a_primary_that_does_not_answer_stops_nothing(failures: int) -> None:
    run, _, take = recording()
    run.playbox.is_up = False
    run.until(20.0 + failures)
    assert run.verdict().phase == "keeping"
    assert "primary-gone-keeping" in run.problems()
    run.playbox.is_up = True
    run.until(60.0 + failures)
    assert running(run) is take
    assert (run.verdict().phase, run.mac.recordings) == ("recording", [take])


def test_a_file_list_that_fails_while_recording_changes_nothing() -> None:
    run, job, take = recording()
    del run.playbox.names[job]
    run.until(60.0)
    assert run.mac.recordings == [take]


def test_back_to_back_the_new_job_ends_the_old_take_at_once() -> None:
    run, job, take = recording("A")
    run.playbox.jobs.remove(job)
    run.job("B")
    run.until(21.5)
    assert take.ended is not None
    assert running(run).name == "B"
    assert names(run) == ["A", "B"]


def test_a_refused_start_is_repeated_and_shown() -> None:
    run = begun()
    run.mac.sources[0].is_locked = True
    run.job("NEWS")
    run.until(30.0)
    assert run.verdict().phase == "blocked"
    assert "start-refused" in run.problems()
    run.mac.sources[0].is_locked = False
    run.until(50.0)
    assert running(run).name == "NEWS"


@pytest.mark.parametrize("seconds", [3.0, 10.0, 17.0, 24.0, 40.0])
@pytest.mark.parametrize("what", ["is_locked", "is_enabled", "has_destination"])
def test_a_refused_start_is_repeated_as_soon_as_nothing_is_in_the_way(what: str, seconds: float) -> None:
    run = begun(Quirks(without_destination="refused"))
    source = run.mac.sources[0]
    usual = getattr(source, what)
    setattr(source, what, not usual)
    run.job("NEWS")
    run.until(run.now + seconds)
    assert source.recording is None
    setattr(source, what, usual)
    freed = run.now
    run.until(freed + 2.0)
    assert running(run).name == "NEWS"


@pytest.mark.parametrize("locked", [3.0, 10.0, 17.0, 24.0, 40.0])
def test_a_refused_stop_is_repeated_as_soon_as_the_lock_is_gone(locked: float) -> None:
    run = begun()
    job = run.job("NEWS")
    run.until(10.0)
    take = running(run)
    run.mac.sources[0].is_locked = True
    run.playbox.jobs.remove(job)
    run.until(20.0 + locked)
    assert take.ended is None
    run.mac.sources[0].is_locked = False
    run.until(22.0 + locked)
    assert take.ended is not None


@pytest.mark.parametrize("trouble", ["lost", "refused", "unseen"])
def test_a_start_is_repeated_with_growing_pauses(trouble: str) -> None:
    run = begun()
    run.mac.does_nothing = True
    run.chances = Chances(lost=1.0 if trouble == "lost" else 0, refused=1.0 if trouble == "refused" else 0)
    run.job("NEWS")
    run.until(300.0)
    attempt = run.verdict().memory.attempt
    assert attempt is not None
    assert 15 <= attempt.tries <= 30
    run.chances, run.mac.does_nothing = Chances(), False
    run.until(320.0)
    assert run.verdict().phase == "recording"


@pytest.mark.parametrize("trouble", ["lost", "refused", "unseen"])
def test_a_stop_is_repeated_until_it_is_seen(trouble: str) -> None:
    run, job, take = recording()
    run.chances = Chances(lost=1.0 if trouble == "lost" else 0, refused=1.0 if trouble == "refused" else 0)
    run.mac.does_nothing = trouble in ("unseen", "lost")
    run.playbox.jobs.remove(job)
    run.until(45.0)
    assert run.verdict().phase == "stopping"
    assert f"stop-{trouble}" in run.problems()
    run.chances, run.mac.does_nothing = Chances(), False
    run.until(70.0)
    assert take.ended is not None
    assert run.verdict().phase == "idle"


def test_a_dvr_that_is_down_when_the_job_starts_records_as_soon_as_it_is_back() -> None:
    run = begun()
    run.mac.is_up = False
    run.job("NEWS")
    run.until(30.0)
    assert (run.verdict().phase, run.problems()) == ("blocked", {"dvr-blind"})
    run.mac.is_up = True
    run.until(32.0)
    assert running(run).name == "NEWS"


def test_a_take_that_dies_is_continued_within_a_poll() -> None:
    run, _, take = recording()
    run.mac.end(run.mac.sources[0], run.now)
    run.until(21.5)
    assert running(run).name == "NEWS_cont1"
    assert "take-died" in run.problems()
    assert take.ended is not None


def test_takes_that_keep_dying_are_continued_with_growing_pauses() -> None:
    run, _, _ = recording()
    while run.now < 300.0:
        if run.mac.sources[0].recording is not None:
            run.mac.end(run.mac.sources[0], run.now)
        run.until(run.now + 0.5)
    starts = [take.began for take in run.mac.recordings]
    pauses = [after - before for before, after in pairwise(starts[3:])]
    assert names(run)[-1] == f"NEWS_cont{len(starts) - 1}"
    assert max(pauses) < 18.0
    assert pauses[-1] > 14.0


@pytest.mark.parametrize("when", ["before", "beside", "after"])
@pytest.mark.parametrize("quirks", [Quirks(), Quirks(dated=False)])
def test_an_operators_recording_is_never_touched(when: str, quirks: Quirks) -> None:
    run = begun(quirks)
    source = run.mac.sources[0]
    if when == "after":
        job = run.job("NEWS")
        run.until(10.0)
        run.playbox.jobs.remove(job)
        run.until(20.0)
    theirs = run.mac.begin(source, "operator", run.now, name="BY HAND")
    if when != "after":
        run.until(run.now + (5.0 if when == "before" else 0.2))
        job = run.job("NEWS")
        run.until(run.now + 10.0)
        assert (run.verdict().phase, run.problems()) == (
            "foreign",
            {"foreign-recording", "backup-incomplete"},
        )
        run.playbox.jobs.remove(job)
    run.until(run.now + 30.0)
    assert source.recording is theirs
    assert theirs.name == "BY HAND"
    assert run.verdict().phase == "foreign"


def test_sixty_four_jobs_at_once_are_all_recorded_in_a_second() -> None:
    run = begun(channels=64)
    for channel in range(64):
        run.job(f"SHOW {channel}", channel)
    run.until(4.0)
    assert sorted(names(run)) == sorted(f"SHOW {channel}" for channel in range(64))
