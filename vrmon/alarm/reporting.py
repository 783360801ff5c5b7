"""What vrmond is told: how the ways do, and what the pictures show."""

from __future__ import annotations

import time

from vrmon.alarm.eyes.eyes import Eyes
from vrmon.alarm.health import WaysHealth
from vrmon.alarm.inquiry import Inquiry

_REPORTED = 10.0  # seconds between two words to vrmond


class Reporting:
    """Told at once when it changes, and every few seconds."""

    def __init__(self) -> None:
        self._last: tuple[float, object] = (float("-inf"), None)

    def tell(self, inquiry: Inquiry, health: WaysHealth, eyes: Eyes) -> None:
        report, seen = health.report(), eyes.seen()
        gist = (report, [(one.channel, _kind(one.black), _kind(one.frozen)) for one in seen])
        moment, said = self._last
        is_due = gist != said or time.monotonic() - moment >= _REPORTED
        if is_due and inquiry.report({**report, "pictures": [one._asdict() for one in seen]}):
            self._last = (time.monotonic(), gist)


def _kind(seconds: float | None) -> bool | None:
    return None if seconds is None else seconds > 0
