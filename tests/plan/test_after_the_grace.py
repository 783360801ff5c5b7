"""What a record command proves, and until when: not what was refused, nor what has had its time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world.virtual import Quirks, VirtualSource
from tests.world.virtual_run import Run
from tests.world.virtual_stories import (
    Deaf,
    Full,
    auto,
    begun,
    by_hand,
    hold,
    just_begun,
    just_commanded,
    memory_of,
    names,
    recording,
    running,
    stand_in,
)
from vrmon.model import Job, Outcome, Result, Verb

KINDS = pytest.mark.parametrize("quirks", [Quirks(), Quirks(keys="3.x"), Quirks(dated=False)])
TELLS_NO_NAME = pytest.mark.parametrize("quirks", [Quirks(keys="3.x"), Quirks(dated=False)])


def full(quirks: Quirks) -> tuple[Run, Full]:
    run = begun(quirks)
    mac = Full(1, run.mac.quirks)
    stand_in(run, mac)
    run.until(30.0)
    return run, mac


def in_vain(quirks: Quirks) -> tuple[Run, Job]:
    """A job for which the recorder says yes and records nothing."""
    run = begun(quirks)
    stand_in(run, Deaf(1, run.mac.quirks))
    job = run.job("NEWS")
    run.until(20.0)
    return run, job


def just_refused(run: Run) -> None:
    """A moment after the answer to the next record command."""
    before = memory_of(run).attempt
    assert before is not None
    while (attempt := memory_of(run).attempt) is None or attempt.sent == before.sent or attempt.ended is None:
        run.until(run.now + 0.01)
    run.until(run.now + 2.0)


@KINDS
@pytest.mark.parametrize("is_locked_first", [False, True])
def test_what_is_begun_by_hand_after_refused_starts_is_somebodys(
    quirks: Quirks, is_locked_first: bool
) -> None:
    run, mac = full(quirks)
    mac.sources[0].is_locked = is_locked_first
    job = run.job("NEWS")
    run.until(40.0)
    mac.sources[0].is_locked = False
    run.until(60.0)
    just_refused(run)
    theirs = by_hand(run)
    run.until(run.now + 10.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(job)
    run.until(run.now + 30.0)
    assert (theirs.ended, theirs.name) == (None, "BY HAND")


@KINDS
@pytest.mark.parametrize("first", [Outcome.LOST, Outcome.DONE])
def test_a_refusal_says_nothing_of_the_start_before_it_nor_makes_it_younger(
    quirks: Quirks, first: Outcome
) -> None:
    run, mac = full(quirks)
    if first is Outcome.LOST:
        run.job("NEWS")
        just_commanded(run)
        mac.is_up = False
        run.until(run.now + 10.0)
        mac.is_up = True
    else:
        mac.is_full, mac.does_nothing = False, True
        run.job("NEWS")
        run.until(38.0)
        mac.is_full, mac.does_nothing = True, False
    run.until(300.0)
    theirs = by_hand(run)
    run.until(310.0)
    run.playbox.jobs.clear()
    run.until(340.0)
    assert (theirs.ended, theirs.name) == (None, "BY HAND")


@TELLS_NO_NAME
def test_what_is_begun_by_hand_on_hold_is_not_the_take_that_never_came(quirks: Quirks) -> None:
    run, job = in_vain(quirks)
    hold(run)
    run.until(90.0)
    theirs = by_hand(run)
    run.until(110.0)
    run.playbox.jobs.remove(job)
    run.until(130.0)
    auto(run)
    run.until(170.0)
    assert theirs.ended is None


@TELLS_NO_NAME
def test_nor_is_it_while_the_end_of_a_lost_job_is_not_proven(quirks: Quirks) -> None:
    run, job = in_vain(quirks)
    run.playbox.is_up = False
    run.until(23.0)
    run.playbox.jobs.remove(job)
    run.playbox.is_up = True
    run.until(50.0)
    theirs = by_hand(run)
    run.until(170.0)
    assert theirs.ended is None


@KINDS
@pytest.mark.parametrize("is_over", [False, True])
def test_nor_is_it_where_the_channel_is_gone(quirks: Quirks, is_over: bool) -> None:
    run = begun(quirks, channels=2)
    stand_in(run, Deaf(2, run.mac.quirks))
    run.until(30.0)
    job = run.job("NEWS")
    just_commanded(run)
    settings = run.settings
    run.reload(replace(settings, channels=settings.channels[1:]))
    if is_over:
        run.playbox.jobs.remove(job)
    run.until(run.now + 20.0)
    theirs = by_hand(run)
    run.until(run.now + 600.0)
    run.reload(settings)
    run.until(run.now + 10.0)
    if not is_over:
        run.playbox.jobs.remove(job)
    run.until(run.now + 30.0)
    assert (theirs.ended, theirs.name) == (None, "BY HAND")


@KINDS
def test_what_a_person_records_after_ending_a_take_whose_channel_is_gone_is_theirs(quirks: Quirks) -> None:
    run, job, take = recording(quirks=quirks)
    run.promises.every = 0
    settings = run.settings
    run.reload(replace(settings, channels=()))
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert running(run) is take
    run.mac.end(run.mac.sources[0], run.now)
    run.until(75.0)
    theirs = by_hand(run, name="")
    run.until(200.0)
    run.reload(settings)
    run.until(260.0)
    assert theirs.ended is None


@TELLS_NO_NAME
def test_a_recorder_that_is_silent_until_the_grace_is_over_has_shown_nothing(quirks: Quirks) -> None:
    run = begun(replace(quirks, start_lag=8.0))
    job = run.job("NEWS")
    take = just_begun(run)
    run.until(run.now + 2.0)
    run.mac.is_up = False
    run.until(run.now + 20.0)
    run.mac.is_up = True
    run.until(run.now + 5.0)
    assert (run.verdict().phase, running(run)) == ("recording", take)
    run.playbox.jobs.remove(job)
    run.until(run.now + 20.0)
    assert take.ended is not None


def test_a_source_that_never_records_is_left_for_the_one_that_is_meant_now() -> None:
    run = begun(channels=2)
    stand_in(run, Deaf(2, run.mac.quirks))
    run.job("NEWS")
    run.until(30.0)
    first = run.settings.channels[0]
    run.reload(replace(run.settings, channels=(replace(first, source="Backup 2"),)))
    run.until(60.0)
    assert running(run, 1).by == "vrmon"


def test_it_does_not_keep_another_channel_from_its_own() -> None:
    run = begun(channels=2)
    stand_in(run, Deaf(2, run.mac.quirks))
    run.job("NEWS")
    run.until(30.0)
    one, two = run.settings.channels
    swapped = (replace(one, source=two.source), replace(two, source=one.source))
    run.reload(replace(run.settings, channels=swapped))
    run.until(31.0)
    run.job("OTHER", 1)
    run.until(120.0)
    assert running(run, 1).asked.startswith("NEWS")


def test_a_take_is_not_waited_for_on_a_source_that_is_gone() -> None:
    run = begun(Quirks(start_lag=2.0), channels=2)
    run.promises.every = 0
    run.reload(replace(run.settings, channels=(replace(run.settings.channels[0], source="Backup 1"),)))
    run.until(5.0)
    run.job("NEWS")
    just_begun(run)
    one, two = run.mac.sources
    run.mac.end(one, run.now)
    one.is_there, two.display_name = False, "Backup 1"
    run.until(200.0)
    assert running(run, 1).by == "vrmon"


@pytest.mark.parametrize("was_lost_first", [False, True])
def test_no_job_waits_for_the_pauses_of_the_one_before(was_lost_first: bool) -> None:
    run, mac = full(Quirks())
    before = run.job("A")
    if was_lost_first:
        just_commanded(run)
        mac.is_up = False
        run.until(run.now + 10.0)
        mac.is_up = True
    run.until(90.0)
    just_refused(run)
    mac.is_full = False
    run.playbox.jobs.remove(before)
    run.job("B")
    began = run.now
    while run.mac.sources[0].recording is None:
        run.until(run.now + 0.1)
    assert run.now - began < 4.0


class Fleeting(Full):
    """Its first recording dies before anybody sees it."""

    is_full = False

    def _record(self, one: VirtualSource, now: float, job: Job | None) -> str:
        is_first = not self.recordings
        said = super()._record(one, now, job)
        if is_first:
            self.end(one, now)
            one.shows.clear()
        return said


def test_a_name_that_a_lost_start_may_have_used_is_not_given_again() -> None:
    run = begun(Quirks(duplicate="overwritten"))
    stand_in(run, Fleeting(1, run.mac.quirks))
    came_back = run.came_back

    def lost(result: Result) -> None:
        is_first = result.action.verb is Verb.RECORD and len(run.mac.recordings) == 1
        came_back(replace(result, outcome=Outcome.LOST, error="reset") if is_first else result)

    run.came_back = lost  # type: ignore[method-assign]
    run.until(30.0)
    run.job("NEWS")
    run.until(60.0)
    assert names(run) == ["NEWS", "NEWS_cont1"]


@pytest.mark.parametrize("on_hold", [False, True])
def test_a_name_that_an_operators_recording_has_got_is_not_given_again(on_hold: bool) -> None:
    run = begun(Quirks(duplicate="overwritten"))
    run.promises.every = 0
    run.until(30.0)
    run.job("NEWS")
    while run.mac.sources[0].next_name != "NEWS":
        run.until(run.now + 0.001)
    if on_hold:
        hold(run)
        run.until(run.now + 2.0)
    assert by_hand(run, name="").asked == "NEWS"
    run.until(run.now + 15.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(run.now + 5.0)
    auto(run)
    run.until(run.now + 15.0)
    assert running(run).by == "vrmon"
    assert names(run).count("NEWS") == 1


def test_the_name_that_a_source_has_of_itself_is_no_name_of_ours() -> None:
    run = begun(Quirks(naming="ignored"))
    source = run.mac.sources[0]
    source.is_deaf = True
    job = run.job("NEWS")
    run.until(20.0)
    source.is_deaf, source.refusals = False, ("the disk is full",)
    run.until(60.0)
    theirs = by_hand(run, source.display_name)
    run.until(70.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(job)
    run.until(100.0)
    assert theirs.ended is None


def test_nor_is_it_where_the_channel_is_gone_meanwhile() -> None:
    run = begun(Quirks(naming="ignored"), channels=2)
    source, settings = run.mac.sources[0], run.settings
    source.is_deaf = True
    run.job("NEWS")
    just_commanded(run)
    run.reload(replace(settings, channels=settings.channels[1:]))
    run.until(run.now + 20.0)
    source.is_deaf = False
    theirs = by_hand(run, source.display_name)
    run.until(run.now + 20.0)
    run.reload(settings)
    run.until(run.now + 10.0)
    run.playbox.jobs.clear()
    run.until(run.now + 30.0)
    assert theirs.ended is None


@KINDS
def test_a_restart_gives_a_command_that_came_to_nothing_no_other_grace(quirks: Quirks) -> None:
    run, job = in_vain(quirks)
    run.playbox.jobs.remove(job)
    hold(run)
    run.until(60.0)
    run.crash(pause=1.0)
    run.until(63.0)
    theirs = by_hand(run)
    run.until(66.0)
    auto(run)
    run.job("NEXT")
    run.until(120.0)
    assert theirs.ended is None
