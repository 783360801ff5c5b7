"""What 1.0.0 had on the disk when it was killed: read as before, field by field.

`state-1.0.0.json` was written by that release in a site of nine channels, with something in each: takes that
run, one on hold, one whose job was lost in an outage, one after a death, an operator's, one without its name.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from vrmon.model import Job
from vrmon.plan.ledger import Owner
from vrmon.plan.memory import ChannelMemory, Hold, Memory, Naming, Running, Take
from vrmon.settings import ChannelKey, Sync
from vrmon.state import StateStore
from vrmon.state.snapshot import payload, restore

FILE = Path(__file__).with_name("state-1.0.0.json")
SAVED = 1_795_709_288.0
"""The moment after the last thing that is in it, in Unix time."""
NOW = 5_000.0
EPOCH = SAVED - NOW
SYNC = Sync(outage_hold=600.0)


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, Any]:
    shutil.copy(FILE, tmp_path / "state.json")
    store = StateStore(tmp_path)
    loaded = store.load()
    store.close(60)
    assert loaded.complaint == ""
    assert loaded.payload is not None
    return loaded.payload


@pytest.fixture
def memory(saved: dict[str, Any]) -> Memory:
    return restore(saved, EPOCH, NOW, SYNC)


def job(number: int, job_id: str) -> Job:
    return Job(f"9C64992CFF3A4A3FA3C635BB7D9B000{number}", job_id)


def key(number: int) -> ChannelKey:
    return ChannelKey("playbox", job(number, "").ingest, "movierecorder")


def channel(memory: Memory, number: int) -> ChannelMemory:
    return memory.channels[key(number)]


def take(memory: Memory, number: int) -> Take:
    found = channel(memory, number).take
    assert found is not None
    return found


def name_of(take: Take) -> str:
    return take.name if isinstance(take, Running) else take.given


def test_the_jobs(memory: Memory) -> None:
    jobs = memory.primaries["playbox"].jobs
    assert [(one, known.basename) for one, known in jobs.items()] == [
        (job(1, "7001"), "NEWS 2026-11"),
        (job(2, "7002"), "SPORT"),
        (job(7, "7003"), "LATE"),
        (job(4, "7004"), "WEATHER"),
        (job(6, "7005"), None),
        (job(8, "7006"), "Grüße & 100%"),
        (job(9, "7007"), "QUIZ"),
        (job(5, "7008"), "TALK"),
        (job(3, "7009"), "REGIE"),
    ]
    lost = {one for one, known in jobs.items() if known.lost is not None}
    assert lost == {job(2, "7002"), job(7, "7003")}
    assert {one for one, known in jobs.items() if known.across_outage} == lost
    assert {one for one, known in jobs.items() if not known.present} == lost
    sport = jobs[job(2, "7002")]
    assert sport.since + EPOCH == pytest.approx(1_795_709_279.754)
    assert (sport.lost or 0.0) + EPOCH == pytest.approx(1_795_709_287.368)
    assert sport.last_seen == pytest.approx(1_795_709_280.0 - EPOCH)


def test_the_takes(memory: Memory) -> None:
    assert {number: channel(memory, number).job for number in range(1, 10)} == {
        number: job(number, job_id)
        for number, job_id in enumerate(
            ("7001", "7002", "7009", "7004", "7008", "7005", "7003", "7006", "7007"), 1
        )
    }
    assert [number for number in range(1, 10) if channel(memory, number).take is None] == [5, 7]
    takes = {number: take(memory, number) for number in (1, 2, 3, 4, 6, 8, 9)}
    assert {number: (name_of(one), one.number) for number, one in takes.items()} == {
        1: ("NEWS 2026-11", 1),
        2: ("SPORT", 1),
        3: ("REGIE", 1),
        4: ("WEATHER_part1", 2),
        6: ("PCR 6_7005", 1),
        8: ("Backup 8", 1),
        9: ("QUIZ_2", 1),
    }
    first = takes[1]
    assert (first.job, first.source, first.given) == (job(1, "7001"), "4XT00292 - 0", "NEWS 2026-11")
    assert isinstance(first, Running)
    assert (first.date, first.latency) == ("2026-11-26 16:07:59 +0000", 0.009)
    assert first.borne
    assert first.started + EPOCH == pytest.approx(1_795_709_279.272)
    assert not any(isinstance(one, Naming) for one in takes.values())
    assert [number for number, one in takes.items() if one.label.stand_in] == [6]
    nameless = takes[8]
    assert (nameless.given, nameless.label.nameless[:30]) == (
        "Grüße & 100%",
        "movierecorder (127.0.0.1:37753",
    )
    assert [number for number, one in takes.items() if one.label.nameless] == [8]


def test_what_became_of_the_others(memory: Memory) -> None:
    died = channel(memory, 4).losses
    assert died is not None
    assert (died.deaths, died.name) == (1, "WEATHER")
    assert died.died + EPOCH == pytest.approx(1_795_709_281.417)
    assert [number for number in range(1, 10) if channel(memory, number).theirs is not None] == [5]
    theirs = channel(memory, 5).theirs
    assert theirs is not None
    assert (theirs.name, theirs.lent) == ("TALK", True)
    released = channel(memory, 7).released
    assert released is not None
    assert released[0] == job(7, "7003")


def test_the_holds(memory: Memory) -> None:
    held = {number: hold for number in range(1, 10) if (hold := channel(memory, number).hold) is not None}
    assert held.keys() == {3, 9}
    assert (held[3].reason, held[3].by) == ('line check, "do not touch"', "anna (uid 0)")
    assert held[3].since + EPOCH == pytest.approx(1_795_709_285.915)
    assert (held[3].until or 0.0) + EPOCH == pytest.approx(1_795_709_285.915 + 7200)
    assert held[9] == Hold(held[9].since, None, "until further notice", "bo (uid 0)")


def test_the_names_that_were_given(memory: Memory) -> None:
    names = memory.dvrs["movierecorder"].ledger.names
    assert list(names) == [
        *("news 2026-11", "sport", "late", "weather", "weather_part1", "pcr 6_7005"),
        *("grüsse & 100%", "backup 8", "quiz_2", "quiz", "regie"),
    ]
    assert names["weather_part1"] == Owner(key(4), "7004")
    assert names["quiz"] is None


def test_nothing_of_it_is_lost_when_it_is_saved_again(saved: dict[str, Any], memory: Memory) -> None:
    again = payload(memory, EPOCH)
    released = f"playbox/{job(7, '').ingest}/movierecorder"
    for one in saved["channels"].values():
        del one["lent"]  # it is a part of what is known of somebody's recording now
        if one["take"] is not None and one["take"]["started"] is not None:
            one["take"]["instead"] = ""  # of no use any more
    again["channels"][released]["released"][1] = saved["channels"][released]["released"][1]  # counts anew
    assert left_out(saved, again) == []


def left_out(before: Any, after: Any, path: str = "") -> list[str]:
    """Where `after` does not hold what `before` does; it may hold more."""
    if isinstance(before, dict):
        return [
            place
            for key, value in before.items()
            for place in left_out(value, after.get(key, "nothing"), f"{path}/{key}")
        ]
    if isinstance(before, (list, tuple)):
        pairs = zip(before, after, strict=True)
        return [
            place for n, (one, other) in enumerate(pairs) for place in left_out(one, other, f"{path}/{n}")
        ]
    same = after == (pytest.approx(before) if isinstance(before, float) else before)
    return [] if same else [f"{path}: {before!r}, then {after!r}"]
