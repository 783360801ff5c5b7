"""Times and sentences as people and programs read them."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum


class Word(str, Enum):
    """A word that programs read as well: a member is its text, wherever it is written or compared."""

    __str__ = str.__str__


def rfc3339(moment: float) -> str:
    """Unix time in UTC, with milliseconds and Z."""
    text = datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def sentence(text: str) -> str:
    """`text` with the full stop that it may lack."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def span(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
