"""Reading a status document that may be of another version, or nonsense: whatever is odd counts as absent.

Texts come from devices: what could steer a terminal is replaced.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vrmon.text import read_rfc3339

LONGEST = 1000  # characters of one text


def clean(text: str) -> str:
    """One line that is safe to print."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}…"


def text(document: object, key: str) -> str:
    """The text at `key`, fit for a terminal; "" where there is none."""
    value = _get(document, key)
    return clean(value) if isinstance(value, str) else ""


def exact(document: object, key: str) -> str:
    """The text at `key` as it is: a handle, to ask with, to compare or to write into a file, not to print."""
    value = _get(document, key)
    return value if isinstance(value, str) else ""


def texts(document: object, key: str) -> list[str]:
    """The texts in the array at `key`."""
    value = _get(document, key)
    return [clean(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def number(document: object, key: str) -> float | None:
    value = _get(document, key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Neither NaN nor a number beyond all use.
    return float(value) if is_number and abs(value) < 1e15 else None


def part(document: object, key: str) -> dict[str, Any]:
    """The object at `key`; empty where there is none."""
    value = _get(document, key)
    return value if isinstance(value, dict) else {}


def parts(document: object, key: str) -> list[dict[str, Any]]:
    """The objects in the array at `key`."""
    value = _get(document, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(document: object, key: str) -> datetime | None:
    """The RFC 3339 time at `key`."""
    return read_rfc3339(text(document, key))


def seconds_since(document: object, key: str, now: datetime | None) -> float | None:
    """From the time at `key` to `now`, both by the daemon's clock."""
    then = moment(document, key)
    return None if then is None or now is None else (now - then).total_seconds()


def _get(document: object, key: str) -> Any:
    return document.get(key) if isinstance(document, dict) else None
