"""What a value in [alarm] and [alarm.snmp] may be."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from vrmon.devices.keys import CONTROL, Value, as_text, seconds, wrong_type
from vrmon.settings import BySeverity, Quiet, Weekly

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_HOST = r"[0-9A-Za-z_.-]{1,253}|\[[0-9A-Fa-f:.]+(?:%[0-9A-Za-z]+)?\]"


def by_severity(low: float, high: float, default: BySeverity) -> Value:
    """A table of two numbers, of which either may be left out."""
    one = seconds(low, high)

    def read(value: object) -> BySeverity:
        if not isinstance(value, dict):
            wrong_type(value)
        unknown = [str(name) for name in value if name not in BySeverity.__dataclass_fields__]
        if unknown:
            raise ValueError(f"has the unknown key {unknown[0]!r}")
        return replace(default, **{name: one.read(given) for name, given in value.items()})

    return Value(f"critical and degraded, each {one.expected}", read)


def _minute(hours: str, minutes: str) -> int:
    return 60 * int(hours) + int(minutes)


def _read_quiet(value: object) -> Quiet | None:
    text = as_text(value).strip()
    if not text:
        return None
    match = re.fullmatch(f"{_TIME} ?[-–] ?{_TIME}", text)
    if not match:
        raise ValueError("is not a time of day, a dash and another")
    found = Quiet(_minute(match[1], match[2]), _minute(match[3], match[4]))
    if found.begins == found.ends:
        raise ValueError("begins when it ends")
    return found


def _read_weekly(value: object) -> Weekly | None:
    text = as_text(value).strip()
    if not text:
        return None
    match = re.fullmatch(f"({'|'.join(_DAYS)}) {_TIME}", text)
    if not match:
        raise ValueError("is not a day and a time")
    return Weekly(_DAYS.index(match[1]), _minute(match[2], match[3]))


def web_address(value: object) -> str:
    """An http or https URL. ValueError, which never quotes it: a token may stand in it."""
    text = as_text(value).strip()
    if CONTROL.search(text) or " " in text:
        raise ValueError("holds a blank or a control character")
    try:
        parts = urlsplit(text)
        is_well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_well = False
    if not is_well:
        raise ValueError("is not an http or https URL")
    if "@" in parts.netloc:
        raise ValueError("names a user or a password; an address with one belongs into urls_file")
    return text


def _read_webhook(value: object) -> str:
    return "" if value == "" else web_address(value)


def _read_targets(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        wrong_type(value)
    targets = [one.strip() if isinstance(one, str) else "" for one in value]
    for target in targets:
        match = re.fullmatch(rf"({_HOST})(?::([0-9]{{1,5}}))?", target)
        if not match or not 0 < int(match[2] or 162) <= 65535:
            raise ValueError("holds something that is not HOST or HOST:PORT")
    return tuple(targets)


def _read_user(value: object) -> str:
    text = as_text(value)
    if not re.fullmatch(r"[!-~]{0,32}", text) or '"' in text or "\\" in text:
        raise ValueError("holds more than 32 characters, or others than printable ones of ASCII")
    return text


def _read_engine(value: object) -> str:
    text = as_text(value).strip().lower().removeprefix("0x")
    if text and not re.fullmatch("(?:[0-9a-f]{2}){5,32}", text):
        raise ValueError("is not an engine ID")
    return text


WEBHOOK = Value('an http or https URL without a user, or "" for none', _read_webhook)
QUIET = Value('"HH:MM-HH:MM" in local time, or "" for never', _read_quiet)
WEEKLY = Value('a day and a time, such as "Mon 09:00", or "" for never', _read_weekly)
TARGETS = Value("an array of HOST or HOST:PORT", _read_targets)
USER = Value("a name of at most 32 characters of ASCII", _read_user)
ENGINE = Value('5 to 32 bytes in hexadecimal, or "" for one made of the host\'s name', _read_engine)
