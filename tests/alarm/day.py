"""A day of vrmon-alarm's without a process: documents come, time passes, and what is told is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from vrmon.alarm.addressing import Audience, addressed
from vrmon.alarm.deciding import plan
from vrmon.alarm.letters import wants
from vrmon.alarm.message import Message
from vrmon.alarm.recollection import Recollection, restore
from vrmon.alarm.ways import Kind, Way
from vrmon.settings import Alarm
from vrmon.text import rfc3339

STEP = 2.0
FIRST = Way("first", Kind.WEBHOOK)
SECOND = Way("second", Kind.WEBHOOK, is_second=True)
ALL: tuple[Way, ...] = (FIRST, SECOND)
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


class Day:
    """`problems` by code and subject: those that vrmond shows while it `answers`. `told`: what people got on
    those `ways` that can be used; `is_whole`: these are all that there are.

    The channels take turns on the `recorders`.
    """

    def __init__(self, settings: Alarm | None = None, start: datetime = MONDAY_NOON) -> None:
        self.settings = settings or Alarm()
        self.problems: dict[tuple[str, str], dict[str, Any]] = {}
        self.channels = [f"PCR {number}" for number in range(1, 17)]
        self.recorders = ["movierecorder"]
        self.answers = True
        self.ways = ALL
        self.is_whole = True
        self.told: list[tuple[float, Message]] = []
        self.memory = Recollection()
        self.now = 0.0
        self._start = start
        self._wrong = timedelta()

    def begin(
        self,
        code: str,
        subject: str,
        severity: str = "critical",
        cause: tuple[str, str] | None = None,
        concerns: tuple[str, ...] = (),
    ) -> None:
        of = None if cause is None else {"code": cause[0], "subject": cause[1]}
        before = self.problems.get((code, subject), {"since": self.utc(self.now)})
        self.problems[code, subject] = {
            **before,
            "code": code,
            "subject": subject,
            "severity": severity,
            "message": f"{subject} has {code}.",
            "hint": "Do something.",
            "cause": of,
            "concerns": list(concerns),
        }

    def end(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            del self.problems[key]

    def acknowledge(self, code: str, subject: str, *, known: bool = True) -> None:
        by = {"by": "alice", "until": None, "note": ""} if known else None
        self.problems[code, subject]["acknowledged"] = by

    def utc(self, moment: float) -> str:
        return rfc3339(self._start.timestamp() + moment)

    def document(self) -> dict[str, Any] | None:
        if not self.answers:
            return None
        return {
            "now": self.utc(self.now),
            "problems": list(self.problems.values()),
            "channels": [
                {"name": name, "dvr": self.recorders[index % len(self.recorders)], "primary": "playbox"}
                for index, name in enumerate(self.channels)
            ],
            "configuration": {"loaded": "x"},
        }

    def look(self) -> None:
        local = self._start + timedelta(seconds=self.now) + self._wrong
        before = self.memory
        after, said = plan(self.document(), before, self.settings, self.now, local)
        audience = Audience(self.ways, is_whole=self.is_whole)
        self.memory, _ = addressed(before, after, said, audience, self.now)
        self.told += [(self.now, one) for one in said if any(wants(way, one) for way in self.ways)]
        self.memory = replace(self.memory, letters=())

    def wait(self, seconds: float) -> Day:
        until = self.now + seconds
        while self.now < until:
            self.now = min(self.now + STEP, until)
            self.look()
        return self

    def set_clock(self, wrong: float) -> None:
        """By so many seconds the clock of the site is ahead."""
        self._wrong = timedelta(seconds=wrong)

    def restart(self) -> None:
        """As a process that was killed begins anew with what lies on the disk."""
        self.memory = restore(self.memory.payload(), self.now)

    def setting(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)

    def said(self) -> list[tuple[str, str, str]]:
        """What was told since this was asked last: the occasion, the severity and the subject."""
        said = [(one.occasion.value, one.severity.value, one.subject) for _, one in self.told]
        self.told.clear()
        return said

    def last(self) -> Message:
        return self.told[-1][1]


def dvr_dies(day: Day, channels: int = 16) -> Mapping[tuple[str, str], dict[str, Any]]:
    """A DVR falls silent on which all channels record: what vrmond tells of it."""
    day.begin("dvr-unreachable", "movierecorder", "degraded")
    for name in day.channels[:channels]:
        day.begin("dvr-blind", name, "critical", ("dvr-unreachable", "movierecorder"))
    return dict(day.problems)
