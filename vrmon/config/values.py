"""What a value in vrmon.toml may be, beside what any device's key may be: each with its words for people."""

from __future__ import annotations

import re
from string import Formatter

from vrmon.devices.keys import CONTROL, Value, as_line, as_text, wrong_type
from vrmon.model import ingest_id


def template(allowed: tuple[str, ...], needed: tuple[str, ...] = ()) -> Value:
    """A text with fields in braces: the allowed ones, plain; a doubled brace stands for itself."""

    def read(value: object) -> str:
        text = as_line(value)
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
    return Value(f"a text{must}, with no other fields than {_braces(allowed)}", read)


def _read_yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        wrong_type(value)
    return value


def _read_time_or_never(value: object) -> str:
    return "" if value == "" else _read_time_of_day(value)


def _braces(fields: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{field}}}" for field in fields)


def _read_tls(value: object) -> str:
    """A pin comes out as ``sha256:AB:CD:…``; what is no keyword and no pin is the path of a CA file."""
    text = as_line(value).strip()
    if not text.lower().startswith("sha256:"):
        return text
    digits = text[len("sha256:") :].replace(":", "").upper()
    if not re.fullmatch("[0-9A-F]{64}", digits):
        raise ValueError("is not a SHA-256 fingerprint: 32 bytes in hexadecimal are needed")
    return "sha256:" + ":".join(re.findall("..", digits))


def _read_ingest(value: object) -> str:
    """In the one spelling in which ingests are compared."""
    ingest = ingest_id(as_line(value))
    if not ingest:
        raise ValueError("is nothing but brackets")
    if " " in ingest:
        raise ValueError("holds a blank, which no ingestId has")
    return ingest


def _read_source(value: object) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= 9999:
            raise ValueError("is out of range")
        return value
    return as_line(value)


def _read_listen(value: object) -> str:
    text = as_text(value).strip()
    if not text:
        return ""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.-]+):([0-9]{1,5})", text)
    if not match:
        raise ValueError("is not HOST:PORT")
    if int(match[2]) > 65535:
        raise ValueError("has a port above 65535")
    return text


def _read_host_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        wrong_type(value)
    names = [one.strip().rstrip(".").lower() if isinstance(one, str) else "" for one in value]
    for name in names:
        if len(name) > 253 or not re.fullmatch(r"[0-9a-z_-]{1,63}(\.[0-9a-z_-]{1,63})*", name):
            raise ValueError("holds something that is not a host name")
    return tuple(names)


def _read_origins(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        wrong_type(value)
    origins = [one.strip().lower() if isinstance(one, str) else "" for one in value]
    for one in origins:
        if not re.fullmatch(r"https?://(\*\.)?([0-9a-z_.-]+|\[[0-9a-f:]+\])(:([0-9]{1,5}|\*))?", one):
            raise ValueError("holds something that is not an origin")
    return tuple(origins)


def _read_absolute_path(value: object) -> str:
    text = as_text(value)
    if not text.startswith("/") or CONTROL.search(text):
        raise ValueError("is not an absolute path")
    return text


def _read_socket(value: object) -> str:
    text = _read_absolute_path(value)
    # sun_path holds 108 bytes, the last of them NUL.
    if len(text.encode()) > 107:
        raise ValueError(f"has {len(text.encode())} bytes, more than a Unix socket's address can hold")
    return text


def _read_time_of_day(value: object) -> str:
    text = as_text(value).strip()
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("is not a time of day")
    return text


TLS = Value('"system", "insecure", "sha256:AB:CD:…" or the path of a CA file', _read_tls)
TIME_OR_NEVER = Value('"HH:MM" in local time, or "" for never', _read_time_or_never)
YES_OR_NO = Value("true or false", _read_yes_or_no)
NAME = Value("a text of at most 200 characters", lambda value: as_line(value).strip())
DEVICE_NAME = Value("the NAME of such a table", lambda value: as_line(value).strip())
INGEST = Value("the ingestId: 32 hexadecimal digits, however the primary spells them", _read_ingest)
SOURCE = Value("a unique_id, a display_name, or the index as an integer", _read_source)
LISTEN = Value('"HOST:PORT", or "" for no TCP', _read_listen)
HOST_NAMES = Value("an array of host names, without ports", _read_host_names)
ORIGINS = Value('an array of origins, such as ["https://wall.example.org"]', _read_origins)
SOCKET = Value("an absolute path of at most 107 bytes", _read_socket)
TIME_OF_DAY = Value('"HH:MM", 00:00 to 23:59', _read_time_of_day)
FILE = Value("the path of a file that only its owner can read", as_line)
LOG_FILE = Value(
    'an absolute path, or "" for none', lambda value: _read_absolute_path(value) if value != "" else ""
)
