"""What happened: which events of a document are new, and each as one line."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rich.text import Text

from vrmon.catalog import Severity
from vrmon.cli.lenient import moment, number, parts, text

SIGNS: dict[str, tuple[str, str]] = {
    Severity.INFO: ("·", "cyan"),
    Severity.DEGRADED: ("▲", "yellow"),
    Severity.CRITICAL: ("✖", "red"),
}
UNHEARD_OF = ("?", "yellow")

Event = dict[str, Any]


class News:
    """Tells each event once, in whatever documents it comes, and also after vrmond began to count anew."""

    def __init__(self) -> None:
        self._last = float("-inf")  # what was before this vrmond has numbers up to 0
        self._uptime = 0.0

    def of(self, document: dict[str, Any]) -> list[Event]:
        """The events that no document before held."""
        uptime = number(document, "uptime") or 0.0
        if uptime < self._uptime:
            self._last = 0.0
        self._uptime = uptime
        fresh = [one for one in parts(document, "recent") if (number(one, "n") or 0.0) > self._last]
        self._last = max([self._last, *(number(one, "n") or 0.0 for one in fresh)])
        return fresh


def line(event: Event, *, padded: bool = True) -> Text:
    """Local time, severity, whom it concerns, what happened, and how often."""
    when = moment(event, "time")
    severity = text(event, "severity")
    sign, style = SIGNS.get(severity, UNHEARD_OF)
    shown = Text(f"{clock(when)}  ", "dim")
    shown.append(f"{sign} {severity:<{8 if padded else 0}}  ", style)
    shown.append(text(event, "subject"), "bold")
    times = number(event, "count") or 1.0
    return shown.append(f"  {text(event, 'message')}{f' (×{times:.0f})' if times > 1.0 else ''}")


def clock(when: datetime | None, *, seconds: bool = True) -> str:
    """Local time, with the day where it is not today's, and the zone where the clocks show it twice."""
    if when is None:
        return "--:--:--"
    local = when.astimezone()
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    time += f" {local:%Z}" if _is_shown_twice(local) else ""
    is_today = local.date() == datetime.now(timezone.utc).astimezone().date()
    return time if is_today else f"{local.date()} {time}"


def _is_shown_twice(local: datetime) -> bool:
    """Whether it lies within the hour by which the clocks are set back in autumn, or the one before."""
    shown = local.replace(tzinfo=None)
    return shown.replace(fold=0).astimezone().utcoffset() != shown.replace(fold=1).astimezone().utcoffset()
