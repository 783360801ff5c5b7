"""Keeping a device's password out of every text."""

from __future__ import annotations

import html
import json
import re

_QUOTES = "'\""


def _spellings(char: str) -> str:
    """A pattern for `char` as itself, percent-encoded (also twice), or escaped as in JSON, Python or HTML."""
    percent = "".join(f"%(?:25)*{byte:02X}" for byte in char.encode("utf-8", "replace"))
    reference = f"&#0*{ord(char)};|&#x0*{ord(char):X};"
    escaped = {json.dumps(char)[1:-1], repr(char)[1:-1], ascii(char)[1:-1], html.escape(char)}
    if char in _QUOTES:
        escaped.add(f"\\{char}")  # Python's `repr` escapes a quote only beside one of the other kind
    if char == " ":
        escaped.add("+")
    return f"(?:{'|'.join([percent, reference, *map(re.escape, sorted(escaped - {char})), re.escape(char)])})"


class Scrubber:
    """Replaces a password by three stars, however it is spelled, in whatever case."""

    def __init__(self, password: str) -> None:
        self._pattern = re.compile("".join(map(_spellings, password)), re.IGNORECASE) if password else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub("***", text) if self._pattern else text


def one_line(text: str, limit: int = 200) -> str:
    """`text` fit for a log line: printable, encodable, without line breaks, at most `limit` characters."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
