"""What was told survives a change of version, up or down: each entry is read by itself."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.alarm.day import ALL, FIRST, SECOND, Day, dvr_dies
from vrmon.alarm import letters
from vrmon.alarm.child import Delivery
from vrmon.alarm.message import Line, Message, Occasion
from vrmon.alarm.messengers import Outcome
from vrmon.alarm.notebook import Notebook
from vrmon.alarm.recollection import Recollection, restore
from vrmon.alarm.sender import next_start
from vrmon.alarm.told import PROGRAM, Told
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity
from vrmon.daemon.clock import Clock
from vrmon.settings import Alarm, BySeverity, Weekly
from vrmon.state import StateStore

WAY = Way("webhook", Kind.WEBHOOK)


def a_day() -> Day:
    """On which people have heard of two problems."""
    day = Day()
    day.begin("start-refused", "PCR 1")
    day.begin("dvr-unreachable", "movierecorder")
    day.wait(20)
    assert len(day.said()) == 2
    return day


def restart(day: Day, change: Any) -> None:
    """Another version begins with what this one left, or this one with what another one left."""
    payload = json.loads(json.dumps(day.memory.payload()))
    change(payload)
    day.memory = restore(payload, day.now)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("new", {"of": "a later version"}), ("severity", "warning"), ("known", "warning"),
        ("known_as", "warning"), ("hint", None), ("message", None), ("told_at", None), ("channels", None),
        ("since", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_missing", [False, True])
def test_what_people_know_they_are_not_told_again_and_they_hear_the_end(
    key: str, value: object, *, is_missing: bool
) -> None:
    day = a_day()

    def change(payload: dict[str, Any]) -> None:
        for one in payload["incidents"]:
            one[key] = value
            if is_missing:
                del one[key]

    restart(day, change)
    day.wait(60)
    assert day.said() == []
    day.problems.clear()
    day.wait(60)
    assert sorted(day.said()) == [("ended", "critical", "PCR 1"), ("ended", "critical", "movierecorder")]


@pytest.mark.parametrize("odd", [None, 5, {}, {"cause": 7}, {"cause": ["a", "b"], "since": "x"}])
def test_an_entry_that_cannot_be_read_costs_no_other(odd: object) -> None:
    day = a_day()
    restart(day, lambda payload: payload["incidents"].insert(0, odd))
    day.wait(60)
    assert day.said() == []


def test_one_of_which_is_not_clear_what_was_told_is_told_again() -> None:
    day = a_day()
    restart(day, lambda payload: payload["incidents"][0].update(told="warning"))
    day.wait(60)
    assert len(day.said()) == 1


def test_letters_of_another_version_are_delivered() -> None:
    message = Message(
        Occasion.RAISED, "start-refused", Severity.DEGRADED, "PCR 1", "It is so.", line=Line.SECOND
    )
    written = letters.write((), [message] * 4, [Way("webhook", Kind.WEBHOOK, is_second=True)], 5.0)[0]
    payload = json.loads(json.dumps(Recollection(letters=written).payload()))
    one, other, odd, missing = payload["letters"]
    one["new"] = one["message"]["new"] = 1
    other["message"].update(severity="warning", line="third")
    odd["message"]["occasion"] = "sung"
    del missing["tries"], missing["due"], missing["written"], missing["message"]["channels"]
    payload["letters"] += [None, {}, {"way": "webhook", "message": {}}]
    found = restore(payload, 9.0).letters
    assert [one.written for one in found] == [5.0, 5.0, 9.0]
    assert [one.message.severity for one in found] == [
        Severity.DEGRADED,
        Severity.CRITICAL,
        Severity.DEGRADED,
    ]
    assert [one.message.line for one in found] == [Line.SECOND, Line.BOTH, Line.SECOND]
    assert (
        restore({}, 9.0) == restore({"incidents": 5, "letters": {}, "greeted": None}, 9.0) == Recollection()
    )


@pytest.mark.parametrize("odd", [[], {}, "x", 7, pytest.param(10**400, id="huge"), True])
def test_whatever_stands_in_a_letter_it_can_be_sent(odd: object) -> None:
    message = Message(Occasion.RAISED, "start-refused", Severity.DEGRADED, "PCR 1", "It is so.", since=5.0)
    saved = letters.to_json(letters.write((), [message], [WAY], 5.0)[0][0])
    every = [{**saved, key: odd} for key in saved.keys() - {"message"}]
    every += [{**saved, "message": {**saved["message"], key: odd}} for key in saved["message"]]
    for one in every:
        for letter in letters.readdressed(restore({"letters": [one]}, 9.0).letters, [WAY], ()):
            assert letters.next_to((letter,), letter.key, 9.0) == letter
            said = letter.message
            assert "vrmon HOST" in said.title("HOST")
            assert said.body("HOST")
            assert said.document("HOST")["host"] == "HOST"


def test_what_begins_while_nobody_can_be_told_is_told_once_somebody_can() -> None:
    day = Day()
    day.ways = ()
    dvr_dies(day)
    day.wait(600)
    day.restart()
    day.ways = ALL
    day.wait(10)
    (raised,) = day.told
    assert raised[1].lasted == pytest.approx(600, abs=10)
    assert day.said() == [("raised", "critical", "movierecorder")]
    day.wait(60)
    assert day.said() == []


def test_what_gets_worse_or_ends_while_nobody_can_be_told_is_told_then() -> None:
    day = Day()
    day.begin("start-refused", "PCR 1", "degraded")
    day.begin("start-refused", "PCR 2", "degraded")
    day.wait(310)
    assert len(day.said()) == 2
    day.ways = ()
    day.end(("start-refused", "PCR 1"))
    day.begin("start-refused", "PCR 2", "critical")
    day.wait(300)
    day.ways = ALL
    day.wait(10)
    assert sorted(day.said()) == [("ended", "degraded", "PCR 1"), ("raised", "critical", "PCR 2")]
    day.problems.clear()
    day.wait(60)
    assert day.said() == [("ended", "critical", "PCR 2")]
    assert day.memory.incidents == {}


def test_of_what_came_and_went_while_nobody_could_be_told_nothing_is_left() -> None:
    day = a_day()
    day.ways = ()
    day.begin("dvr-blind", "PCR 9")
    day.wait(60)
    day.problems.clear()
    day.wait(60)
    assert len(day.memory.incidents) == 2
    day.now += letters.GIVEN_UP
    day.wait(60)
    assert day.memory.incidents == {}


def test_what_is_for_the_second_line_waits_until_the_second_line_can_be_told() -> None:
    day = Day(Alarm(repeat=BySeverity(900, 0)))
    day.ways, day.is_whole = (FIRST,), False
    day.begin("start-refused", "PCR 1")
    day.wait(4000)
    assert day.said() == [("raised", "critical", "PCR 1")] + [("repeated", "critical", "PCR 1")] * 4
    day.ways, day.is_whole = ALL, True
    day.wait(4)
    assert day.last().line is Line.SECOND
    assert day.said() == [("escalated", "critical", "PCR 1")]
    day.wait(60)
    assert day.said() == []


def test_what_is_degraded_waits_while_only_those_can_be_told_who_want_what_is_critical() -> None:
    day = Day(Alarm(hello=Weekly(0, 12 * 60 + 30), escalate_after=0))
    day.ways, day.is_whole = (replace(FIRST, only_critical=True),), False
    day.begin("state-failing", "vrmon", "degraded")
    day.begin("start-refused", "PCR 1", "critical")
    day.wait(800)
    assert day.said() == [("raised", "critical", "PCR 1")]
    day.ways = ()
    day.wait(1100)
    day.ways, day.is_whole = ALL, True
    day.wait(4)
    assert sorted(day.said()) == [
        ("hello", "info", ""), ("raised", "degraded", "vrmon"), ("repeated", "critical", "PCR 1"),
    ]  # fmt: skip


def test_what_the_site_tells_nobody_counts_as_told() -> None:
    day = Day()
    day.ways = (SECOND,)
    day.begin("start-refused", "PCR 1")
    day.wait(60)
    day.ways = ALL
    day.wait(60)
    assert day.said() == []


def test_letters_to_a_way_that_cannot_be_used_wait_until_it_can() -> None:
    message = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.")
    written = letters.write((), [message], [WAY], 0.0)[0]
    assert letters.kept(written, [], 5.0, is_faulty=True) == (written, ())
    assert letters.kept(written, [], letters.GIVEN_UP, is_faulty=True)[0] == ()
    assert [one.letter for one in letters.kept(written, [], 5.0)[1]] == [*written]


def test_a_record_of_another_version_stops_nothing(tmp_path: Path) -> None:
    store = StateStore(tmp_path, PROGRAM)
    store.load()
    store.save({"told": [{"when": "x", "way": "webhook"}, 5, None]})
    assert store.close(60.0)
    told = Told(tmp_path)
    message = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.")
    for tries in range(2):
        letter = letters.Letter("webhook", message, 0.0, tries)
        told.add(Outcome(WAY, letter, message, Delivery("refused", 0.1)), 5.0)
    assert [one.get("tries") for one in told.entries()] == [None, 2]
    told.close(60.0)


def opened(folder: Path, boot: str = "", ahead: float = 0.0) -> Notebook:
    """What lies in `folder`, where the host's clock is `ahead` by so many seconds."""
    clock = Clock()
    notebook = Notebook(StateStore(folder, PROGRAM), boot, clock.epoch + ahead)
    notebook.load()
    return notebook


@pytest.mark.parametrize("ahead", [-3600.0, 25 * 3600.0])
def test_a_clock_that_was_set_before_a_restart_makes_nothing_older_or_younger(
    tmp_path: Path, ahead: float
) -> None:
    message = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.")
    first = opened(tmp_path, "this boot")
    written = letters.write((), [message], [WAY], first.now())[0]
    first.known = replace(first.known, letters=written)
    first.save()
    first.close()
    second = opened(tmp_path, "this boot", ahead)
    assert second.known.letters == written
    assert second.now() - written[0].written == pytest.approx(0.0, abs=60.0)
    second.save()
    second.close()
    third = opened(tmp_path, "another boot", ahead)
    assert third.now() - Clock().epoch - time.monotonic() == pytest.approx(ahead, abs=60.0)
    third.close()


@pytest.mark.parametrize("epoch", [None, "x", True, [], 1e300])
def test_an_odd_clock_on_the_disk_is_not_gone_by(tmp_path: Path, epoch: object) -> None:
    store = StateStore(tmp_path, PROGRAM)
    store.load()
    store.save({"boot": "this boot", "epoch": epoch})
    assert store.close(60.0)
    notebook = opened(tmp_path, "this boot")
    assert notebook.now() == pytest.approx(time.time(), abs=60.0)
    notebook.close()


def test_each_start_has_a_greater_number_than_the_one_before(tmp_path: Path) -> None:
    numbers = []
    for folder in ("state", "state", "state", "lost"):
        notebook = opened(tmp_path / folder)
        numbers.append(notebook.known.starts)
        notebook.save()
        notebook.close()
    assert numbers[:3] == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert numbers[3] >= numbers[0] > 400_000, "by the clock, where nothing is kept"


@pytest.mark.parametrize(
    ("last", "now", "number"),
    [(0, 0.0, 1), (5, 0.0, 6), (0, 1_767_225_600.0 + 660, 11), (2**31, 0.0, 2**31 - 2)],
)
def test_the_number_of_a_start(last: int, now: float, number: int) -> None:
    assert next_start(last, now) == number


def test_of_what_is_given_up_is_counted_how_much_for_each_way_and_reason(tmp_path: Path) -> None:
    told = Told(tmp_path)
    for number in range(3):
        told.add_loss("webhook", "did not take them", float(number))
    told.add_loss("mailto (line 1)", "is no longer configured", 3.0)
    told.close(60.0)
    told = Told(tmp_path)
    told.add_loss("webhook", "did not take them", 4.0)
    found = [(one["way"], one["message"], one["why"], one["lost"]) for one in told.entries()]
    assert found == [
        ("mailto (line 1)", "1 message given up", "is no longer configured", 1),
        ("webhook", "4 messages given up", "did not take them", 4),
    ]
    told.close(60.0)
