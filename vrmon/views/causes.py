"""Problems by what they follow from: one cause, one line. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vrmon.catalog import ROWS, Code, Severity
from vrmon.model import Problem, ProblemKey
from vrmon.settings import ChannelKey
from vrmon.text import span

_MANY = 4  # channels from which on the same problem is told once
_FRESH = 5.0  # seconds for which a sight of a take counts as one of this moment

_ON_ITS_OWN = {Code.BACKUP_INCOMPLETE, Code.PICTURE_BLACK, Code.PICTURE_FROZEN}
"""Codes that say of a take what is missing of it already, or is in it: nothing is missing because of them."""

Ages = Mapping[str, float]
"""Seconds since the take of a channel (by its name) was last seen."""


@dataclass
class Group:
    """A problem, since when (monotonic), and what follows from it or is the same on other channels."""

    head: Problem
    since: float
    following: list[Problem] = field(default_factory=list)
    alike: list[Problem] = field(default_factory=list)

    @property
    def severity(self) -> Severity:
        return min((one.severity for one in (self.head, *self.following)), key=lambda one: one.rank)

    @property
    def subject(self) -> str:
        return f"{self.head.subject} and {len(self.alike)} more" if self.alike else self.head.subject

    def message(self, ages: Ages) -> str:
        if not self.following:
            return self.head.message
        has = self.head.key.has
        own = [one.message for one in self.following if one.key.has == has]
        others = [one for one in self.following if one.key.has != has]
        told = ", ".join(filter(None, (_counted(others), _seen(others, ages))))
        message = f"{self.head.message.rstrip('.')}: {told}." if told else self.head.message
        return " ".join((message, *own))


def roots(problems: Iterable[Problem]) -> Mapping[ProblemKey, Problem]:
    """The problem that each follows from at last: itself where it follows from none."""
    every = tuple(problems)
    worst = _worst_of_each(every)
    known = {problem.key: _with_cause(problem, worst) for problem in every}
    return {key: _root(problem, known) for key, problem in known.items()}


def grouped(
    problems: Sequence[tuple[Problem, float]], of: Mapping[ProblemKey, Problem], now: float
) -> list[Group]:
    """Of the problems and when they began, the worst first; as they are told at `now`. `of`: their roots."""
    groups: dict[ProblemKey, Group] = {}
    followers: list[tuple[ProblemKey, Problem]] = []
    for problem, since in problems:
        root = of[problem.key]
        # Only what is told itself, and not merely counted, needs the time.
        told = problem.at(now) if root.key.has == problem.key.has else problem
        if root.key == problem.key:
            groups[root.key] = Group(told, since)
        else:
            followers.append((root.key, told))
    for key, problem in followers:
        groups[key].following.append(problem)
    return sorted(_merged(groups.values()), key=lambda one: (one.severity.rank, one.since))


def document(group: Group, ages: Ages, utc: Callable[[float], str | None]) -> dict[str, Any]:
    """As /status has it; `channels` are the subjects of what follows, or of what is alike."""
    return {
        "code": group.head.code.value,
        "severity": group.severity.value,
        "subject": group.subject,
        "message": group.message(ages),
        "hint": group.head.hint,
        "since": utc(group.since),
        "channels": list(dict.fromkeys(one.subject for one in (*group.following, *group.alike))),
    }


def _worst_of_each(problems: Iterable[Problem]) -> Mapping[ChannelKey | str, Problem]:
    """What goes wrong on each channel, but for what it has lost already: by whatever has it, for a device may
    be called as a channel is."""
    worst: dict[ChannelKey | str, Problem] = {}
    for one in problems:
        if one.code in _ON_ITS_OWN or one.severity is Severity.INFO:
            continue
        known = worst.get(one.key.has)
        if known is None or one.severity.rank < known.severity.rank:
            worst[one.key.has] = one
    return worst


def _with_cause(problem: Problem, worst: Mapping[ChannelKey | str, Problem]) -> Problem:
    """What is missing is told with what goes wrong on the channel, while that lasts."""
    if problem.code is not Code.BACKUP_INCOMPLETE or problem.cause is not None:
        return problem
    cause = worst.get(problem.key.has)
    return problem if cause is None else replace(problem, cause=cause.key)


def _root(problem: Problem, known: Mapping[ProblemKey, Problem]) -> Problem:
    """Itself where nothing is behind it, or where the causes go round in a circle."""
    first = problem
    passed = {problem.key}
    while True:
        cause = known.get(problem.cause) if problem.cause is not None else None
        if cause is None:
            return problem
        if cause.key in passed:
            return first
        problem = cause
        passed.add(problem.key)


def _merged(groups: Iterable[Group]) -> list[Group]:
    """With the same problem of many channels told once."""
    same: dict[object, list[Group]] = {}
    for one in groups:
        head = one.head
        key = head.key if one.following else (head.code, head.situation)
        same.setdefault(key, []).append(one)
    found: list[Group] = []
    for those in same.values():
        if len(those) < _MANY:
            found += those
        else:
            first = min(those, key=lambda one: one.since)
            first.alike = [one.head for one in those if one is not first]
            found.append(first)
    return found


def _counted(problems: Sequence[Problem]) -> str:
    """What became of how many: "48 takes kept, 2 jobs not started"."""
    counts: dict[tuple[str, str], int] = {}
    for one in problems:
        row = ROWS[one.code]
        counted = row.text(one.facts).counted or (f"× {row.title.lower()}",) * 2
        counts[counted] = counts.get(counted, 0) + 1
    return ", ".join(f"{n} {one if n == 1 else more}" for (one, more), n in counts.items())


def _seen(problems: Sequence[Problem], ages: Ages) -> str:
    """The one question then: is the backup still seen?"""
    found = [ages[one.subject] for one in problems if one.subject in ages]
    if not found:
        return ""
    oldest = max(found)
    if oldest > _FRESH:
        return f"last seen {span(oldest)} ago"
    within = f"seen within {max(1, math.ceil(oldest))} s"
    return within if len(found) == 1 else f"all {within}" if len(found) == len(problems) else ""
