"""Events on their way to people: into the journal, and the last of them into /status."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from vrmon.catalog import Severity
from vrmon.daemon.journal import report
from vrmon.settings import Settings
from vrmon.views.events import Event
from vrmon.views.recent import KEPT, Line, add

_LEVELS = {Severity.INFO: logging.INFO, Severity.DEGRADED: logging.WARNING, Severity.CRITICAL: logging.ERROR}


class EventLog:
    """The last events, each with a number that only grows: from 1, those before this vrmond up to 0."""

    def __init__(self) -> None:
        self._lines: tuple[Line, ...] = ()
        self._number = 0

    @property
    def recent(self) -> list[dict[str, Any]]:
        """The newest last."""
        return [line.document() for line in self._lines]

    def precede(self, events: Sequence[tuple[Event, float]]) -> None:
        """These happened before this vrmond began, the oldest first, each at its Unix time."""
        lines: tuple[Line, ...] = ()
        for number, (event, moment) in enumerate(events, 1 - len(events)):
            lines = add(lines, event, number, moment)
        self._lines = (*lines, *self._lines)[-KEPT:]

    def tell(self, event: Event, settings: Settings, moment: float) -> int:
        """`moment` is Unix time. The event's number."""
        self._number += 1
        self._lines = add(self._lines, event, self._number, moment)
        fields = dict(event.fields)
        if event.subject in settings.names:
            fields["channel"] = event.subject
        elif event.subject in settings.primaries or event.subject in settings.dvrs:
            fields["device"] = event.subject
        report(_LEVELS[event.severity], event.code, reason=event.message, **fields)
        return self._number
