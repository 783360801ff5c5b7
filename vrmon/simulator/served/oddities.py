"""One entry of a list, told oddly beside good ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from vrmon.simulator.served.encoding import INVALID_BYTE

HALF_A_SURROGATE = "\ud83d"

Odd = Literal["well", "twice", "null", "text", "half a surrogate", "an invalid byte"]
Entry = Mapping[str, Any]
_ABSENT = object()


def told(entry: Entry, how: str, text: str) -> list[Any]:
    """What stands in the list in place of `entry`.

    `how` is one of Odd (the last two at the end of what stands under the key `text`), "KEY absent", or
    "KEY VALUE" with one of VALUES.
    """
    if how in WHOLE:
        return [entry] * 2 if how == "twice" else [WHOLE[how] if how != "well" else entry]
    if how in ENDS:
        return [{**entry, text: f"{entry.get(text) or ''}{ENDS[how]}"}]
    key, _, value = how.rpartition(" ")
    if value == "absent":
        return [{name: said for name, said in entry.items() if name != key}]
    return [{**entry, key: VALUES[value]}]


WHOLE: dict[str, Any] = {"well": _ABSENT, "twice": _ABSENT, "null": None, "text": "busy"}
ENDS = {"half a surrogate": HALF_A_SURROGATE, "an invalid byte": INVALID_BYTE}
VALUES: dict[str, Any] = {
    "null": None,
    "number": 7,
    "float": 7.5,
    "text": "busy",
    "empty": "",
    "list": [],
    "object": {},
}
