"""Signs on an output that has no room for them: in ASCII, so that "?" keeps its meaning, which is unknown."""

from __future__ import annotations

import codecs

NAME = "ascii-signs"

SIGNS = {
    "●": "*",
    "▲": "!",
    "✖": "x",
    "○": "o",
    "◌": "~",
    "◐": "~",
    "◇": "+",
    "–": "-",
    "→": ">",
    "…": "...",
    "·": ".",
}


def register() -> None:
    """From now on a stream may have `errors=NAME`."""
    codecs.register_error(NAME, _stand_in)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(SIGNS.get(char, "?") for char in text), error.end
