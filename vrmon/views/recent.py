"""The last events as people read them: what has one cause is one line, with how often it happened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from vrmon.catalog import ROWS, Code
from vrmon.text import few, rfc3339
from vrmon.views.events import Event

KEPT = 50  # lines
_TOGETHER = 60.0  # seconds after which the same is told anew
_MOST = 200  # subjects that are kept of a line


@dataclass(frozen=True)
class Line:
    """The last of `count` events with one cause, and its number; the first was at `first`, the last at `last`
    (Unix time). `subjects`: whom they were about, each once."""

    number: int
    event: Event
    first: float
    last: float
    count: int
    subjects: tuple[str, ...]

    @cached_property
    def key(self) -> tuple[object, ...]:
        event = self.event
        what = event.code, event.fields.get("problem", "")
        return (*what, event.subject, event.message) if event.cause is None else (*what, event.cause)

    def document(self) -> dict[str, Any]:
        """As /status has it."""
        event = self.event
        is_one = len(self.subjects) == 1 or event.cause is None
        return {
            "n": self.number,
            "time": rfc3339(self.last),
            "severity": event.severity.value,
            "subject": event.subject if is_one or event.cause is None else str(event.cause.has),
            "message": event.message if is_one else self._of_many(),
            "code": event.code.value,
            "count": self.count,
            "first": rfc3339(self.first),
            "subjects": list(self.subjects),
        }

    def _of_many(self) -> str:
        problem = self.event.fields.get("problem", "")
        row = ROWS[Code(problem)] if problem in ROWS else ROWS[self.event.code]
        what = f"{row.title}, resolved" if problem else row.title
        return f"{what}: {few(self.subjects)}."


def add(lines: Sequence[Line], event: Event, number: int, moment: float) -> tuple[Line, ...]:
    """The lines, the newest last, once this has happened at `moment` (Unix time)."""
    new = Line(number, event, moment, moment, 1, (event.subject,))
    for place in reversed(range(len(lines))):
        known = lines[place]
        if known.key == new.key and abs(moment - known.last) <= _TOGETHER:
            subjects = tuple(dict.fromkeys((*known.subjects, event.subject)))[:_MOST]
            new = replace(new, first=known.first, count=known.count + 1, subjects=subjects)
            return (*lines[:place], *lines[place + 1 :], new)
    return (*lines, new)[-KEPT:]
