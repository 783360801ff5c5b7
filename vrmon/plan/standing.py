"""What is known of a problem that lasts."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.catalog import Severity
from vrmon.model import Problem


@dataclass(frozen=True)
class Standing:
    """A problem that is there `since` then, how bad it is, and what it `concerns`."""

    since: float
    severity: Severity
    concerns: frozenset[str] = frozenset()

    def is_milder_than(self, problem: Problem) -> bool:
        return problem.severity.rank < self.severity.rank

    def is_worse_than(self, problem: Problem) -> bool:
        return self.severity.rank < problem.severity.rank

    def concerns_less_than(self, problem: Problem) -> bool:
        """Whether it concerns something now that it did not: the next job, one more destination. What no job
        needed is the same where the first one does."""
        return bool(self.concerns) and not problem.concerns <= self.concerns

    def is_of_others_than(self, problem: Problem) -> bool:
        """Whether it concerns something else altogether: it is another problem then."""
        return self.concerns_less_than(problem) and self.concerns.isdisjoint(problem.concerns)

    def covers(self, problem: Problem) -> bool:
        """Whether who was told of it knows what there is now."""
        return not self.is_milder_than(problem) and not self.concerns_less_than(problem)


def standing(problem: Problem, known: Standing | None, now: float) -> Standing:
    """What is known of a problem that is there; the same object where nothing has changed."""
    is_another = known is None or known.is_of_others_than(problem)
    found = Standing(now if known is None or is_another else known.since, problem.severity, problem.concerns)
    return known if known is not None and known == found else found
