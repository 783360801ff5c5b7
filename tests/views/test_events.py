"""What is told of the way from one plan to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world.incidents import ODD, PASSWORD, SILENT, answers_again, fails, site
from tests.world.observed import Fault
from vrmon.catalog import Code, Severity, Situation
from vrmon.model import Job, Phase, Problem
from vrmon.plan import Plan, Verdict
from vrmon.plan.memory import (
    ChannelMemory,
    Hold,
    Jobs,
    Label,
    Memory,
    PrimaryMemory,
    Running,
    Sent,
    TrackedJob,
)
from vrmon.plan.standing import Standing
from vrmon.settings import Channel
from vrmon.text import Ago
from vrmon.views.events import Event, between

JOB, NEXT = Job("ABC", "7"), Job("ABC", "8")
CHANNEL = Channel("PCR 1", "playbox", "ABC", "dvr", "s 1")
SHOW = Label("SHOW")
SENT = Sent(JOB, "s 1", 1, SHOW, sent=1.0)
SEEN = Running(JOB, "s 1", 1, SHOW, name="SHOW", started=2.0, confirmed=62.0, seen=62.0, files=("SHOW",))
PAUSED = Problem.of(Code.TAKE_PAUSED, "PCR 1", dvr="dvr")
STUCK = Problem.of(Code.STOP_REFUSED, "PCR 1", name="SHOW", error="No.", recorder="the recorder")


def told(before: ChannelMemory, after: ChannelMemory) -> list[Event]:
    jobs = Jobs({JOB: TrackedJob(JOB, 0.0, 0.0, basename="SHOW"), NEXT: TrackedJob(NEXT, 0.0, 0.0)})
    memory = Memory({"playbox": PrimaryMemory(jobs=jobs)}, channels={CHANNEL.key: after})
    decided = ((CHANNEL, Verdict(after, Phase.IDLE)),)
    plan = Plan(memory, (), decided, (), decided)
    return between(Memory(channels={CHANNEL.key: before}), (), plan, 100.0)


def codes(before: ChannelMemory, after: ChannelMemory) -> list[str]:
    return [event.code for event in told(before, after)]


def test_a_job_and_its_take_from_beginning_to_end() -> None:
    idle, busy = ChannelMemory(), ChannelMemory(job=JOB)
    sent, seen = replace(busy, take=SENT), replace(busy, take=SEEN)
    assert codes(idle, busy) == ["job-began"]
    assert codes(busy, sent) == []
    assert codes(sent, seen) == ["take-started"]
    assert codes(seen, replace(seen, take=replace(SEEN, confirmed=63.0, seen=63.0, name="RENAMED"))) == []
    assert codes(seen, idle) == ["take-ended", "job-ended"]
    (ended, _) = told(seen, idle)
    assert ended.message == "'SHOW' ended after 60 s."
    assert ended.fields == {"device": "dvr", "job": "7", "take": "SHOW"}


def test_one_job_after_another_in_the_order_in_which_people_tell_it() -> None:
    before = ChannelMemory(job=JOB, take=SEEN)
    after = ChannelMemory(job=NEXT, take=replace(SEEN, job=NEXT, label=Label("B"), name="B"))
    assert codes(before, after) == ["take-ended", "job-ended", "job-began", "take-started"]
    assert [event.message for event in told(before, after)][2] == "Job '8' began."


def test_a_take_that_was_not_of_our_making_is_taken_over() -> None:
    adopted = replace(SEEN, known_by="its name")
    before, after = ChannelMemory(job=JOB), ChannelMemory(job=JOB, take=adopted)
    assert codes(before, after) == ["take-adopted"]
    assert told(before, after)[0].message == "'SHOW' was found recording, known by its name."


def test_a_take_of_the_process_before_is_taken_over_and_its_job_is_no_news() -> None:
    restored = ChannelMemory(job=JOB, take=replace(SEEN, confirmed=None, seen=None), hold=Hold(3.0))
    assert codes(restored, restored) == []
    assert codes(restored, replace(restored, take=SEEN)) == ["take-adopted"]
    begun = replace(restored, take=replace(SENT, inherited=True))
    assert codes(begun, replace(restored, take=SEEN)) == ["take-adopted"]


def test_a_continuation_is_another_take() -> None:
    before, after = ChannelMemory(job=JOB, take=SEEN), ChannelMemory(job=JOB, take=replace(SEEN, number=2))
    assert codes(before, after) == ["take-ended", "take-started"]


def test_a_take_that_goes_on_in_a_new_file_is_told_of() -> None:
    before = ChannelMemory(job=JOB, take=SEEN)
    split = ChannelMemory(job=JOB, take=replace(SEEN, name="SHOW-1", files=("SHOW", "SHOW-1")))
    assert [event.message for event in told(before, split)] == [
        "The take goes on as 'SHOW-1', its file number 2."
    ]


def test_holds_are_told_with_who_and_why() -> None:
    free, held = ChannelMemory(), ChannelMemory(hold=Hold(1.0, None, "rehearsal", "anna"))
    (begun,) = told(free, held)
    assert (begun.code, begun.message) == ("hold-begun", "On hold by anna: rehearsal.")
    (ended,) = told(held, free)
    assert (ended.code, ended.fields) == ("hold-ended", {})


def problems(before: list[Problem], after: list[Problem]) -> list[tuple[str, Severity, str]]:
    plan = Plan(Memory(), (), (), tuple(after))
    since = Memory(problems={one.key: Standing(40.0, one.severity) for one in before})
    return [(one.code, one.severity, one.message) for one in between(since, before, plan, 100.0)]


def test_a_problem_is_told_when_it_begins_and_when_it_ends() -> None:
    message = "The take is paused on dvr while its job is active; vrmon resumes it."
    hint = 'To pause on purpose: `vrmon hold "PCR 1"`.'
    changed = replace(PAUSED, facts={**PAUSED.facts, "error": "It is locked."})
    assert changed.message != message
    assert problems([], [PAUSED]) == [("take-paused", Severity.CRITICAL, f"{message} {hint}")]
    assert problems([PAUSED], [changed]) == []
    assert problems([PAUSED], []) == [("problem-ended", Severity.INFO, f"Resolved after 60 s: {message}")]


def test_what_the_vrmon_before_had_told_is_no_news() -> None:
    restored = Memory(inherited={PAUSED.key: Standing(40.0, Severity.CRITICAL)})
    assert between(restored, (), Plan(Memory(), (), (), (PAUSED,)), 100.0) == []


def test_a_gap_is_not_over_when_its_job_is() -> None:
    gap = Problem.of(
        Code.TAKE_DIED, "PCR 1", Situation.GAP, lost="SHOW", ago=Ago(90.0), name="SHOW_cont1", recorder="it"
    )
    ((_, _, message),) = problems([], [gap])
    assert message.startswith("The backup has a gap: 'SHOW' ended by itself 10 s ago, 'SHOW_cont1' goes on.")
    assert problems([gap], []) == []


def test_a_hold_is_told_again_only_when_a_job_goes_without_its_backup() -> None:
    held = Problem.of(Code.ON_HOLD, "PCR 1")
    unsafe = Problem.of(Code.ON_HOLD, "PCR 1", Situation.UNSAFE, job="not recorded by vrmon")
    told = 'On hold. Its job is not recorded by vrmon. `vrmon auto "PCR 1"` gives the channel back to vrmon.'
    assert problems([], [held]) == []
    assert problems([held], []) == []
    assert problems([held], [unsafe]) == [("on-hold", Severity.CRITICAL, told)]
    assert problems([], [unsafe]) == [("on-hold", Severity.CRITICAL, told)]
    assert problems([unsafe], [held]) == []
    assert problems([unsafe], []) == []


def test_a_problem_that_gets_worse_is_told_again_and_one_that_gets_better_is_not() -> None:
    worse = replace(STUCK, situation=Situation.IN_THE_WAY)
    assert [(code, severity) for code, severity, _ in problems([STUCK], [worse])] == [
        ("stop-refused", Severity.CRITICAL)
    ]
    assert problems([worse], [STUCK]) == []


@pytest.mark.parametrize("device", ["playbox", "dvr"])
@pytest.mark.parametrize(("first", "then"), [(ODD, SILENT), (SILENT, ODD), (SILENT, PASSWORD)])
def test_a_device_that_fails_otherwise_than_before_does_not_answer_again(
    device: str, first: Fault, then: Fault
) -> None:
    at = site()
    fails(device, first)(at)
    at.until(30.0)
    at.events.clear()
    fails(device, then)(at)
    at.until(60.0)
    ends = (Code.DEVICE_BACK, Code.PROBLEM_ENDED)
    assert [event.code for event, _ in at.events if event.code in ends] == [Code.PROBLEM_ENDED]


def test_a_device_that_is_as_it_should_be_answers_again() -> None:
    at = site()
    fails("dvr", SILENT)(at)
    at.until(30.0)
    answers_again("dvr")(at)
    at.until(60.0)
    assert [event.code for event, _ in at.events][-1] == Code.DEVICE_BACK


def test_the_journal_hears_what_people_call_the_recorder() -> None:
    (begun,) = between(Memory(), (), Plan(Memory(), (), (), (STUCK,)), 100.0)
    assert begun.fields == {"recorder": "the recorder"}
