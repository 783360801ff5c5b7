"""What lies on the disk, read as if another version had written it: that must cost nobody an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeGuard, TypeVar

from vrmon.catalog import Severity

D = TypeVar("D")
T = TypeVar("T")

_LARGEST = 1e15


def of_fields(kind: type, saved: Mapping[str, Any]) -> dict[str, Any]:
    """What is saved under the names of a dataclass's fields, without what is None, or of another type where
    the field's is a plain one: that has its default."""
    return {one.name: saved[one.name] for one in fields(kind) if _fits(saved.get(one.name), str(one.type))}


def _fits(saved: Any, kind: str) -> bool:
    """Whether a field may hold it; `kind` is the field's annotation."""
    if kind in ("float", "int"):
        return is_number(saved) and (kind == "float" or isinstance(saved, int))
    plain = {"str": str, "bool": bool}.get(kind, object)
    return saved is not None and isinstance(saved, plain)


def is_number(saved: Any) -> TypeGuard[float]:
    """One that can be reckoned with."""
    return isinstance(saved, int | float) and not isinstance(saved, bool) and abs(saved) < _LARGEST


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
