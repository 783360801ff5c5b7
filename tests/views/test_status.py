"""The status document, from plans made of plain values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from vrmon.catalog import Code, Situation
from vrmon.model import DeviceState, DeviceView, Job, Phase, Problem, Source
from vrmon.plan import Plan, Verdict
from vrmon.plan.memory import (
    ChannelMemory,
    DvrMemory,
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
from vrmon.settings import Channel, DeviceSettings, Settings
from vrmon.views.headline import headline
from vrmon.views.scene import Scene, health
from vrmon.views.status import document
from vrmon.views.tiles import Parts

EPOCH = 1_795_000_000.0
JOB = Job("ABC", "7")
TRACKED = TrackedJob(JOB, since=10.0, last_seen=19.0, basename="SHOW")
CHANNEL = Channel("PCR 1/a", "playbox", "ABC", "dvr", "Cam A")
TAKE = Running(
    JOB,
    "s 1",
    1,
    Label("SHOW"),
    0.1234,
    name="SHOW",
    started=10.2,
    confirmed=19.5,
    seen=19.5,
    files=("SHOW",),
)
SOURCE = Source("s 1", "Cam A", is_recording=True, recording_name="SHOW")
DIED = Problem.of(
    Code.TAKE_DIED, CHANNEL.name, Situation.GAP, lost="OLD", ago="9 s", name="SHOW", recorder="it"
)
GONE = Problem.of(Code.DVR_UNREACHABLE, "dvr", reason="It is gone.")
BLIND = Problem.of(Code.DVR_BLIND, CHANNEL.name, Situation.USUAL, GONE.key, dvr="dvr", reason="it is gone")
NOTE = Problem.of(Code.STAND_IN_NAME, CHANNEL.name, name="SHOW", primary="playbox")
NOTHING_STARTS = "Nothing can be started: dvr does not answer (it is gone)"


def scene(verdict: Verdict, *problems: tuple[Problem, float], **changes: Any) -> Scene:
    memory = Memory(
        {"playbox": PrimaryMemory(state=DeviceState.OK, jobs=Jobs({JOB: TRACKED} if verdict.job else {}))},
        channels={CHANNEL.key: verdict.memory},
        problems={one.key: Standing(since, one.severity) for one, since in problems},
    )
    found = tuple(one for one, _ in problems)
    verdict = replace(verdict, problems=tuple(one for one in found if one.subject == CHANNEL.name))
    settings = Settings(
        {"playbox": DeviceSettings("playbox", "http://10.0.0.1", password="secret")},
        {"dvr": DeviceSettings("dvr", "http://10.0.0.2", 2.0)},
        (CHANNEL,),
    )
    made = Scene(
        version="1.0.0",
        settings=settings,
        plan=Plan(memory, (), ((CHANNEL, verdict),), found),
        primaries={"playbox": DeviceView(DeviceState.OK, 19.75, "", 0)},
        dvrs={"dvr": DeviceView(DeviceState.UNKNOWN, None, "not polled yet", 0)},
        now=20.0,
        epoch=EPOCH,
        began=5.0,
        configuration={"file": "vrmon.toml"},
    )
    return replace(made, **changes)


RECORDING = Verdict(ChannelMemory(JOB, TAKE, phase_since=10.2), Phase.RECORDING, TRACKED, source=SOURCE)
IDLE = Verdict(ChannelMemory(phase_since=6.0), Phase.IDLE, source=replace(SOURCE, is_recording=False))


def test_a_channel_that_records() -> None:
    whole = document(scene(RECORDING, pictures={CHANNEL.key: EPOCH + 15}))
    (shown,) = whole["channels"]
    assert shown == {
        "name": "PCR 1/a",
        "primary": "playbox",
        "ingest": "ABC",
        "dvr": "dvr",
        "source": "s 1",
        "source_name": "Cam A",
        "mode": "auto",
        "hold": None,
        "phase": "recording",
        "severity": "info",
        "word": "Recording",
        "job": {
            "ingest": "ABC",
            "id": "7",
            "basename": "SHOW",
            "since": "2026-11-18T11:06:50.000Z",
            "present": True,
        },
        "jobs_waiting": [],
        "take": {
            "name": "SHOW",
            "number": 1,
            "started": "2026-11-18T11:06:50.200Z",
            "confirmed": "2026-11-18T11:06:59.500Z",
            "start_latency": 0.123,
            "files": ["SHOW"],
        },
        "verified": 0.5,
        "since": "2026-11-18T11:06:50.200Z",
        "recording": "SHOW",
        "drill": None,
        "coverage": None,
        "thumbnail": {"url": "/thumbnail/PCR%201%2Fa", "taken": "2026-11-18T11:06:55.000Z"},
        "problem": None,
    }
    assert whole["active_jobs"] == {"ABC|7": {"basename": "SHOW", "logical_name": "PCR 1/a"}}
    assert (whole["health"], whole["summary"]) == ("ok", "1 of 1 jobs recorded")
    assert (whole["now"], whole["uptime"]) == ("2026-11-18T11:07:00.000Z", 15.0)


def test_a_channel_that_does_nothing() -> None:
    whole = document(scene(IDLE))
    (shown,) = whole["channels"]
    assert [shown[key] for key in ("phase", "job", "take", "verified", Phase.RECORDING, "thumbnail")] == [
        "idle",
        *[None] * 5,
    ]
    assert (whole["summary"], whole["active_jobs"], whole["unmapped"]) == ("No job is active", {}, [])


def test_a_document_made_of_parts_is_the_whole_one_whatever_has_changed() -> None:
    parts = Parts()
    first = scene(RECORDING)
    (same,) = first.plan.verdicts
    renamed = (replace(CHANNEL, name="PCR 2"), same[1])
    scenes = [
        first,
        replace(first, now=21.5),
        replace(first, now=22.0, pictures={CHANNEL.key: EPOCH + 15}),
        replace(first, epoch=EPOCH + 3600),
        replace(first, plan=replace(first.plan, verdicts=(renamed,))),
        scene(RECORDING, (DIED, 12.0)),
        scene(IDLE),
        replace(first, plan=replace(first.plan, verdicts=())),
        first,
    ]
    for one in scenes:
        assert document(one, parts) == document(one)
        assert list(document(one, parts)["channels"][:1]) == list(document(one)["channels"][:1])


def test_what_was_told_of_a_channel_is_kept_while_nothing_is_decided() -> None:
    parts, first = Parts(), scene(RECORDING)
    (before,) = document(first, parts)["channels"]
    (after,) = document(replace(first, now=21.0), parts)["channels"]
    assert after["take"] is before["take"]
    assert (before["verified"], after["verified"]) == (0.5, 1.5)


def test_a_take_that_was_only_asked_for_is_not_shown_as_one() -> None:
    starting = replace(RECORDING, memory=ChannelMemory(JOB, Sent(JOB, "s 1", 1, TAKE.label)))
    (shown,) = document(scene(replace(starting, phase=Phase.STARTING)))["channels"]
    assert (shown["take"], shown["verified"]) == (None, None)


def test_a_hold_says_who_why_and_until_when() -> None:
    held = replace(IDLE, memory=ChannelMemory(hold=Hold(10.0, 3610.0, "rehearsal", "anna")))
    (shown,) = document(scene(held))["channels"]
    assert (shown["mode"], shown["hold"]) == (
        "hold",
        {
            "since": "2026-11-18T11:06:50.000Z",
            "until": "2026-11-18T12:06:50.000Z",
            "reason": "rehearsal",
            "by": "anna",
        },
    )


def test_devices_are_shown_with_their_ages_and_without_their_secrets() -> None:
    whole = document(scene(IDLE))
    assert whole["primaries"]["playbox"] == {
        "url": "http://10.0.0.1",
        "state": "ok",
        "last_ok": "2026-11-18T11:06:59.750Z",
        "age": 0.25,
        "error": "",
        "failures": 0,
        "poll_interval": 5.0,
    }
    assert (whole["dvrs"]["dvr"]["age"], whole["dvrs"]["dvr"]["last_ok"]) == (None, None)
    assert "secret" not in json.dumps(whole)


def test_the_worst_problem_comes_first_and_the_oldest_of_equals() -> None:
    own = ((Problem.of(Code.STATE_FAILING, "vrmon", what="Full."), 12.0),)
    whole = document(scene(RECORDING, (NOTE, 1.0), (DIED, 18.0), (GONE, 11.0), (BLIND, 19.0), own=own))
    assert [one["code"] for one in whole["problems"]] == [
        "dvr-blind",
        "dvr-unreachable",
        "state-failing",
        "take-died",
        "stand-in-name",
    ]
    assert whole["problems"][0] == {
        "code": "dvr-blind",
        "severity": "critical",
        "subject": "PCR 1/a",
        "message": f"{NOTHING_STARTS}.",
        "hint": BLIND.hint,
        "since": "2026-11-18T11:06:59.000Z",
        "cause": {"code": "dvr-unreachable", "subject": "dvr"},
        "acknowledged": None,
        "concerns": [],
    }
    assert whole["problems"][1]["cause"] is None
    assert whole["channels"][0]["problem"] == whole["problems"][0]
    assert whole["health"] == "critical"
    assert whole["summary"] == (
        "1 of 1 jobs recorded; dvr: It is gone: 1 job not started, seen within 1 s (and 2 more)"
    )


@pytest.mark.parametrize("code", [Code.DVR_UNREACHABLE, Code.PASSWORD_REFUSED])
def test_a_primary_that_is_called_as_a_dvr_is_another_device(code: Code) -> None:
    gone = Problem.of(code, "north", reason="It is gone.")
    made = scene(IDLE, (gone, 11.0))
    memory = replace(
        made.plan.memory,
        primaries={"north": PrimaryMemory(state=DeviceState.OK)},
        dvrs={"north": DvrMemory(state=DeviceState.UNREACHABLE), "south": DvrMemory(state=DeviceState.OK)},
    )
    channels = [replace(CHANNEL, primary="north", dvr=name) for name in ("north", "south")]
    plan = replace(made.plan, memory=memory, verdicts=tuple((one, IDLE) for one in channels))
    there, elsewhere = Parts().channels(replace(made, plan=plan))
    assert (there["severity"], there["word"], there["problem"]["code"]) == ("degraded", "Not ready", code)
    assert (elsewhere["severity"], elsewhere["word"], elsewhere["problem"]) == ("info", "Idle", None)


@pytest.mark.parametrize(
    ("problems", "word"),
    [
        ([], "ok"),
        ([NOTE], "ok"),
        ([NOTE, DIED], "degraded"),
        ([BLIND, DIED], "critical"),
    ],
)
def test_health_is_the_worst_of_all(problems: list[Problem], word: str) -> None:
    assert health(problems) == word


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        (Phase.RECORDING, "1 of 1 jobs recorded"),
        (Phase.KEEPING, "1 of 1 jobs recorded"),
        (Phase.STARTING, "0 of 1 jobs recorded"),
        (Phase.FOREIGN, "0 of 1 jobs recorded"),
    ],
)
def test_the_headline_counts_the_jobs_that_are_safe(phase: Phase, text: str) -> None:
    assert headline(scene(replace(RECORDING, phase=phase))) == text
    assert headline(scene(replace(RECORDING, phase=phase), (NOTE, 1.0))) == text
    assert (
        headline(scene(replace(RECORDING, phase=phase), (DIED, 1.0)))
        == f"{text}; PCR 1/a: {DIED.message[:-1]}"
    )


def headline_without_a_job(channels: tuple[Channel, ...], **primaries: PrimaryMemory) -> str:
    idle = scene(IDLE)
    memory = replace(idle.plan.memory, primaries=primaries)
    plan = replace(idle.plan, memory=memory, verdicts=tuple((one, IDLE) for one in channels))
    return headline(replace(idle, settings=replace(idle.settings, channels=channels), plan=plan))


def test_the_headline_says_that_no_job_is_active_only_when_that_is_known() -> None:
    answers, silent = PrimaryMemory(state=DeviceState.OK), PrimaryMemory(state=DeviceState.UNREACHABLE)
    never, busy = PrimaryMemory(), replace(answers, jobs=Jobs({JOB: TRACKED}))
    other = replace(CHANNEL, primary="other", ingest="DEF")
    assert headline_without_a_job((CHANNEL,), playbox=answers, other=silent) == "No job is active"
    unknown = "Jobs unknown: playbox does not answer"
    assert headline_without_a_job((CHANNEL,), playbox=never) == unknown
    assert headline_without_a_job((CHANNEL, CHANNEL, other), playbox=silent, other=answers) == unknown
    assert headline_without_a_job((CHANNEL, other), playbox=silent, other=never) == (
        "Jobs unknown: playbox, other do not answer"
    )
    assert headline_without_a_job((other,), playbox=busy, other=answers) == "No channel has a job"
    assert headline_without_a_job((), playbox=silent) == "No job can be recorded"


def test_a_job_on_an_ingest_without_a_channel_is_unmapped() -> None:
    made = scene(RECORDING)
    whole = document(
        replace(made, settings=replace(made.settings, channels=()), plan=replace(made.plan, verdicts=()))
    )
    (unmapped,) = whole["unmapped"]
    assert (unmapped["primary"], unmapped["ingest"], unmapped["basename"]) == ("playbox", "ABC", "SHOW")
    assert whole["active_jobs"]["ABC|7"]["logical_name"] is None
