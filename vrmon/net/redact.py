"""Keeping a device's password out of every text."""

from __future__ import annotations

import html
import json
import re

_QUOTES = "'\""


def _spellings(char: str) -> str:
    """A pattern for `char` as itself, percent-encoded (also twice), or escaped as in JSON, Python or HTML."""
    percent = "".join(f"%(?:25){{0,4}}{byte:02X}" for byte in char.encode("utf-8", "replace"))
    reference = f"&#0{{0,8}}{ord(char)};|&#x0{{0,8}}{ord(char):X};"
    escaped = {json.dumps(char)[1:-1], repr(char)[1:-1], ascii(char)[1:-1], html.escape(char)}
    if char in _QUOTES:
        escaped.add(f"\\{char}")  # Python's `repr` escapes a quote only beside one of the other kind
    if char == " ":
        escaped.add("+")
    return f"(?:{'|'.join([percent, reference, *map(re.escape, sorted(escaped - {char})), re.escape(char)])})"


_LONGEST = 48  # characters of one character's longest spelling


class Scrubber:
    """Replaces a password by three stars, however it is spelled, in whatever case."""

    def __init__(self, password: str) -> None:
        self._pattern = re.compile("".join(map(_spellings, password)), re.IGNORECASE) if password else None
        self._longest = _LONGEST * len(password)

    def __call__(self, text: str, most: int | None = None) -> str:
        """The first `most` characters of `text` or all of it; a password that begins in them goes whole."""
        end = len(text) if most is None else min(most, len(text))
        if self._pattern is None:
            return text[:end]
        kept, at = [], 0
        for match in self._pattern.finditer(text, 0, end + self._longest):
            if match.start() >= end:
                break
            kept += [text[at : match.start()], "***"]
            at = match.end()
        return "".join([*kept, text[at:end]])


def one_line(text: str, limit: int = 200) -> str:
    """`text` fit for a log line: printable, encodable, without line breaks, at most `limit` characters."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
