"""A key of a table in vrmon.toml: what its value may be, its default and its meaning.

The configuration makes its tables of these, and a kind of device brings its own. No complaint repeats a
URL or a path's content: a password may stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

REQUIRED = object()
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Value:
    """`read` turns a raw TOML value into the checked one, or raises ValueError saying what is wrong."""

    expected: str
    read: Callable[[object], Any]


@dataclass(frozen=True)
class Key:
    """`default` is REQUIRED where there is none, None where leaving the key out has a meaning of its own."""

    name: str
    value: Value
    meaning: str
    default: object = REQUIRED


def seconds(low: float, high: float) -> Value:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            wrong_type(value)
        # Written so that nan, which compares false with everything, is refused as well.
        if not low <= value <= high:
            raise ValueError("is out of range")
        return float(value)

    return Value(f"a number of seconds, {low:g} to {high:g}", read)


def whole(low: int, high: int) -> Value:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            wrong_type(value)
        if not low <= value <= high:
            raise ValueError("is out of range")
        return value

    return Value(f"a whole number, {low} to {high}", read)


def one_of(*choices: str) -> Value:
    def read(value: object) -> str:
        chosen = as_text(value)
        if chosen not in choices:
            raise ValueError("is not known")
        return chosen

    quoted = [f'"{choice}"' for choice in choices]
    return Value(" or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))), read)


def url(example: str, *schemes: str) -> Value:
    """The address of a device that is spoken to by one of `schemes`."""

    def read(value: object) -> str:
        address = as_text(value).strip()
        if CONTROL.search(address) or " " in address or "\\" in address:
            raise ValueError("holds a blank, a backslash or a control character")
        try:
            parts = urlsplit(address)
            # urllib parses the port when it is asked for.
            if parts.port == 0 or parts.netloc.endswith(":"):
                raise ValueError
        except ValueError:
            raise ValueError("has a host or port that cannot be") from None
        if parts.scheme not in schemes:
            raise ValueError(f"does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        if "@" in parts.netloc:
            raise ValueError("names a user or a password; use password_file for a password")
        if not parts.hostname:
            raise ValueError("has no host")
        if "?" in address or "#" in address:
            raise ValueError("has a query or a fragment")
        return parts.geturl().rstrip("/")

    return Value(f'a URL such as "{example}", without user, query or fragment', read)


def wrong_type(value: object) -> NoReturn:
    names = {bool: "a boolean", str: "a text", dict: "a table", list: "an array"}
    number = "a number" if isinstance(value, int | float) else "a date or time"
    raise ValueError(f"is {names.get(type(value), number)}")


def as_text(value: object) -> str:
    if not isinstance(value, str):
        wrong_type(value)
    return value


def as_line(value: object) -> str:
    """A text that is not empty, not endless and safe to print."""
    text = as_text(value)
    if not text.strip():
        raise ValueError("is empty")
    if len(text) > 200:
        raise ValueError("is longer than 200 characters")
    if CONTROL.search(text):
        raise ValueError("holds a control character or a line break")
    return text


HTTP = url("https://10.1.83.21:4230", "http", "https")
