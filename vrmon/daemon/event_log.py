"""Events on their way to people: into the journal, and the last of them into /status."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

from vrmon.catalog import Severity
from vrmon.daemon.journal import report
from vrmon.settings import Settings
from vrmon.views.events import Event, document

_LEVELS = {Severity.INFO: logging.INFO, Severity.DEGRADED: logging.WARNING, Severity.CRITICAL: logging.ERROR}
_KEPT = 50


class EventLog:
    """`recent` holds the last events, the newest last, each with a number that only grows."""

    def __init__(self) -> None:
        self.recent: deque[Mapping[str, Any]] = deque(maxlen=_KEPT)
        self._number = 0

    def tell(self, event: Event, settings: Settings, moment: float) -> int:
        """`moment` is Unix time. The event's number."""
        self._number += 1
        self.recent.append(document(event, self._number, moment))
        fields = dict(event.fields)
        if any(channel.name == event.subject for channel in settings.channels):
            fields["channel"] = event.subject
        elif event.subject in settings.primaries or event.subject in settings.dvrs:
            fields["device"] = event.subject
        report(_LEVELS[event.severity], event.code, reason=event.message, **fields)
        return self._number
