"""Channels and other things by the names that people type."""

from __future__ import annotations

from collections.abc import Iterable

from vrmon.cli.lenient import clean, exact, parts
from vrmon.cli.vrmond import Document
from vrmon.errors import ControlError
from vrmon.text import known


def names_in(status: Document) -> list[str]:
    """Of all channels, as they are: vrmond knows them by no other, and a terminal may not."""
    return [exact(one, "name") for one in parts(status, "channels")]


def exactly(name: str, status: Document) -> str:
    """The channel's name; ControlError, with the one that may be meant, where there is no such channel."""
    names = names_in(status)
    if name not in names:
        raise ControlError(
            f"Cannot find channel {name!r}: vrmon.toml has none of that name. {there_are(name, names)}"
        )
    return name


def there_are(name: str, names: Iterable[str]) -> str:
    """What may be meant by a wrong name, and which there are, fit for a terminal."""
    there = list(names)
    return known(name, there, map(clean, there))
