"""Channels and other things by the names that people type."""

from __future__ import annotations

from vrmon.cli.lenient import parts, text
from vrmon.cli.vrmond import Document
from vrmon.errors import ControlError
from vrmon.text import known


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
