"""By how much this machine's clock is ahead of UTC, and what that is called, in the time of a report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from vrmon.history.days import Span
from vrmon.text import rfc3339

_STEP = 3600.0  # seconds: no clock is changed twice within
_DAY = 25 * 3600.0  # the longest, so that a day that has just begun is told to its end


class _Local(NamedTuple):
    name: str
    offset: int


def zones(span: Span) -> list[dict[str, Any]]:
    """`{"from", "name", "offset"}`, each until the next, in the span and in a whole day at least."""
    told = [(span.began, _local(span.began)), *_changes(span.began, max(span.ended, span.began + _DAY))]
    return [{"from": rfc3339(began), **local._asdict()} for began, local in told]


def _changes(began: float, ended: float) -> Iterator[tuple[float, _Local]]:
    before, moment = _local(began), began
    while moment < ended:
        later = min(moment + _STEP, ended)
        if _local(later) != before:
            yield _change(moment, later), _local(later)
            before = _local(later)
        moment = later


def _change(before: float, after: float) -> float:
    """The second between them in which it changes."""
    first, known = before, _local(before)
    while after - first > 0.5:
        middle = (first + after) / 2
        if _local(middle) == known:
            first = middle
        else:
            after = middle
    return float(round(after))


def _local(moment: float) -> _Local:
    local = time.localtime(moment)
    return _Local(local.tm_zone, local.tm_gmtoff)
