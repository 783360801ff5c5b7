"""Events on their way into the log and /status, the daemon's own problems, and that each has its entry."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

from vrmon import catalog
from vrmon.daemon.event_log import EventLog
from vrmon.daemon.own_problems import OwnProblems
from vrmon.model import Severity
from vrmon.settings import Channel, DeviceSettings, Settings
from vrmon.views.events import Event

SETTINGS = Settings(
    {"playbox": DeviceSettings("playbox", "http://10.0.0.1")},
    {"dvr": DeviceSettings("dvr", "http://10.0.0.2")},
    (Channel("PCR 1", "playbox", "ABC", "dvr", "s 1"),),
)
MADE_UP = {
    *(f"{what}-{how}" for what in ("start", "stop") for how in ("refused", "lost", "unseen")),
    *(f"{kind}-{state}" for kind in ("primary", "dvr") for state in ("unreachable", "unknown")),
}
"""The codes that are put together from parts."""


def test_an_event_goes_into_the_log_with_its_fields_and_into_the_recent_ones(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event_log = EventLog()
    event = Event("take-died", Severity.CRITICAL, "PCR 1", "It died.", {"job": "7", "take": ""})
    with caplog.at_level(logging.INFO):
        event_log.tell(event, SETTINGS, 1_795_000_000.0)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, catalog.ENTRIES["take-died"].message)
    fields = {key: value for key, value in vars(record).items() if key.isupper()}
    assert fields == {
        "CODE": "take-died",
        "MESSAGE_ID": catalog.message_id("take-died"),
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
        }
    ]


@pytest.mark.parametrize(("subject", "device"), [("playbox", "playbox"), ("dvr", "dvr"), ("vrmon", None)])
def test_a_device_is_a_field_of_its_own(
    caplog: pytest.LogCaptureFixture, subject: str, device: str | None
) -> None:
    EventLog().tell(Event("dvr-unreachable", Severity.DEGRADED, subject, "Gone."), SETTINGS, 0.0)
    assert getattr(caplog.records[0], "DEVICE", None) == device
    assert caplog.records[0].levelno == logging.WARNING


def test_the_last_fifty_are_kept_and_their_numbers_only_grow() -> None:
    event_log = EventLog()
    for _ in range(70):
        event_log.tell(Event("job-began", Severity.INFO, "PCR 1", "Job began."), SETTINGS, 0.0)
    assert [one["n"] for one in event_log.recent] == list(range(21, 71))


def test_a_trouble_begins_lasts_and_ends() -> None:
    own_problems = OwnProblems()
    assert own_problems.set("state-failing", "", "", 1.0) == []
    (begun,) = own_problems.set("state-failing", "The disk is full.", "Make room.", 2.0)
    assert (begun.code, begun.severity, begun.message) == (
        "state-failing",
        Severity.DEGRADED,
        "The disk is full. Make room.",
    )
    assert own_problems.set("state-failing", "The disk is gone.", "Make room.", 3.0) == []
    assert [(problem.message, since) for problem, since in own_problems.now()] == [("The disk is gone.", 2.0)]
    (ended,) = own_problems.set("state-failing", "", "", 62.0)
    assert (ended.code, ended.message) == ("problem-ended", "Over after 60 s: The disk is gone.")
    assert own_problems.now() == []


def _codes() -> set[str]:
    """The first argument of whatever makes a problem or an event, where it is written out."""
    makers = {"Problem", "Event", "event", "report", "_trouble"}
    found = set()
    for file in (Path(__file__).parents[2] / "vrmon").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                strings = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
                if name in makers and strings and isinstance(strings[0], str):
                    found.add(strings[0])
    return found


def test_every_code_has_its_entry_in_the_catalog() -> None:
    used = {code for code in _codes() | MADE_UP if code == code.lower() and " " not in code}
    assert len(used) > 30
    assert used <= catalog.ENTRIES.keys()
