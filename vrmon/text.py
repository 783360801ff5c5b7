"""Times and sentences as people and programs read them, names as disks hold them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

_UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # categories of characters that no name should have


class Word(str, Enum):
    """A word that programs read as well: a member is its text, wherever it is written or compared."""

    __str__ = str.__str__


@lru_cache(maxsize=8192)  # most of a document's times are those of the one before
def rfc3339(moment: float) -> str:
    """Unix time in UTC, with milliseconds and Z."""
    text = datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def read_rfc3339(text: str) -> datetime | None:
    """None for what is none, or has no offset."""
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo is not None else None


def unix_time(text: str) -> float:
    """Of a query's RFC 3339; without an offset it is local time. ValueError, OverflowError, OSError."""
    if "T" in text:
        text = text.replace(" ", "+")  # what a plus becomes that nobody has escaped
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def sentence(text: str) -> str:
    """`text` with the full stop that it may lack."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def few(texts: Sequence[str], between: str = ", ", most: int = 3) -> str:
    """The first of them, and how many more there are."""
    more = len(texts) - most
    return between.join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def span(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def file_name(text: str, forbidden: str, longest: int) -> str:
    """`text` as the name of a file of at most `longest` bytes: what it cannot hold becomes "_".

    Dots at the beginning would hide the file.
    """
    kept = "".join("_" if c in forbidden or unicodedata.category(c) in _UNFIT else c for c in text).strip()
    seen = kept.lstrip(".")
    return cut("_" * (len(kept) - len(seen)) + seen, longest)


def cut(text: str, longest: int) -> str:
    """At most `longest` bytes of it in UTF-8, cut between characters."""
    return text.encode()[: max(longest, 0)].decode(errors="ignore").strip()


class Ago(NamedTuple):
    """A time that has gone by since `moment` (monotonic), to be told as long as it is when it is read."""

    moment: float

    def at(self, now: float) -> str:
        return span(now - self.moment)


class Left(NamedTuple):
    """A time that is left until `moment` (monotonic)."""

    moment: float

    def at(self, now: float) -> str:
        return span(self.moment - now)


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Of what is known the most like `text`, whatever the case."""
    import difflib  # noqa: PLC0415 - costs a start, and is wanted where somebody has mistyped

    folded = {one.casefold(): one for one in reversed([*known])}
    near = difflib.get_close_matches(text.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def known(name: str, names: Iterable[str], shown: Iterable[str] | None = None) -> str:
    """What may be meant by a wrong name, and which there are, or are to be `shown`."""
    there = list(names)
    near = nearest(name, there)
    guess = "" if near is None else f"Did you mean {near!r}? "
    return f"{guess}There are: {', '.join(there if shown is None else shown) or 'none'}."
