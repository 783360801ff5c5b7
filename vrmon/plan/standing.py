"""What is known of a problem that lasts."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.catalog import Severity
from vrmon.model import Problem


@dataclass(frozen=True)
class Standing:
    """A problem that is there `since` then, and how bad it is."""

    since: float
    severity: Severity

    def is_milder_than(self, problem: Problem) -> bool:
        return problem.severity.rank < self.severity.rank

    def is_worse_than(self, problem: Problem) -> bool:
        return self.severity.rank < problem.severity.rank


def standing(problem: Problem, known: Standing | None, now: float) -> Standing:
    """What is known of a problem that is there; the same object where nothing has changed."""
    if known is None:
        return Standing(now, problem.severity)
    return known if known.severity is problem.severity else Standing(known.since, problem.severity)
