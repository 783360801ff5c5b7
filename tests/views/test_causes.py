"""One cause, one line: what follows from a problem is told with it and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.world import scenes
from tests.world.incidents import SETTINGS, SILENT, SOURCES
from tests.world.observed import Site
from vrmon.catalog import Code, Severity, Situation
from vrmon.model import Health, Job, Phase, Problem, ProblemKey
from vrmon.plan.acknowledgement import Acknowledgement
from vrmon.settings import Channel, ChannelKey
from vrmon.views import brief, words
from vrmon.views.causes import Group, grouped, roots

GONE = Problem.of(Code.PRIMARY_UNREACHABLE, "playbox", reason="playbox refused the connection.")
NOW = 100.0


def kept(channel: str) -> Problem:
    facts = {"primary": "playbox", "name": "SHOW"}
    return Problem.of(Code.PRIMARY_GONE_KEEPING, channel, Situation.USUAL, GONE.key, **facts)


def missing(channel: str) -> Problem:
    return Problem.of(Code.SOURCE_MISSING, channel, Situation.ON_AIR, dvr="dvr", wanted="Cam", count=3)


def groups(*problems: Problem) -> list[Group]:
    return grouped([(one, 10.0 + place) for place, one in enumerate(problems)], roots(problems), NOW)


@pytest.mark.parametrize(
    ("ages", "told"),
    [
        ({f"PCR {n}": 0.4 for n in range(48)}, "48 takes kept, all seen within 1 s"),
        ({f"PCR {n}": n / 16 for n in range(48)}, "48 takes kept, all seen within 3 s"),
        ({f"PCR {n}": n * 1.0 for n in range(48)}, "48 takes kept, last seen 47 s ago"),
        ({"PCR 1": 0.4}, "48 takes kept, seen within 1 s"),
        ({}, "48 takes kept"),
    ],
)
def test_fifty_problems_of_one_cause_are_one_line(ages: dict[str, float], told: str) -> None:
    (one,) = groups(*(kept(f"PCR {n}") for n in range(48)), GONE)
    assert one.message(ages) == f"playbox refused the connection: {told}."
    assert (one.subject, one.since, len(one.following)) == ("playbox", 58.0, 48)


def test_a_group_is_as_bad_as_the_worst_in_it() -> None:
    gone = Problem.of(Code.DVR_UNREACHABLE, "dvr", reason="It is gone.")
    facts = {"dvr": "dvr", "reason": "it is gone"}
    blind = Problem.of(Code.DVR_BLIND, "PCR 1", Situation.USUAL, gone.key, **facts)
    first, second = groups(GONE, gone, blind)
    assert (first.head, first.severity) == (gone, Severity.CRITICAL)
    assert first.message({}) == "It is gone: 1 job not started."
    assert (second.head, second.severity) == (GONE, Severity.DEGRADED)


def test_what_follows_from_a_problem_that_is_not_told_stands_by_itself() -> None:
    assert [one.head for one in groups(kept("PCR 1"))] == [kept("PCR 1")]
    circle = Problem.of(Code.NAME_REFUSED, "PCR 1", Situation.USUAL, ProblemKey(Code.MISNAMED, "PCR 1"))
    other = Problem.of(Code.MISNAMED, "PCR 1", Situation.USUAL, circle.key)
    assert [one.head for one in groups(circle, other)] == [circle, other]


def test_the_same_problem_of_many_channels_is_told_once() -> None:
    three = groups(*(missing(f"PCR {n}") for n in range(3)))
    assert [one.subject for one in three] == ["PCR 0", "PCR 1", "PCR 2"]
    (many,) = groups(*(missing(f"PCR {n}") for n in range(50)))
    assert (many.subject, len(many.alike)) == ("PCR 0 and 49 more", 49)


def test_what_is_missing_is_told_with_what_goes_wrong() -> None:
    facts = {"first": "14 s", "job": "NEWS"}
    lacking = Problem.of(Code.BACKUP_INCOMPLETE, "PCR 1", **facts)
    (one,) = groups(lacking, missing("PCR 1"))
    assert one.head.code is Code.SOURCE_MISSING
    assert one.message({}).endswith(" PCR 1 lacks its first 14 s: the backup of 'NEWS' is not whole.")
    assert [one.head for one in groups(lacking)] == [lacking]


def test_what_is_missing_does_not_follow_from_a_device_that_is_called_as_the_channel() -> None:
    key = ChannelKey("playbox", "ABC", "south")
    lacking = Problem.of(Code.BACKUP_INCOMPLETE, "north", job="NEWS", lacking="5 s")
    gone = Problem.of(Code.DVR_UNREACHABLE, "north", reason="It is gone.")
    assert [one.head.code for one in groups(replace(lacking, channel=key), gone)] == [
        Code.BACKUP_INCOMPLETE,
        Code.DVR_UNREACHABLE,
    ]
    blind = Problem.of(Code.DVR_BLIND, "north", Situation.USUAL, gone.key, dvr="north", reason="it is gone")
    own = ChannelKey("playbox", "ABC", "north")
    (one,) = groups(replace(blind, channel=own), gone)
    assert one.message({}) == "It is gone: 1 job not started."


def test_a_document_says_how_bad_it_is_in_one_way_only() -> None:
    whole = scenes.document(*scenes.EVERY_STATE)
    rank = [one.value for one in sorted(Severity, key=lambda one: one.rank)].index
    for channel in whole["channels"]:
        told = channel["problem"]["severity"] if channel["problem"] else "info"
        assert channel["severity"] == told
    assert {one["severity"] for one in whole["channels"] if one["word"] in ("No backup", "Unverified")} == {
        "critical"
    }
    worst = min((one["severity"] for one in whole["channels"]), key=rank)
    assert (worst, whole["health"], whole["word"]) == ("critical", "critical", "Not safe")


def test_whose_devices_do_not_answer_is_not_ready_for_the_next_job() -> None:
    whole = scenes.document("stale-primary", "idle", "recording")
    assert [(one["word"], one["severity"]) for one in whole["channels"]] == [
        ("Keeping", "degraded"),
        ("Not ready", "degraded"),
        ("Keeping", "degraded"),
    ]
    idle = brief.channel(whole, whole["channels"][1])
    assert "refused the connection" in idle["message"]
    assert idle["hint"] == "Check its power, its network, and its address in vrmon.toml."


def test_there_is_a_word_for_everything() -> None:
    for phase in Phase:
        for severity in Severity:
            assert words.of_channel(phase, severity, held=False)
            assert words.of_channel(phase, severity, held=True) == "On hold"
    assert [words.of_all(one, channels=1, jobs=1) for one in Health] == ["Safe", "At risk", "Not safe"]
    assert words.of_all(Health.OK, channels=1, jobs=0) == "Ready"
    assert words.of_all(Health.DEGRADED, channels=0, jobs=0) == "Not set up"


def test_each_problem_has_one_root_whatever_lies_in_between() -> None:
    blind = Problem.of(Code.DVR_BLIND, "PCR 1", Situation.USUAL, GONE.key, dvr="dvr", reason="it is gone")
    lack = Problem.of(Code.BACKUP_INCOMPLETE, "PCR 1", job="SHOW", lacking="5 s")
    black = Problem.of(Code.PICTURE_BLACK, "PCR 2", name="SHOW", source="Cam 2", lasted="30 s")
    other = Problem.of(Code.BACKUP_INCOMPLETE, "PCR 2", job="NEWS", lacking="5 s")
    assert roots((GONE, blind, lack, black, other)) == {
        GONE.key: GONE,
        blind.key: GONE,
        lack.key: GONE,
        black.key: black,
        other.key: other,
    }


def four_channels() -> Site:
    numbers = range(1, 5)
    channels = tuple(Channel(f"PCR {n}", "playbox", f"{n}" * 32, "dvr", f"s {n}") for n in numbers)
    sources = tuple(replace(SOURCES[0], unique_id=f"s {n}", display_name=f"Cam {n}") for n in numbers)
    at = Site(replace(SETTINGS, channels=channels), {"dvr": sources})
    at.until(5.0)
    return at


def acknowledged(at: Site, *keys: ProblemKey) -> Any:
    """What the only line says of it, once a person knows of these problems, as bad as they are."""
    severities = {one.key: one.severity for one in at.problems}
    known = {key: Acknowledgement("alice", at.now, at.now + 3600.0, severities[key]) for key in keys}
    at.memory = replace(at.memory, acknowledged={**at.memory.acknowledged, **known})
    at.until(at.now + 1.0)
    (line,) = at.document()["causes"]
    return line["acknowledged"]


def test_what_is_the_same_on_many_channels_is_known_once_it_is_known_of_each() -> None:
    at = four_channels()
    for n in range(1, 5):
        at.show("dvr", f"s {n}", is_enabled=False)
        at.until(at.now + 60.0)
    first, *others = (ProblemKey(Code.SOURCE_DISABLED, one.key) for one in at.settings.channels)
    assert acknowledged(at, first) is None
    assert acknowledged(at, *others)["by"] == "alice"


def begin_four_jobs(at: Site) -> None:
    at.jobs["playbox"] += [Job(f"{n}" * 32, "1") for n in range(1, 5)]
    at.until(at.now + 30.0)


def nothing(at: Site) -> None:
    pass


@pytest.mark.parametrize(("before", "after", "is_known"), [
    (nothing, nothing, True),
    (nothing, begin_four_jobs, False),
    (begin_four_jobs, nothing, True),
])  # fmt: skip
def test_a_cause_that_has_become_worse_by_what_follows_from_it_is_known_no_more(
    before: Callable[[Site], None], after: Callable[[Site], None], is_known: bool
) -> None:
    at = four_channels()
    at.faults["dvr"] = SILENT
    at.until(at.now + 5.0)
    before(at)
    acknowledged(at, ProblemKey(Code.DVR_UNREACHABLE, "dvr"))
    after(at)
    (line,) = at.document()["causes"]
    assert (line["acknowledged"] is not None) is is_known
