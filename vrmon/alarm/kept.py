"""What lies on the disk, read as if another version had written it: that must cost nobody an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from vrmon.catalog import Severity

D = TypeVar("D")
T = TypeVar("T")


def of_fields(kind: type, saved: Mapping[str, Any]) -> dict[str, Any]:
    """What is saved under the names of a dataclass's fields, without what is None: that has its default."""
    return {one.name: saved[one.name] for one in fields(kind) if saved.get(one.name) is not None}


def severity(saved: object, otherwise: D) -> Severity | D:
    """`otherwise` for one that this version does not know."""
    try:
        return Severity(saved)
    except ValueError:
        return otherwise


def moment(saved: object, now: float) -> float:
    """No later than `now`. TypeError or ValueError where it is none."""
    if isinstance(saved, bool) or not isinstance(saved, int | float):
        raise ValueError("no moment")
    return min(now, float(saved))  # in this order: `now` for what is not a number


def each(saved: object, read: Callable[[Mapping[str, Any], float], T], now: float) -> Iterable[T]:
    """Every entry of a list that can be read."""
    for one in saved if isinstance(saved, list) else ():
        try:
            yield read(one, now)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            continue
