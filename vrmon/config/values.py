"""What a value in vrmon.toml may be: one Kind for each sort of value, with its own words for people.

No complaint repeats a URL or a path's content: a password may stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any, NoReturn
from urllib.parse import urlsplit

from vrmon.model import ingest_id

UNFILLED = "FILL IN"
"""What `vrmon sources` prints where an ingest is wanted."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Kind:
    """`read` turns a raw TOML value into the checked one, or raises ValueError saying what is wrong."""

    expected: str
    read: Callable[[object], Any]


def seconds(low: float, high: float) -> Kind:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            _wrong_type(value)
        # Written so that nan, which compares false with everything, is refused as well.
        if not low <= value <= high:
            raise ValueError("is out of range")
        return float(value)

    return Kind(f"a number of seconds, {low:g} to {high:g}", read)


def one_of(*choices: str) -> Kind:
    def read(value: object) -> str:
        text = _text(value)
        if text not in choices:
            raise ValueError("is not known")
        return text

    return Kind(" or ".join((", ".join(f'"{choice}"' for choice in choices[:-1]), f'"{choices[-1]}"')), read)


def template(allowed: tuple[str, ...], needed: tuple[str, ...] = ()) -> Kind:
    """A text with fields in braces: the allowed ones, plain; a doubled brace stands for itself."""

    def read(value: object) -> str:
        text = _line(value)
        try:
            parts = list(Formatter().parse(text))
        except ValueError:
            raise ValueError("has an unpaired brace") from None
        used = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
        for name, spec, conversion in used:
            if name not in allowed:
                raise ValueError(f"names the unknown field {{{name}}}")
            if spec or conversion:
                raise ValueError(f"formats {{{name}}}, which must stand alone in its braces")
        missing = [field for field in needed if field not in {name for name, _, _ in used}]
        if missing:
            raise ValueError(f"lacks {_braces(missing)}")
        return text

    must = f" that contains {_braces(needed)}" if needed else ""
    return Kind(f"a text{must}, with no other fields than {_braces(allowed)}", read)


def _braces(fields: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{field}}}" for field in fields)


def _wrong_type(value: object) -> NoReturn:
    names = {bool: "a boolean", str: "a text", dict: "a table", list: "an array"}
    number = "a number" if isinstance(value, int | float) else "a date or time"
    raise ValueError(f"is {names.get(type(value), number)}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        _wrong_type(value)
    return value


def _line(value: object) -> str:
    """A text that is not empty, not endless and safe to print."""
    text = _text(value)
    if not text.strip():
        raise ValueError("is empty")
    if len(text) > 200:
        raise ValueError("is longer than 200 characters")
    if CONTROL.search(text):
        raise ValueError("holds a control character or a line break")
    return text


def _read_url(value: object) -> str:
    text = _text(value).strip()
    if CONTROL.search(text) or " " in text or "\\" in text:
        raise ValueError("holds a blank, a backslash or a control character")
    try:
        parts = urlsplit(text)
        # urllib parses the port when it is asked for.
        if parts.port == 0 or parts.netloc.endswith(":"):
            raise ValueError
    except ValueError:
        raise ValueError("has a host or port that cannot be") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("does not begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("names a user or a password; use password_file for a password")
    if not parts.hostname:
        raise ValueError("has no host")
    if "?" in text or "#" in text:
        raise ValueError("has a query or a fragment")
    return parts.geturl().rstrip("/")


def _read_tls(value: object) -> str:
    """A pin comes out as ``sha256:AB:CD:…``; what is no keyword and no pin is the path of a CA file."""
    text = _line(value).strip()
    if not text.lower().startswith("sha256:"):
        return text
    digits = text[len("sha256:") :].replace(":", "").upper()
    if not re.fullmatch("[0-9A-F]{64}", digits):
        raise ValueError("is not a SHA-256 fingerprint: 32 bytes in hexadecimal are needed")
    return "sha256:" + ":".join(re.findall("..", digits))


def _read_ingest(value: object) -> str:
    """In the one spelling in which ingests are compared; any id that a primary may have."""
    ingest = ingest_id(_line(value))
    if ingest in ("", UNFILLED):
        raise ValueError("is not filled in")
    return ingest


def _read_source(value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= 9999:
            raise ValueError("is out of range")
        return value
    return _line(value)


def _read_listen(value: object) -> str:
    text = _text(value).strip()
    if not text:
        return ""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.-]+):([0-9]{1,5})", text)
    if not match:
        raise ValueError("is not HOST:PORT")
    if int(match[2]) > 65535:
        raise ValueError("has a port above 65535")
    return text


def _read_absolute_path(value: object) -> str:
    text = _text(value)
    if not text.startswith("/") or CONTROL.search(text):
        raise ValueError("is not an absolute path")
    return text


def _read_socket(value: object) -> str:
    text = _read_absolute_path(value)
    # sun_path holds 108 bytes, the last of them NUL.
    if len(text.encode()) > 107:
        raise ValueError(f"has {len(text.encode())} bytes, more than a Unix socket's address can hold")
    return text


URL = Kind('a URL such as "https://10.1.83.21:4230", without user, query or fragment', _read_url)
TLS = Kind('"system", "insecure", "sha256:AB:CD:…" or the path of a CA file', _read_tls)
NAME = Kind("a text of at most 200 characters", lambda value: _line(value).strip())
DEVICE_NAME = Kind("the NAME of such a table", lambda value: _line(value).strip())
INGEST = Kind("the ingestId: 32 hexadecimal digits, however PlayBox spells them", _read_ingest)
SOURCE = Kind("a unique_id, a display_name, or the index as an integer", _read_source)
LISTEN = Kind('"HOST:PORT", or "" for no TCP', _read_listen)
SOCKET = Kind("an absolute path of at most 107 bytes", _read_socket)
FILE = Kind("the path of a file that only its owner can read", _line)
LOG_FILE = Kind(
    'an absolute path, or "" for none', lambda value: _read_absolute_path(value) if value != "" else ""
)
