"""What people are told, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vrmon.catalog import Severity
from vrmon.text import Word, few, rfc3339, sentence, span

_CHANNELS_SHOWN = 20
_LATEST = 253_370_764_800.0  # the year 9999


class Occasion(Word):
    """Why something is said: a problem counts, still lasts, lasts and nobody has acknowledged it, is over; or
    to show that whoever should be told is."""

    RAISED = "raised"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    ENDED = "ended"
    HELLO = "hello"
    TEST = "test"


class Line(Word):
    """Whom it is for: those who are told first, those who are told when nobody cares, or both."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


@dataclass(frozen=True)
class Message:
    """`since` is Unix time, `lasted` seconds; `channels` are the names of those that it concerned."""

    occasion: Occasion
    code: str
    severity: Severity
    subject: str
    message: str
    hint: str = ""
    since: float = 0.0
    lasted: float = 0.0
    channels: tuple[str, ...] = ()
    line: Line = Line.FIRST

    def _since(self) -> float:
        """0 for what no calendar holds: a clock of vrmond's was wrong by centuries."""
        return self.since if 0.0 <= self.since <= _LATEST else 0.0

    def document(self, host: str) -> dict[str, Any]:
        """As programs get it."""
        return {
            "event": self.occasion.value,
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "message": self.message,
            "hint": self.hint,
            "since": rfc3339(self._since()),
            "lasted": round(self.lasted, 3),
            "channels": list(self.channels),
            "host": host,
        }

    def title(self, host: str) -> str:
        """One line."""
        worst, lasted = self.severity.value.upper(), span(self.lasted)
        about = f"{self.subject}: {self.message}"
        match self.occasion:
            case Occasion.RAISED:
                told = f"{worst}: {about}"
            case Occasion.REPEATED:
                told = f"Still {worst} after {lasted}: {about}"
            case Occasion.ESCALATED:
                told = f"{worst} for {lasted}, and nobody has acknowledged it: {about}"
            case Occasion.ENDED:
                told = f"Resolved after {lasted}: {about}"
            case _:
                told = self.message
        return f"[vrmon {host}] {told}"

    def body(self, host: str) -> str:
        """A few lines."""
        lines = [sentence(f"{self.subject}: {self.message}" if self.subject else self.message), self.hint]
        if self.channels:
            names = few(self.channels, most=_CHANNELS_SHOWN)
            lines.append(f"{len(self.channels)} channel{'s' * (len(self.channels) > 1)}: {names}.")
        if self._since():
            began = datetime.fromtimestamp(self._since()).astimezone()
            lines.append(f"Since {began:%Y-%m-%d %H:%M:%S %Z}, {span(self.lasted)}.")
        lines.append(f"vrmon on {host}.")
        return "\n".join(filter(None, lines))
