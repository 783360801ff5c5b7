"""Which job is recorded, and when its take may end: promise 4, as stories in virtual time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import Run
from tests.world.virtual_site import Chances
from tests.world.virtual_stories import begun, just_commanded, names, recording, running
from vrmon.model import DeviceState, Job, Observation
from vrmon.plan import jobs
from vrmon.plan.memory import FLIGHT, Hold, PrimaryMemory
from vrmon.plan.moment import Moment
from vrmon.settings import Sync


def amend(run: Run, **changes: Any) -> None:
    """As a person does who asks for something on the first channel."""
    key = run.settings.channels[0].key
    channel = replace(run.memory.channels[key], **changes)
    run.memory = replace(run.memory, channels={**run.memory.channels, key: channel})


def test_overlapping_jobs_are_recorded_in_one_take_until_the_first_ends() -> None:
    run, first, take = recording("A")
    second = run.job("B")
    run.until(30.0)
    assert [one.job for one in run.verdict().waiting] == [second]
    assert run.problems() == {"shared-take"}
    assert running(run) is take
    run.playbox.jobs.remove(first)
    run.until(32.0)
    assert running(run) is take  # B is no new job: the end of A is to be proven
    run.until(40.0)
    assert running(run).name == "B"
    assert run.verdict().waiting == ()


def test_a_job_that_is_missing_for_a_moment_beside_another_is_not_cut() -> None:
    run, first, take = recording("A")
    run.job("B")
    run.until(30.0)
    run.playbox.jobs.remove(first)
    run.until(32.0)
    run.playbox.jobs.append(first)
    run.until(60.0)
    assert run.mac.recordings == [take]


def test_a_job_listed_twice_is_recorded_once() -> None:
    run = begun()
    run.playbox.jobs.append(run.job("NEWS"))
    run.until(20.0)
    assert names(run) == ["NEWS"]
    assert run.verdict().waiting == ()


def test_a_stop_waits_for_two_absences_over_stop_delay() -> None:
    run, job, take = recording()
    run.playbox.jobs.remove(job)
    run.until(23.5)
    assert running(run) is take
    run.until(26.0)
    assert take.ended is not None


def test_an_unknown_answer_breaks_the_row_and_asks_for_the_hold() -> None:
    run, job, take = recording()
    run.playbox.jobs.remove(job)
    run.until(22.5)
    run.playbox.is_up = False
    run.until(24.0)
    run.playbox.is_up = True
    run.until(80.0)
    assert running(run) is take
    assert "job-lost-in-outage" in run.problems()
    run.until(90.0)
    assert take.ended is not None


@pytest.mark.parametrize("begins", [0.0, 30.0, 120.0])
@pytest.mark.parametrize("is_done", [False, True])
def test_a_command_that_never_comes_back_keeps_no_later_job_waiting_for_ever(
    begins: float, is_done: bool
) -> None:
    """Its lane is lost. `begins`: when the next job does, after the end of the first; `is_done`: whether the
    recorder has done what nobody heard of."""
    run = begun()
    first = run.job("A")
    run.chances = Chances(refused=0.0 if is_done else 1.0, vanished=1.0)
    run.until(10.0)
    run.chances = Chances()
    run.playbox.jobs.remove(first)
    run.until(run.now + begins)
    run.job("B")
    run.until(run.now + FLIGHT + 20.0)
    assert (run.verdict().phase, running(run).name) == ("recording", "B")
    assert len([one for one in run.mac.recordings if one.ended is None]) == 1


def test_a_job_that_vanishes_for_one_poll_goes_on_in_its_take() -> None:
    run, job, take = recording()
    run.playbox.jobs.remove(job)
    run.until(21.2)
    run.playbox.jobs.append(job)
    run.until(40.0)
    assert run.mac.recordings == [take]


def test_a_person_may_end_a_take_that_is_kept() -> None:
    run, job, take = recording()
    run.playbox.is_up = False
    run.until(25.0)
    amend(run, released=(job, run.now))
    run.until(30.0)
    assert take.ended is not None
    run.until(60.0)
    assert len(run.mac.recordings) == 1
    run.playbox.is_up = True
    run.until(65.0)
    assert running(run).name == "NEWS_cont1"


@pytest.mark.parametrize("next_began", [False, True])
def test_a_person_may_end_what_a_vrmon_before_this_one_could_not_stop(next_began: bool) -> None:
    """The primary is gone: it cannot say that the job of the take is over, nor whether the next one is."""
    run, job, take = recording()
    run.playbox.jobs.remove(job)
    run.mac.does_nothing = True
    run.until(30.0)
    if next_began:
        run.job("NEXT")
        run.until(31.5)
    run.playbox.is_up = False
    run.crash(keep=0)
    run.mac.does_nothing = False
    run.until(40.0)
    assert (run.verdict().phase, running(run)) == ("keeping", take)
    amend(run, released=(job, run.now))
    run.until(50.0)
    assert take.ended is not None
    assert "ended-by-hand" not in run.problems()
    assert (run.mac.sources[0].recording is not None) == next_began


def test_a_take_that_a_person_ended_on_hold_has_not_died() -> None:
    run, _, take = recording()
    hold(run, 40.0)
    run.until(25.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(60.0)
    assert take.ended is not None
    assert running(run).name == "NEWS_cont1"
    assert run.problems() == {"backup-incomplete"}, "the person's break is missing, but nothing died"


def hold(run: Run, until: float | None) -> None:
    amend(run, hold=Hold(run.now, until, "rehearsal", "jane"))


def test_on_hold_nothing_is_started_or_stopped_until_it_expires() -> None:
    run, job, take = recording("A")
    hold(run, 40.0)
    run.playbox.jobs.remove(job)
    run.until(39.0)
    assert running(run) is take
    assert run.problems() == {"on-hold"}
    run.job("B")
    run.until(42.5)
    assert running(run).name == "B"


@pytest.mark.parametrize("is_over", [True, False])
def test_a_split_on_hold_is_the_same_take_although_the_recorder_was_idle_for_a_moment(is_over: bool) -> None:
    run, job, _ = recording(quirks=Quirks(split_name="reset"))
    source = run.mac.sources[0]
    hold(run, 40.0)
    if is_over:
        run.playbox.jobs.remove(job)
    run.until(25.8)  # a moment before the end is proven
    run.mac.split(source, run.now)
    source.show(False, run.now)
    run.until(27.2)
    source.show(True, run.now)
    run.until(39.0)
    assert run.problems() == {"on-hold"}
    run.until(45.0)
    assert (source.recording is None) is is_over
    assert run.verdict().phase == ("idle" if is_over else "recording")


def test_a_take_that_was_first_seen_on_hold_gets_its_name_as_soon_as_that_is_over() -> None:
    run = begun(Quirks(naming="ignored", name_while_recording="now"))
    run.job("NEWS")
    just_commanded(run)
    hold(run, 30.9)  # when the last look is too old to act upon
    run.until(25.0)
    run.mac.quirks = replace(run.mac.quirks, naming="works")
    run.until(33.0)
    assert running(run).name == "NEWS"
    assert run.problems() == set()


JOB = Job("A" * 32, "1")


@pytest.mark.parametrize(
    ("answers", "is_gone"),
    [
        ("+--", False),
        ("+---", False),
        ("+----", False),
        ("+-----", True),
        ("+-+----", False),
        ("+-?----", False),
        ("+-?-----", True),
        ("+?", False),
        ("????", False),
        ("+-----?", False),
    ],
)
def test_the_end_of_a_job_is_proven_by_an_unbroken_row_of_absences(answers: str, is_gone: bool) -> None:
    """One answer a second: + the job is there, - it is not, ? nobody knows. Without an outage's hold."""
    memory = jobs.observe(PrimaryMemory(), Observation(0.0, 0.1, DeviceState.OK, (JOB,)))
    for second, answer in enumerate(answers, start=1):
        began, ended = float(second), second + 0.1
        if answer == "?":
            memory = jobs.observe(memory, Observation.unknown(began, ended, "no answer"))
        else:
            seen = (JOB,) if answer == "+" else ()
            memory = jobs.observe(memory, Observation(began, ended, DeviceState.OK, seen))
    assert jobs.gone(memory.jobs[JOB], Sync(outage_hold=0.0), Moment(100.0)) is is_gone


@pytest.mark.parametrize(("pattern", "ends"), [("-?", True), ("-??-", True), ("?", False), ("-?+?", False)])
def test_a_primary_that_comes_and_goes_ends_a_job_when_the_hold_is_over(pattern: str, ends: bool) -> None:
    sync = Sync(outage_hold=20.0)
    memory = jobs.observe(PrimaryMemory(), Observation(0.0, 0.1, DeviceState.OK, (JOB,)))
    gone_at = None
    for second in range(1, 60):
        began, ended, answer = float(second), second + 0.1, pattern[second % len(pattern)]
        seen = {"-": (), "+": (JOB,), "?": None}[answer]
        state = DeviceState.UNKNOWN if seen is None else DeviceState.OK
        memory = jobs.observe(memory, Observation(began, ended, state, seen))
        if gone_at is None and jobs.gone(memory.jobs[JOB], sync, Moment(ended)):
            gone_at = ended
            assert seen == (), "while it does not answer, nothing ends"
    assert (gone_at is not None) is ends
    assert gone_at is None or 20.0 < gone_at < 26.0


@pytest.mark.parametrize(("pause", "is_kept"), [(60.0, False), (200.0, True)])
def test_minutes_in_which_nobody_watched_count_as_an_outage(pause: float, is_kept: bool) -> None:
    memory = jobs.observe(PrimaryMemory(), Observation(0.0, 0.1, DeviceState.OK, (JOB,)))
    for later in (0.0, 2.0, 4.0, 6.0):
        began = pause + later
        memory = jobs.observe(memory, Observation(began, began + 0.1, DeviceState.OK, ()))
    assert jobs.gone(memory.jobs[JOB], Sync(), Moment(pause + 7.0)) is not is_kept


def test_names_of_jobs_that_no_channel_mirrors_are_asked_for_a_few_at_a_time() -> None:
    seen = (*(Job("B" * 32, str(number)) for number in range(100)), JOB)
    memory = jobs.observe(PrimaryMemory(), Observation(0.0, 0.1, DeviceState.OK, seen))
    memory, actions = jobs.ask_names(memory, "playbox", Moment(1.0), frozenset({JOB.ingest}))
    assert actions[0].job == JOB
    assert len(actions) == 9
    _, actions = jobs.ask_names(memory, "playbox", Moment(2.0), frozenset({JOB.ingest}))
    assert actions == []


def test_an_answer_that_took_long_proves_no_more_than_its_beginning() -> None:
    memory = jobs.observe(PrimaryMemory(), Observation(0.0, 0.1, DeviceState.OK, (JOB,)))
    for began, ended in ((1.0, 1.1), (2.0, 7.0)):
        memory = jobs.observe(memory, Observation(began, ended, DeviceState.OK, ()))
    assert not jobs.gone(memory.jobs[JOB], Sync(), Moment(7.0))
