"""Who is told of what, and when: stories of one day, without a process."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alarm.day import MONDAY_NOON, STEP, Day, dvr_dies
from tests.world import scenes
from vrmon.alarm.condition import read
from vrmon.alarm.incident import SETTLED
from vrmon.alarm.message import Occasion
from vrmon.alarm.recollection import Recollection, restore
from vrmon.alarm.silence import Silence
from vrmon.catalog import Severity
from vrmon.settings import Alarm, BySeverity, Quiet, Weekly

MONDAY_NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=timezone.utc)


def test_a_dvr_with_sixteen_busy_channels_dies_and_people_hear_it_once() -> None:
    day = Day()
    day.wait(60)
    dvr_dies(day)
    day.wait(12)
    (told,) = day.told
    assert told[1].channels == tuple(sorted(day.channels))
    assert "16 channels: " in told[1].body("tv")
    assert day.said() == [("raised", "critical", "movierecorder")]
    day.wait(600)
    day.problems.clear()
    day.wait(60)
    over = day.last()
    assert (over.occasion, len(over.channels)) == (Occasion.ENDED, 16)
    assert over.lasted == pytest.approx(612, abs=2 * STEP)
    assert day.said() == [("ended", "critical", "movierecorder")]


@pytest.mark.parametrize(("severity", "after"), [("critical", 10), ("degraded", 300)])
def test_a_problem_counts_when_it_has_lasted(severity: str, after: float) -> None:
    day = Day()
    day.begin("not-verified", "PCR 1", severity)
    day.wait(after - 1)
    assert day.said() == []
    day.wait(1 + STEP)
    assert day.said() == [("raised", severity, "PCR 1")]


def test_what_has_lasted_before_the_alarm_was_there_counts() -> None:
    day = Day()
    day.begin("not-verified", "PCR 1")
    day.now += 3600
    day.look()
    assert day.last().lasted == 3600
    assert day.said() == [("raised", "critical", "PCR 1")]


def test_that_the_next_job_has_it_as_well_is_told_however_long_it_lasts_already() -> None:
    day = Day()
    day.begin("source-missing", "PCR 1", concerns=("0:1",))
    day.wait(60)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.begin("source-missing", "PCR 1", "degraded")  # no job needs it
    day.wait(60)
    day.restart()
    day.begin("source-missing", "PCR 1", concerns=("0:2",))
    day.wait(60)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.wait(60)
    assert day.said() == []


def test_one_more_destination_that_is_warned_of_is_told_and_not_each_time_that_it_comes_and_goes() -> None:
    day = Day()
    for concerns in (("d 1",), ("d 1", "d 2"), ("d 1",), ("d 1", "d 2")):
        day.begin("destination-warning", "PCR 1", "degraded", concerns=concerns)
        day.wait(400)
    assert day.said() == [("raised", "degraded", "PCR 1")] * 2


def test_information_is_not_told() -> None:
    day = Day()
    day.begin("unmapped-job", "A1", "info")
    day.wait(3600)
    assert day.said() == []


def test_a_problem_that_is_over_in_time_is_not_told() -> None:
    day = Day()
    day.begin("not-verified", "PCR 1")
    day.wait(8)
    day.problems.clear()
    day.wait(60)
    assert day.said() == []


def test_a_problem_that_comes_and_goes_is_told() -> None:
    day = Day()
    for _ in range(5):
        day.begin("dvr-unreachable", "movierecorder")
        day.wait(4)
        day.problems.clear()
        day.wait(2)
    assert day.said() == [("raised", "critical", "movierecorder")]
    for _ in range(30):
        day.begin("dvr-unreachable", "movierecorder")
        day.wait(4)
        day.problems.clear()
        day.wait(SETTLED - 5)
    day.wait(60)
    assert day.said() == [("ended", "critical", "movierecorder")]


def test_a_problem_that_gets_worse_is_told_again() -> None:
    day = Day()
    day.begin("dvr-unreachable", "movierecorder", "degraded")
    day.wait(310)
    assert day.said() == [("raised", "degraded", "movierecorder")]
    day.begin("dvr-blind", "PCR 3", "critical", ("dvr-unreachable", "movierecorder"))
    day.wait(8)
    assert day.said() == []
    day.wait(4)
    assert day.last().channels == ("PCR 3",)
    assert day.said() == [("raised", "critical", "movierecorder")]
    day.end(("dvr-blind", "PCR 3"))
    day.wait(300)
    day.begin("dvr-blind", "PCR 3", "critical", ("dvr-unreachable", "movierecorder"))
    day.wait(30)
    assert day.said() == []


@pytest.mark.parametrize(("eased", "said"), [(800, []), (950, [("repeated", "critical", "movierecorder")])])
def test_what_is_critical_again_after_long_is_told_where_nothing_is_repeated(
    eased: float, said: list[tuple[str, str, str]]
) -> None:
    """A recorder died during a show, and is dead still when the next one begins."""
    day = Day(Alarm(repeat=BySeverity(0, 0), escalate_after=0))
    dvr_dies(day)
    day.wait(20)
    day.said()
    for _ in range(3):
        day.end(*[key for key in day.problems if key[0] == "dvr-blind"])
        day.wait(eased)
        day.restart()
        assert day.said() == []
        dvr_dies(day)
        day.wait(20)
        assert day.said() == said


def test_a_critical_problem_is_repeated_while_nobody_has_acknowledged_it() -> None:
    day = Day(Alarm(escalate_after=0))
    day.begin("start-refused", "PCR 1")
    day.wait(12)
    day.said()
    day.wait(1802)
    assert day.said() == [("repeated", "critical", "PCR 1")] * 2
    day.acknowledge("start-refused", "PCR 1")
    day.wait(4000)
    assert day.said() == []
    day.acknowledge("start-refused", "PCR 1", known=False)
    day.wait(STEP)
    assert day.said() == [("repeated", "critical", "PCR 1")]
    day.problems.clear()
    day.wait(20)
    assert day.said() == [("ended", "critical", "PCR 1")]


def test_a_degraded_problem_is_not_repeated_unless_the_site_says_so() -> None:
    day = Day()
    day.begin("state-failing", "vrmon", "degraded")
    day.wait(7200)
    assert day.said() == [("raised", "degraded", "vrmon")]
    day.setting(repeat=BySeverity(900, 3600))
    day.wait(STEP)
    assert day.said() == [("repeated", "degraded", "vrmon")]


def test_whoever_acknowledged_the_cause_is_told_when_it_gets_worse() -> None:
    day = Day()
    day.begin("dvr-unreachable", "movierecorder", "degraded")
    day.acknowledge("dvr-unreachable", "movierecorder")
    day.wait(400)
    assert day.said() == []
    day.begin("dvr-blind", "PCR 1", "critical", ("dvr-unreachable", "movierecorder"))
    day.wait(14)
    assert day.said() == [("raised", "critical", "movierecorder")]


def test_an_acknowledged_cause_with_sixteen_channels_is_not_repeated() -> None:
    day = Day()
    dvr_dies(day)
    day.wait(14)
    day.said()
    day.acknowledge("dvr-unreachable", "movierecorder")
    day.wait(7200)
    assert day.said() == []


def test_nobody_cares_and_the_second_line_hears_of_it() -> None:
    day = Day(Alarm(repeat=BySeverity(0, 0)))
    day.begin("start-refused", "PCR 1")
    day.wait(1800)
    day.said()
    day.wait(14)
    assert day.last().line.value == "second"
    assert day.said() == [("escalated", "critical", "PCR 1")]
    day.wait(3600)
    assert day.said() == []
    day.problems.clear()
    day.wait(20)
    assert day.last().line.value == "both"


def test_no_answer_is_no_all_clear_and_is_told_itself() -> None:
    day = Day()
    day.begin("start-refused", "PCR 1")
    day.wait(14)
    day.said()
    day.answers = False
    day.wait(30)
    assert day.said() == []
    day.wait(STEP)
    assert day.said() == [("raised", "critical", "vrmon")]
    day.wait(600)
    assert day.said() == []
    day.answers = True
    day.wait(30)
    assert day.said() == [("ended", "critical", "vrmon")]
    day.problems.clear()
    day.wait(30)
    assert day.said() == [("ended", "critical", "PCR 1")]


def _crash(day: Day, times: int, answering: float = 6.0, silent: float = 28.0) -> None:
    for _ in range(times):
        day.answers = True
        day.wait(answering)
        day.answers = False
        day.wait(silent)


@pytest.mark.parametrize(("answering", "silent", "times"), [(6, 28, 2), (2, 4, 12), (12, 6, 8)])
def test_a_vrmond_that_crashes_again_and_again_is_told_once_and_its_end_once(
    answering: float, silent: float, times: int
) -> None:
    day = Day()
    day.wait(60)
    _crash(day, times, answering, silent)
    assert day.said() == [("raised", "critical", "vrmon")]
    day.setting(repeat=BySeverity(0, 0), escalate_after=0)
    _crash(day, 50, answering, silent)
    assert day.said() == []
    day.answers = True
    day.wait(SETTLED - 2)
    assert day.said() == []
    day.wait(60)
    assert day.said() == [("ended", "critical", "vrmon")]
    assert day.memory.silence.since is None


def test_only_the_seconds_without_an_answer_count_as_silence() -> None:
    day = Day()
    day.wait(60)
    _crash(day, 3, answering=12, silent=8)
    assert day.said() == []
    _crash(day, 1, answering=SETTLED + 2, silent=28)
    assert day.said() == []


def test_what_a_vrmond_that_crashes_again_and_again_shows_is_told_and_not_over_before_it_settles() -> None:
    day = Day(Alarm(repeat=BySeverity(0, 0), escalate_after=0))
    day.begin("start-refused", "PCR 1")
    day.wait(20)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.problems.clear()
    _crash(day, 10)
    assert day.said() == [("raised", "critical", "vrmon")]
    day.begin("dvr-blind", "PCR 2")
    _crash(day, 3)
    assert day.said() == [("raised", "critical", "PCR 2")]
    day.problems.clear()
    day.answers = True
    day.wait(30)
    assert sorted(day.said()) == [("ended", "critical", one) for one in ("PCR 1", "PCR 2", "vrmon")]


def test_a_cause_that_gives_way_to_another_as_bad_is_not_over() -> None:
    """The recorder that refused to begin dies: nobody hears that the channel is well."""
    day = Day()
    day.begin("start-refused", "PCR 1")
    day.wait(20)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.end(("start-refused", "PCR 1"))
    dvr_dies(day, channels=1)
    day.wait(200)
    assert day.said() == [("raised", "critical", "movierecorder")]
    day.problems.clear()
    day.begin("start-refused", "PCR 1")
    day.wait(60)
    assert day.said() == [("ended", "critical", "movierecorder")]
    day.problems.clear()
    day.wait(30)
    assert day.said() == [("ended", "critical", "PCR 1")]


@pytest.mark.parametrize(
    ("code", "subject", "severity", "is_known", "is_over"),
    [
        ("take-paused", "PCR 1", "critical", False, False),
        ("take-paused", "PCR 1", "critical", True, True),
        ("take-paused", "PCR 1", "degraded", False, True),
        ("take-paused", "PCR 2", "critical", False, True),
        ("dvr-unreachable", "movierecorder", "degraded", False, False),
        ("primary-unreachable", "playbox", "degraded", False, False),
        ("dvr-unreachable", "another", "degraded", False, True),
    ],
)
def test_what_leaves_in_doubt_whether_a_cause_is_over(
    code: str, subject: str, severity: str, is_known: bool, is_over: bool
) -> None:
    day = Day()
    day.begin("start-refused", "PCR 1")
    day.wait(20)
    day.end(("start-refused", "PCR 1"))
    day.begin(code, subject, severity)
    day.acknowledge(code, subject, known=is_known)
    day.wait(60)
    assert (("ended", "critical", "PCR 1") in day.said()) is is_over
    day.end((code, subject))
    day.wait(30)
    assert (("ended", "critical", "PCR 1") in day.said()) is not is_over


@pytest.mark.parametrize(
    "document", [None, {}, [], "well", 7, {"problems": {}}, {"problems": [], "now": "late"}]
)
def test_nonsense_is_no_answer(document: Any) -> None:
    assert read(document) is None


def test_odd_problems_are_told_as_far_as_they_can_be() -> None:
    day = Day()
    document = day.document()
    assert document is not None
    document["problems"] = [
        7, {}, {"code": 1}, {"code": "new", "severity": "ruin", "since": "?", "cause": 3, "message": "a\nb"},
    ]  # fmt: skip
    found = read(document)
    assert found is not None
    assert [(one.cause, one.severity, one.message) for one in found.troubles] == [
        (("new", ""), Severity.CRITICAL, "a b")
    ]


def test_causes_that_go_in_a_circle_end_nothing() -> None:
    """vrmond tells of none."""
    day = Day()
    day.begin("a", "x", "critical", ("b", "y"))
    day.begin("b", "y", "critical", ("a", "x"))
    day.wait(14)
    assert {subject for _, _, subject in day.said()} <= {"x", "y"}
    assert len(day.memory.incidents) >= 1


def test_a_restart_neither_repeats_nor_forgets() -> None:
    day = Day()
    dvr_dies(day)
    day.wait(14)
    assert len(day.said()) == 1
    day.restart()
    day.wait(600)
    assert day.said() == []
    day.restart()
    day.problems.clear()
    day.restart()
    day.wait(30)
    assert day.said() == [("ended", "critical", "movierecorder")]


def test_a_restart_during_silence_neither_repeats_nor_forgets_it() -> None:
    day = Day()
    day.wait(10)
    day.answers = False
    day.wait(34)
    assert day.said() == [("raised", "critical", "vrmon")]
    day.restart()
    day.wait(300)
    assert day.said() == []
    day.answers = True
    day.wait(20)
    assert day.said() == [("ended", "critical", "vrmon")]


def test_a_machine_that_was_off_does_not_count_as_silence() -> None:
    day = Day()
    day.wait(10)
    day.answers = False
    day.wait(20)
    day.now += 86400
    day.restart()
    day.wait(28)
    assert day.said() == []


def test_when_it_began_is_told_by_the_clock_as_it_is_then() -> None:
    day = Day()
    day.begin("start-refused", "PCR 1")
    day.wait(12)
    assert day.last().since == pytest.approx(MONDAY_NOON.timestamp(), abs=STEP)
    day.set_clock(3600.0)
    day.end(("start-refused", "PCR 1"))
    day.wait(20)
    assert day.last().occasion is Occasion.ENDED
    assert day.last().since == pytest.approx(MONDAY_NOON.timestamp() + 3600.0, abs=STEP)


def test_a_clock_that_was_ahead_before_a_restart_keeps_nothing_back() -> None:
    day = Day(Alarm(escalate_after=0))
    day.now = 1_000_000
    day.begin("start-refused", "PCR 1")
    day.wait(14)
    day.said()
    payload = day.memory.payload()
    day.now = 5.0
    day.memory = restore(payload, day.now)
    day.wait(904)
    assert day.said() == [("repeated", "critical", "PCR 1")]


def test_at_night_what_is_degraded_waits_and_what_is_critical_does_not() -> None:
    day = Day(Alarm(quiet=Quiet(22 * 60, 6 * 60), escalate_after=0, repeat=BySeverity(0, 0)), MONDAY_NIGHT)
    day.begin("state-failing", "vrmon", "degraded")
    day.begin("start-refused", "PCR 1", "critical")
    day.wait(6 * 3600)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.wait(3600 + STEP)
    assert day.said() == [("raised", "degraded", "vrmon")]


def test_what_was_told_by_day_and_ends_at_night_is_told_in_the_morning() -> None:
    day = Day(Alarm(quiet=Quiet(23 * 60 + 30, 6 * 60)), MONDAY_NIGHT)
    day.begin("state-failing", "vrmon", "degraded")
    day.wait(1200)
    assert day.said() == [("raised", "degraded", "vrmon")]
    day.wait(900)
    day.problems.clear()
    day.wait(6 * 3600)
    assert day.said() == []
    day.wait(3600)
    assert day.last().lasted == pytest.approx(2100, abs=2 * STEP)
    assert day.said() == [("ended", "degraded", "vrmon")]


def test_once_a_week_people_hear_that_alarms_work() -> None:
    day = Day(Alarm(hello=Weekly(0, 13 * 60)))
    day.wait(3590)
    assert day.said() == []
    day.wait(20)
    assert "All is well" in day.last().message
    assert day.said() == [("hello", "info", "")]
    day.restart()
    day.now += 7 * 86400 - 60
    day.look()
    assert day.said() == []
    day.begin("start-refused", "PCR 1")
    day.wait(100)
    assert [occasion for occasion, _, _ in day.said()] == ["raised", "hello"]


@pytest.mark.parametrize("days", [0.1, 5, 6.9])
def test_a_clock_that_is_set_back_says_nothing_again(days: float) -> None:
    day = Day(Alarm(hello=Weekly(0, 13 * 60)))
    day.wait(3700)
    assert day.said() == [("hello", "info", "")]
    day.set_clock(-86400 * days)
    day.wait(60)
    day.set_clock(0)
    day.now = 3500 + 7 * 86400
    day.wait(60)
    assert day.said() == []
    day.wait(60)
    assert day.said() == [("hello", "info", "")]


def test_a_clock_that_was_ahead_for_years_keeps_no_week_silent() -> None:
    day = Day(Alarm(hello=Weekly(0, 13 * 60)))
    day.set_clock(86400 * 4000)
    day.wait(60)
    day.set_clock(0)
    day.wait(3400)
    assert day.said() == []
    day.wait(200)
    assert day.said() == [("hello", "info", "")]


def test_vrmonds_own_documents_are_understood() -> None:
    """The scenes are what the daemon's views make of real plans."""
    document = scenes.document(*scenes.EVERY_STATE)
    found = read(document)
    assert found is not None
    assert len(found.troubles) == len(document["problems"]) > 3
    assert found.channels == {channel["name"] for channel in document["channels"]}
    causes = {one.cause for one in found.troubles}
    followers = [one for one in found.troubles if one.root is not None]
    assert followers
    assert {one.root for one in followers} <= causes
    assert set(found.roots()) == causes - {one.cause for one in followers}


def test_the_pictures_of_a_channel_are_asked_for_by_its_name_as_it_is() -> None:
    document = scenes.document(*scenes.EVERY_STATE)
    name = "PCR\N{NO-BREAK SPACE}1"
    document["channels"] = [{"name": name, "take": {}}, {"name": "PCR 2", "take": None}]
    found = read(document)
    assert found is not None
    assert found.recorded == (name,)
    assert found.channels == {"PCR 1", "PCR 2"}


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end", "silence", "answer", "restart", "know", "pass"]),
        st.sampled_from([("a", "PCR 1"), ("b", "PCR 2"), ("c", "movierecorder")]),
        st.sampled_from(["critical", "degraded", "info"]),
        st.integers(0, 400),
    ),
    max_size=40,
)


@given(_STEPS)
@settings(max_examples=150, deadline=None)
def test_whatever_happens_what_is_raised_ends_once_and_only_then(steps: list[Any]) -> None:
    """Between two ends of a cause it is raised at most once for each severity; nothing else comes first; and
    when all is well for long, everything that was raised has ended and nothing is remembered."""
    day = Day(Alarm(escalate_after=600))
    for do, key, severity, seconds in steps:
        if do == "begin":
            day.begin(key[0], key[1], severity)
        elif do == "end" and key in day.problems:
            day.end(key)
        elif do == "know" and key in day.problems:
            day.acknowledge(*key)
        elif do in ("silence", "answer"):
            day.answers = do == "answer"
        elif do == "restart":
            day.restart()
        day.wait(float(seconds))
    day.answers = True
    day.problems.clear()
    day.wait(SETTLED + 3 * STEP)
    assert day.memory.incidents == {}
    stories: dict[str, list[tuple[str, str]]] = {}
    for _, one in day.told:
        stories.setdefault(one.subject, []).append((one.occasion.value, one.severity.value))
    for story in stories.values():
        raised: list[str] = []
        for occasion, severity in story:
            if occasion == "raised":
                assert severity not in raised
                assert "critical" not in raised
                raised.append(severity)
            else:
                assert raised, f"{occasion} of what nobody was told"
            if occasion == "ended":
                raised = []
        assert raised == [], "told, and never over"


@given(_STEPS)
@settings(max_examples=50, deadline=None)
def test_what_is_saved_is_all_that_is_known(steps: list[Any]) -> None:
    day = Day()
    for do, key, severity, seconds in steps:
        if do == "begin":
            day.begin(key[0], key[1], severity)
        elif do == "end" and key in day.problems:
            day.end(key)
        day.wait(float(seconds))
        found = restore(json.loads(json.dumps(day.memory.payload())), day.now)
        assert found == replace(day.memory, silence=Silence())
    assert restore(Recollection().payload(), 0.0) == Recollection()
