"""What begins on many channels of a device at once is told once: stories of one day, without a process."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alarm.day import STEP, Day
from vrmon.alarm.grouping import AT_ONCE, MANY
from vrmon.alarm.incident import SETTLED
from vrmon.settings import Alarm, BySeverity

BLACK = "picture-black"
PROMPT = BySeverity(10.0, 60.0)


def blacked(day: Day, *numbers: int, severity: str = "degraded", pause: float = 0.0) -> None:
    for number in numbers:
        day.begin(BLACK, f"PCR {number}", severity)
        if pause:
            day.wait(pause)


def a_day() -> Day:
    return Day(Alarm(after=PROMPT, escalate_after=0))


def test_sixteen_channels_of_a_recorder_turn_black_and_people_hear_it_once() -> None:
    day = a_day()
    blacked(day, *range(1, 17), pause=0.5)
    day.wait(70)
    told = day.last()
    assert told.message == "Picture black on 16 channels at once."
    assert told.hint.startswith("Check the signal into the source")
    assert told.channels == tuple(sorted(day.channels))
    assert "DEGRADED: movierecorder: Picture black on 16 channels at once." in told.title("tv")
    assert day.said() == [("raised", "degraded", "movierecorder")]
    day.restart()
    day.end(*((BLACK, f"PCR {number}") for number in range(1, 16)))
    day.wait(600)
    assert day.said() == []
    day.problems.clear()
    day.wait(SETTLED + 2 * STEP)
    assert len(day.last().channels) == 16
    assert day.said() == [("ended", "degraded", "movierecorder")]
    assert day.memory.incidents == {}


def test_a_few_channels_are_told_each_by_itself() -> None:
    day = a_day()
    blacked(day, *range(1, MANY))
    day.wait(70)
    assert sorted(day.said()) == [("raised", "degraded", f"PCR {number}") for number in range(1, MANY)]


def test_what_begins_one_after_the_other_is_told_each_by_itself() -> None:
    day = a_day()
    blacked(day, *range(1, 9), pause=AT_ONCE)
    day.wait(70)
    assert len(day.said()) == 8


def test_many_recorders_of_a_channel_each_have_their_primary_in_common() -> None:
    day = a_day()
    day.recorders = [f"deck {number}" for number in range(16)]
    blacked(day, *range(1, 17))
    day.wait(70)
    assert len(day.last().channels) == 16
    assert day.said() == [("raised", "degraded", "playbox")]


def test_two_recorders_are_told_apart() -> None:
    day = a_day()
    day.recorders = ["left", "right"]
    blacked(day, *range(1, 17))
    day.wait(70)
    assert day.said() == [("raised", "degraded", "left"), ("raised", "degraded", "right")]


def test_what_people_know_by_its_own_name_keeps_it() -> None:
    day = a_day()
    blacked(day, 1)
    day.wait(55)
    blacked(day, *range(2, 9))
    day.wait(70)
    assert day.said() == [("raised", "degraded", "PCR 1"), ("raised", "degraded", "movierecorder")]
    day.problems.clear()
    day.wait(60)
    assert sorted(day.said()) == [("ended", "degraded", "PCR 1"), ("ended", "degraded", "movierecorder")]


def test_one_that_comes_later_is_told_although_many_are_known() -> None:
    day = a_day()
    blacked(day, *range(1, 9))
    day.wait(70)
    day.said()
    blacked(day, 9)
    day.wait(70)
    assert day.said() == [("raised", "degraded", "PCR 9")]
    blacked(day, *range(10, 17))
    day.wait(70)
    assert day.said() == [("raised", "degraded", f"PCR {number}") for number in range(10, 17)]


def test_one_that_gets_worse_than_people_were_told_is_told() -> None:
    day = a_day()
    for number in range(1, 9):
        day.begin("source-locked", f"PCR {number}", "degraded")
    day.wait(70)
    assert day.said() == [("raised", "degraded", "movierecorder")]
    for number in (3, 5):
        day.begin("source-locked", f"PCR {number}", "critical")
    day.wait(14)
    assert sorted(day.said()) == [("raised", "critical", "PCR 3"), ("raised", "critical", "PCR 5")]
    day.problems.clear()
    day.wait(60)
    assert len(day.said()) == 3


def test_many_that_are_known_are_not_told_and_a_few_of_them_hide_nobody() -> None:
    day = a_day()
    blacked(day, *range(1, 9))
    for number in range(1, 9):
        day.acknowledge(BLACK, f"PCR {number}")
    day.wait(600)
    assert day.said() == []
    day.acknowledge(BLACK, "PCR 4", known=False)
    day.wait(STEP)
    assert day.said() == [("raised", "degraded", "movierecorder")]


def test_a_device_that_is_called_like_a_channel_takes_nothing_of_it() -> None:
    day = a_day()
    day.recorders = ["PCR 1"]
    blacked(day, *range(1, 9))
    day.wait(70)
    assert len(day.said()) == 8


@pytest.mark.parametrize("code", ["of a later vrmond", "start-refused"])
def test_whatever_the_code_many_have_words(code: str) -> None:
    day = a_day()
    for number in range(1, 6):
        day.begin(code, f"PCR {number}")
    day.wait(14)
    assert day.last().message in (f"{code} on 5 channels at once.", "Start refused on 5 channels at once.")
    assert day.last().hint
    assert day.said() == [("raised", "critical", "movierecorder")]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "worse", "end", "restart", "know", "silence", "answer"]),
        st.integers(0, 15),
        st.integers(1, 8),
        st.sampled_from([0, 0, 3, 12, 62]),
    ),
    max_size=12,
)


@given(_STEPS)
@settings(max_examples=80, deadline=None)
def test_whatever_begins_and_lasts_is_told_with_its_channel_and_all_that_was_told_ends(
    steps: list[Any],
) -> None:
    day = a_day()
    for do, first, count, seconds in steps:
        keys = [(BLACK, f"PCR {number}") for number in range(first + 1, min(first + count, 16) + 1)]
        for key in keys:
            if do in ("begin", "worse"):
                day.begin(*key, "critical" if do == "worse" else "degraded")
            elif do == "end" and key in day.problems:
                day.end(key)
            elif do == "know" and key in day.problems:
                day.acknowledge(*key)
        if do == "restart":
            day.restart()
        day.answers = do != "silence" and (day.answers or do == "answer")
        day.wait(float(seconds))
    day.answers = True
    day.wait(80)
    open_ = set()
    for _, one in day.told:
        if one.occasion.value == "raised":
            open_.add(one.subject)
        elif one.occasion.value == "ended":
            open_.remove(one.subject)
    told = [one for one in day.memory.incidents.values() if one.told is not None]
    assert {one.cause.subject for one in told} == open_
    of = {subject for one in told for subject in one.channels}
    waits = {key[1] for key, one in day.problems.items() if not one.get("acknowledged")}
    assert waits <= of
    day.problems.clear()
    day.wait(SETTLED + 3 * STEP)
    assert day.memory.incidents == {}
