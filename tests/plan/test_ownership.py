"""Whose recording is it? Promise 2, as stories in virtual time."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_stories import begun, recording, running
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Job, Outcome, Source, Verb
from vrmon.plan.memory import Attempt, ChannelMemory, Take
from vrmon.plan.takes import Look, observe


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


TAKE = Take(
    Job("A" * 32, "1"), "4XT00292 - 0", "Late News? (HD) part 1", "Late News? (HD) part 1", 1, sent=1.0
)


def shown(memory: ChannelMemory, moment: float, name: str, date: str = "") -> ChannelMemory:
    """What is known after a look that shows the source recording, the one before it a second ago."""
    source = Source(TAKE.source, "SDI 1", is_recording=True, recording_name=name, start_date=date or None)
    return observe(memory, Look(source, moment, moment - 1.0, traits=TRAITS))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Late News? (HD) part 1", True),
        ("late news? (hd) PART 1", True),
        ("Late News? (HD) part 1 002", True),
        ("Late News? (HD) part 1 copy 2.mov", True),
        ("Late News? (HD) part 1 22 Nov 2026, 10.15 PM", True),
        ("Late News? (HD) part 1_20261122T101500Z", True),
        ("Late News? (HD) part 12 rehearsal", False),
        ("Late News? (HD) part 1 by hand", False),
        ("Late News- HD_ part 1", True),
        ("Late News? (H", True),
        ("Late", False),
        ("OPERATOR", False),
        ("--", False),
    ],
)
def test_a_name_that_the_dvr_made_fit_for_its_disk_is_still_ours(name: str, ours: bool) -> None:
    memory = shown(ChannelMemory(TAKE.job, TAKE), 2.0, name)
    assert memory.foreign is not ours
    assert (memory.take is not None and memory.take.borne) is ours


@pytest.mark.parametrize(("outcome", "ours"), [(Outcome.DONE, True), (Outcome.LOST, False)])
def test_whatever_name_a_dvr_gives_that_takes_none_from_us_is_that_of_the_take_it_said_yes_to(
    outcome: Outcome, ours: bool
) -> None:
    said = Attempt(Verb.RECORD, sent=1.0, since=1.0, ended=1.1, outcome=outcome)
    unnamed = ChannelMemory(TAKE.job, replace(TAKE, nameless="refused"), said)
    memory = shown(unnamed, 2.0, "2026-11-22 14.00")
    assert (memory.take is not None) is ours
    assert memory.foreign is not ours


def test_the_name_that_a_source_had_before_is_not_ours_once_it_shows_ours() -> None:
    ready = Source(TAKE.source, "SDI 1", recording_name=TAKE.given)
    memory = observe(
        ChannelMemory(TAKE.job, replace(TAKE, instead="LINE 1")), Look(ready, 2.0, 1.0, traits=TRAITS)
    )
    assert shown(memory, 3.0, "LINE 1").foreign
    assert not shown(memory, 3.0, TAKE.given).foreign


@pytest.mark.parametrize(
    ("date", "ours"), [("2026-11-22", False), ("22.11.26 10:15", False), ("2026-11-22 10:15:30 +0000", True)]
)
def test_a_date_tells_a_renamed_take_from_another_only_with_its_seconds(date: str, ours: bool) -> None:
    memory = shown(ChannelMemory(TAKE.job, TAKE), 2.0, TAKE.given, date)
    after_a_while = Source(
        TAKE.source, "SDI 1", is_recording=True, recording_name="OPERATOR", start_date=date
    )
    assert observe(memory, Look(after_a_while, 60.0, None, traits=TRAITS)).foreign is not ours


def test_dates_that_change_from_look_to_look_prove_nothing() -> None:
    memory = ChannelMemory(TAKE.job, TAKE)
    for moment in range(2, 6):
        memory = shown(memory, float(moment), TAKE.given, f"{moment} o'clock")
    assert memory.take is not None
    assert memory.take.started == 2.0
    stopping = replace(memory, attempt=Attempt(Verb.STOP, sent=6.0, since=6.0))
    assert shown(stopping, 6.0, TAKE.given, "6 o'clock").take is not None


def test_another_date_while_we_stop_is_another_recording() -> None:
    memory = shown(ChannelMemory(TAKE.job, TAKE), 2.0, TAKE.given, "2 o'clock")
    stopping = replace(memory, attempt=Attempt(Verb.STOP, sent=2.5, since=2.5))
    assert shown(stopping, 3.0, TAKE.given, "3 o'clock").foreign
