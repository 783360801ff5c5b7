"""A recorder that stands idle for a moment between two files of one take, when nobody may begin another."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import Run
from tests.world.virtual_stories import auto, begun, by_hand, hold, memory_of, recording

SPLITS = [
    Quirks(split_name="suffixed", split_date="new"),
    Quirks(split_name="suffixed", dated=False),
    Quirks(split_name="kept", split_date="new"),
    Quirks(split_name="kept", dated=False),
    Quirks(keys="3.x"),
]


def split(run: Run, idle: float) -> None:
    source = run.mac.sources[0]
    run.mac.split(source, run.now)
    source.show(False, run.now)
    run.until(run.now + idle)
    source.show(True, run.now)


def is_ended_or_told(run: Run) -> bool:
    return run.mac.sources[0].recording is None or bool(run.problems())


@pytest.mark.parametrize("lasts", [3.0, 20.0])
@pytest.mark.parametrize("quirks", SPLITS)
def test_the_second_file_of_a_take_on_hold_is_ended_or_told_of(quirks: Quirks, lasts: float) -> None:
    run, job, _ = recording(quirks=quirks)
    hold(run)
    run.until(25.0)
    split(run, idle=2.0)
    run.until(27.0 + lasts)
    auto(run)
    run.until(60.0)
    run.playbox.jobs.remove(job)
    run.until(100.0)
    assert is_ended_or_told(run)


@pytest.mark.parametrize("spelling", ["prefixed", "latin-1"])
def test_it_is_known_in_other_letters_as_well(spelling: Literal["prefixed", "latin-1"]) -> None:
    quirks = Quirks(split_name="kept", dated=False, spelling=spelling)
    run, job, _ = recording("Nachrichten für Zürich", quirks)
    hold(run)
    run.until(25.0)
    split(run, idle=2.0)
    run.until(40.0)
    auto(run)
    run.until(60.0)
    run.playbox.jobs.remove(job)
    run.until(100.0)
    assert run.mac.sources[0].recording is None


@pytest.mark.parametrize("over", [22.0, 22.4, 22.8, 23.2])
@pytest.mark.parametrize("quirks", SPLITS)
def test_the_second_file_of_a_take_that_was_about_to_be_stopped_is_ended_or_told_of(
    quirks: Quirks, over: float
) -> None:
    run, job, _ = recording(quirks=quirks)
    run.promises.every = 0
    run.until(over)
    run.playbox.jobs.remove(job)
    run.until(25.5)
    if run.mac.sources[0].recording is not None:
        split(run, idle=1.2)
    run.until(100.0)
    assert is_ended_or_told(run)


def test_what_runs_on_another_source_does_not_go_on_with_it() -> None:
    run = begun(Quirks(keys="3.x"), channels=2)
    theirs = by_hand(run, channel=1)
    run.until(5.0)
    first = run.settings.channels[0]
    run.reload(replace(run.settings, channels=(first,)))
    job = run.job("NEWS")
    run.until(20.0)
    run.mac.end(run.mac.sources[0], run.now)
    while memory_of(run).gone is None:
        run.until(run.now + 0.001)
    run.reload(replace(run.settings, channels=(replace(first, source="Backup 2"),)))
    run.until(40.0)
    run.playbox.jobs.remove(job)
    run.until(80.0)
    assert theirs.ended is None


@pytest.mark.parametrize("spelling", ["as asked", "prefixed", "latin-1"])
def test_a_runaway_is_told_of_in_whatever_letters(
    spelling: Literal["as asked", "prefixed", "latin-1"],
) -> None:
    run = begun(Quirks(spelling=spelling, start_lag=13.0))
    run.promises.every = 0
    job = run.job("Nachrichten für Zürich")
    run.until(4.0)
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert run.mac.sources[0].recording is not None
    assert run.problems() == {"runaway-take"}
