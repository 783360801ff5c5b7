"""Channels and other things by the names that people type."""

from __future__ import annotations

from collections.abc import Iterable

from vrmon.cli.lenient import parts, text
from vrmon.cli.parser import nearest
from vrmon.cli.vrmond import Document
from vrmon.errors import ControlError


def names_in(status: Document) -> list[str]:
    """Of all channels."""
    return [text(one, "name") for one in parts(status, "channels")]


def exactly(name: str, status: Document) -> str:
    """The channel's name; ControlError, with the one that may be meant, where there is no such channel."""
    names = names_in(status)
    if name not in names:
        raise ControlError(
            f"Cannot find channel {name!r}: vrmon.toml has none of that name. {known(name, names)}"
        )
    return name


def known(name: str, names: Iterable[str], shown: Iterable[str] | None = None) -> str:
    """What may be meant by a wrong name, and which there are, or are to be `shown`."""
    there = list(names)
    near = nearest(name, there)
    guess = "" if near is None else f"Did you mean {near!r}? "
    return f"{guess}There are: {', '.join(there if shown is None else shown) or 'none'}."
