"""Events on their way into the log and /status, and the daemon's own problems."""

from __future__ import annotations

import logging

import pytest

from vrmon.catalog import ROWS, Code, Severity, message_id
from vrmon.daemon.event_log import EventLog
from vrmon.daemon.own_problems import OwnProblems
from vrmon.settings import Channel, DeviceSettings, Settings
from vrmon.views.events import Event

SETTINGS = Settings(
    {"playbox": DeviceSettings("playbox", "http://10.0.0.1")},
    {"dvr": DeviceSettings("dvr", "http://10.0.0.2")},
    (Channel("PCR 1", "playbox", "ABC", "dvr", "s 1"),),
)


def test_an_event_goes_into_the_log_with_its_fields_and_into_the_recent_ones(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event_log = EventLog()
    event = Event(Code.TAKE_DIED, Severity.CRITICAL, "PCR 1", "It died.", {"job": "7", "take": ""})
    with caplog.at_level(logging.INFO):
        event_log.tell(event, SETTINGS, 1_795_000_000.0)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, ROWS[Code.TAKE_DIED].title)
    fields = {key: value for key, value in vars(record).items() if key.isupper()}
    assert fields == {
        "CODE": "take-died",
        "MESSAGE_ID": message_id(Code.TAKE_DIED),
        "REASON": "It died.",
        "CHANNEL": "PCR 1",
        "JOB": "7",
    }
    assert list(event_log.recent) == [
        {
            "n": 1,
            "time": "2026-11-18T11:06:40.000Z",
            "severity": "critical",
            "subject": "PCR 1",
            "message": "It died.",
            "code": "take-died",
            "count": 1,
            "first": "2026-11-18T11:06:40.000Z",
            "subjects": ["PCR 1"],
        }
    ]


@pytest.mark.parametrize(("subject", "device"), [("playbox", "playbox"), ("dvr", "dvr"), ("vrmon", None)])
def test_a_device_is_a_field_of_its_own(
    caplog: pytest.LogCaptureFixture, subject: str, device: str | None
) -> None:
    EventLog().tell(Event(Code.DVR_UNREACHABLE, Severity.DEGRADED, subject, "Gone."), SETTINGS, 0.0)
    assert getattr(caplog.records[0], "DEVICE", None) == device
    assert caplog.records[0].levelno == logging.WARNING


def test_the_last_fifty_are_kept_and_their_numbers_only_grow() -> None:
    event_log = EventLog()
    before = [(Event(Code.JOB_BEGAN, Severity.INFO, "PCR 1", f"Job {n} began."), 0.0) for n in range(60)]
    event_log.tell(Event(Code.JOB_BEGAN, Severity.INFO, "PCR 1", "Job 0 began."), SETTINGS, 0.0)
    event_log.precede(before)
    assert [one["n"] for one in event_log.recent] == list(range(-48, 2))
    for n in range(1, 70):
        event_log.tell(Event(Code.JOB_BEGAN, Severity.INFO, "PCR 2", f"Job {n} began."), SETTINGS, 0.0)
    assert [one["n"] for one in event_log.recent] == list(range(21, 71))


def test_a_trouble_begins_lasts_and_ends() -> None:
    own_problems = OwnProblems()
    assert own_problems.set(Code.STATE_FAILING, "", 1.0) == []
    (begun,) = own_problems.set(Code.STATE_FAILING, "The disk is full.", 2.0)
    assert (begun.code, begun.severity, begun.message) == (
        "state-failing",
        Severity.DEGRADED,
        "The disk is full. Recording goes on; a restart now would know less.",
    )
    assert own_problems.set(Code.STATE_FAILING, "The disk is gone.", 3.0) == []
    assert [(problem.message, since) for problem, since in own_problems.now()] == [("The disk is gone.", 2.0)]
    (ended,) = own_problems.set(Code.STATE_FAILING, "", 62.0)
    assert (ended.code, ended.message) == ("problem-ended", "Resolved after 60 s: The disk is gone.")
    assert own_problems.now() == []
