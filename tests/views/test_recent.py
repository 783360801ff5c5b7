"""The last events as lines: one outage on thirty channels pushes nothing out."""

from __future__ import annotations

from typing import Any

from tests.world import incidents as when
from vrmon.catalog import Code, Severity
from vrmon.model import ProblemKey
from vrmon.views.events import Event
from vrmon.views.recent import KEPT, Line, add

SILENT = ProblemKey(Code.DVR_UNREACHABLE, "dvr")
NOON = 1_795_000_000.0


def blind(channel: int) -> Event:
    return Event(Code.DVR_BLIND, Severity.CRITICAL, f"PCR {channel}", f"{channel}", cause=SILENT)


def over(channel: int) -> Event:
    fields = {"problem": Code.DVR_BLIND.value}
    return Event(Code.PROBLEM_ENDED, Severity.INFO, f"PCR {channel}", "Over.", fields, SILENT)


def told(*events: tuple[Event, float]) -> list[dict[str, Any]]:
    lines: tuple[Line, ...] = ()
    for number, (event, moment) in enumerate(events, 1):
        lines = add(lines, event, number, NOON + moment)
    return [line.document() for line in lines]


def test_what_has_one_cause_is_one_line_with_how_often() -> None:
    died = Event(Code.TAKE_DIED, Severity.CRITICAL, "PCR 7", "The take 'A' has ended by itself.")
    outage = [(blind(n), n / 10) for n in range(1, 31)] + [(over(n), 8 + n / 10) for n in range(1, 31)]
    first, begun, ended = told((died, 0.0), *outage)
    assert first["message"] == "The take 'A' has ended by itself."
    assert (begun["count"], begun["subject"]) == (30, "dvr")
    assert begun["message"] == "Recording not verified: PCR 1, PCR 2, PCR 3 and 27 more."
    assert begun["subjects"] == [f"PCR {n}" for n in range(1, 31)]
    assert (begun["first"], begun["time"]) == ("2026-11-18T11:06:40.100Z", "2026-11-18T11:06:43.000Z")
    assert ended["message"] == "Recording not verified, resolved: PCR 1, PCR 2, PCR 3 and 27 more."
    assert (begun["n"], ended["n"]) == (31, 61)


def test_what_comes_later_or_says_something_else_is_a_line_of_its_own() -> None:
    one, other = told((blind(1), 0.0), (blind(1), 61.0))
    assert (one["count"], other["count"], one["message"]) == (1, 1, "1")
    began = [Event(Code.JOB_BEGAN, Severity.INFO, "PCR 1", f"Job {name!r} began.") for name in "AB"]
    assert len(told((began[0], 0.0), (began[1], 1.0))) == 2
    (flapping,) = told((began[0], 0.0), (began[0], 50.0), (began[0], 100.0))
    assert (flapping["count"], flapping["message"]) == (3, "Job 'A' began.")


def test_so_many_lines_are_kept() -> None:
    jobs = [Event(Code.JOB_BEGAN, Severity.INFO, "PCR 1", f"Job {n} began.") for n in range(KEPT + 9)]
    lines = told(*((event, 0.0) for event in jobs))
    assert [line["n"] for line in lines] == list(range(10, KEPT + 10))


def test_events_of_a_plan_know_their_cause() -> None:
    at = when.site()
    outage = (when.fails("dvr", when.SILENT), when.wait(20.0), when.answers_again("dvr"), when.wait(5.0))
    for act in (when.a_job_is_recorded, *outage):
        act(at)
    causes = {event.code: event.cause for event, _ in at.events}
    assert causes[Code.DVR_BLIND] == SILENT
    assert causes[Code.PROBLEM_ENDED] == SILENT
