"""The unknowns of wire-facts.md, one switch each: which of the possible answers a device gives.

A kind of device declares its own as a subclass of Switches; those here are of every kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def switch(usual: T, meaning: str) -> T:
    """A field of Switches: its usual position, and what it does, in a line for people."""
    position: T = field(default=usual, metadata={"meaning": meaning})
    return position


@dataclass(frozen=True)
class Switches:
    """Times are seconds."""

    list_takes: float = switch(
        0.0, "how late a list arrives, told as it was when it was asked for; commands are as quick as ever"
    )
    charset: Literal["escaped", "utf-8", "iso-8859-1", "windows-1251", "utf-16"] = switch(
        "escaped", "the charset of JSON, named in its Content-Type; escaped: ASCII, the rest as \\u1234"
    )
    idle_closed_after: float | None = switch(
        None, "a kept connection on which nothing was asked for so long is closed; null: after 75 s"
    )
    compressed: Literal["never", "when asked", "always"] = switch(
        "never", "answers are gzip; always: although identity was asked for"
    )
    cache: Literal["none", "obedient", "deaf"] = switch(
        "none", "a cache in between answers for the lists, with Age; deaf: even where Cache-Control: no-store"
    )
    cache_seconds: float = switch(5.0, "how long the cache keeps a list")


class Described(NamedTuple):
    """A switch as people read of it."""

    name: str
    positions: str
    usual: object
    meaning: str


COMMON = {one.name for one in fields(Switches)}
S = TypeVar("S", bound=Switches)


def switched(switches: S, changes: Mapping[str, Any]) -> S:
    """`switches` with `changes`; ValueError names what is unknown or not a position of its switch."""
    types = get_type_hints(type(switches))
    for name, position in changes.items():
        if name not in types:
            raise ValueError(f"Cannot switch {name!r}: unknown. Known are {', '.join(types)}.")
        if not _is_position(types[name], position):
            raise ValueError(f"Cannot switch {name} to {position!r}: not one of {_positions(types[name])}.")
    return replace(switches, **changes)


def switched_in_part(switches: S, changes: Mapping[str, Any]) -> S:
    """As `switched`, for a part of a device: it has not the switches of every kind."""
    for name in changes:
        if name in COMMON:
            raise ValueError(f"Cannot switch {name} for a part: it is the whole device's.")
    return switched(switches, changes)


def described(kind: type[Switches]) -> list[Described]:
    """Every switch of a kind, those of every kind last."""
    types = get_type_hints(kind)
    declared = sorted(fields(kind), key=lambda one: one.name in COMMON)
    return [
        Described(one.name, _positions(types[one.name]), one.default, one.metadata["meaning"])
        for one in declared
    ]


def _is_position(kind: Any, position: object) -> bool:
    if get_origin(kind) is Literal:
        return any(position == known and type(position) is type(known) for known in get_args(kind))
    if kind is bool:
        return isinstance(position, bool)
    if position is None:
        return type(None) in get_args(kind)
    return isinstance(position, int | float) and not isinstance(position, bool) and position >= 0


def _positions(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(json.dumps(position) for position in get_args(kind))
    if kind is bool:
        return "true, false"
    return "seconds, null" if type(None) in get_args(kind) else "seconds"
