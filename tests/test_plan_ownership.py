"""Whose recording is it? Promise 2, as stories in virtual time."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.virtual import Quirks
from tests.virtual_stories import begun, recording, running


def test_an_operators_recording_under_the_kept_name_is_not_ours_when_no_job_is_active() -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.until(30.0)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    assert theirs.asked == "NEWS"
    run.until(60.0)
    other = run.job("SPORT")
    run.until(70.0)
    run.playbox.jobs.remove(other)
    run.until(90.0)
    assert running(run) is theirs


def test_an_operators_recording_in_place_of_ours_is_told_by_its_date() -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.mac.does_nothing = True
    run.until(26.0)
    assert run.verdict().phase == "stopping"
    run.mac.end(run.mac.sources[0], run.now)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    run.mac.does_nothing = False
    run.until(60.0)
    assert running(run) is theirs


@pytest.mark.parametrize(
    ("quirks", "watched", "ours"),
    [
        (Quirks(), True, True),
        (Quirks(), False, True),
        (Quirks(dated=False), True, True),
        (Quirks(dated=False), False, False),
    ],
)
def test_a_take_that_an_operator_renames(quirks: Quirks, watched: bool, ours: bool) -> None:
    """It stays ours if we watch, or if its start date tells."""
    run, job, take = recording(quirks=quirks)
    run.mac.is_up = watched
    run.until(25.0)
    take.name = "RENAMED"
    run.promises.renamed_by_operator(take)
    run.until(30.0)
    run.mac.is_up = True
    run.until(40.0)
    assert run.verdict().phase == ("recording" if ours else "foreign")
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert (take.ended is not None) is ours


def test_a_take_that_an_operator_pauses_is_resumed() -> None:
    run, _, take = recording()
    take.paused = True
    run.until(25.0)
    assert not take.paused
    assert run.verdict().phase == "recording"


@pytest.mark.parametrize("naming", ["now", "next", "refused"])
def test_a_short_job_whose_take_is_seen_late_leaves_the_source_to_the_next(
    naming: Literal["now", "next", "refused"],
) -> None:
    """The first take is not seen before the second job begins: it is ours all the same."""
    run = begun(Quirks(start_lag=5.0, name_while_recording=naming))
    first = run.job("A")
    run.until(4.5)
    run.playbox.jobs.remove(first)
    second = run.job("B")
    run.until(25.0)
    assert running(run).asked == "B"
    run.playbox.jobs.remove(second)
    run.until(40.0)
    assert run.mac.sources[0].recording is None


def test_a_recording_that_follows_a_refused_start_is_not_ours_where_no_names_are_told() -> None:
    run = begun(Quirks(keys="3.x"))
    run.mac.sources[0].is_locked = True
    job = run.job("NEWS")
    run.until(10.0)
    assert run.problems() == {"start-refused"}
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    run.mac.sources[0].is_locked = False
    run.until(20.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert running(run) is theirs
