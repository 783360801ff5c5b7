"""That a person knows of a problem: until it ends, gets worse, or the time is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vrmon.catalog import Severity
from vrmon.model import Problem, ProblemKey
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.plan.standing import Standing

LONGEST = 12 * 3600.0
FOUND_AGAIN = 60.0
"""Seconds in which a vrmon that has just begun finds what there was before it."""


@dataclass(frozen=True)
class Acknowledgement:
    """`severity`: how bad the problem was when it was told last. `resumed`: when this process took it over
    from the one before, until the problem is found to be as bad again."""

    by: str
    since: float
    until: float
    severity: Severity
    note: str = ""
    resumed: float | None = None


Acknowledged = Mapping[ProblemKey, Acknowledgement]


def goes_on(
    known: Acknowledged,
    problems: Iterable[Problem],
    before: Mapping[ProblemKey, Standing],
    moment: Moment,
) -> Acknowledged:
    """Those that still hold, of `problems` that are there now and were as they were `before`; the same object
    where all do."""
    if not known:
        return known
    there = {one.key: one for one in problems}
    kept: dict[ProblemKey, Acknowledgement] = {}
    for key, one in known.items():
        problem = there.get(key)
        if moment.reached(one.until) or (problem is not None and _is_more(problem, one, before.get(key))):
            continue
        if problem is not None and problem.severity is one.severity:
            kept[key] = one if one.resumed is None else replace(one, resumed=None)
        elif one.resumed is not None and not moment.passed(one.resumed, FOUND_AGAIN):
            kept[key] = one
        elif problem is not None:
            kept[key] = replace(one, resumed=None, severity=problem.severity)
    return known if len(kept) == len(known) and all(known[key] is one for key, one in kept.items()) else kept


def _is_more(problem: Problem, known: Acknowledgement, before: Standing | None) -> bool:
    """Whether it is worse than what a person knows of, or concerns something else as well."""
    is_worse = problem.severity.rank < known.severity.rank
    return is_worse or (before is not None and before.concerns_less_than(problem))
