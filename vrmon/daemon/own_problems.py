"""The daemon's own problems, beside those the plan finds: its configuration, its state, its threads."""

from __future__ import annotations

from vrmon.catalog import Code
from vrmon.model import SUBJECT, Problem
from vrmon.views.events import Event, begun, ended


class OwnProblems:
    """Each code at most once, with the monotonic time it began."""

    def __init__(self) -> None:
        self._since: dict[Code, tuple[Problem, float]] = {}

    def now(self) -> list[tuple[Problem, float]]:
        return list(self._since.values())

    def set(self, code: Code, what: str, now: float) -> list[Event]:
        """The trouble is there while `what` is not empty. The events of its beginning and end."""
        before = self._since.get(code)
        if not what:
            self._since.pop(code, None)
            return [] if before is None else [ended(before[0], now - before[1])]
        problem = Problem.of(code, SUBJECT, what=what)
        self._since[code] = (problem, now if before is None else before[1])
        return [begun(problem)] if before is None else []
