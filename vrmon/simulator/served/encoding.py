"""An answer as it goes onto the wire: its JSON in a charset, and compressed or not."""

from __future__ import annotations

import codecs
import gzip
import json
from dataclasses import replace

from vrmon.simulator.served.exchange import Answer, Request
from vrmon.simulator.served.switches import Switches

INVALID_BYTE = "\udcff"
"""In a text of an answer: a byte there that belongs to no charset."""


_JSON = json.JSONEncoder(ensure_ascii=False)


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """What a charset does not hold is written as JSON's \\u1234."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    if text == INVALID_BYTE:
        return b"\xff", error.end
    return "".join(json.dumps(letter)[1:-1] for letter in text.replace(INVALID_BYTE, "?")), error.end


codecs.register_error("vrmon-json", _escaped)


def as_bytes(answer: Answer, charset: str = "ascii") -> bytes:
    """The body; anything but bytes is written as JSON."""
    if isinstance(answer.body, bytes):
        return answer.body
    return _JSON.encode(answer.body).encode(charset, "vrmon-json")


def encoded(answer: Answer, request: Request, switches: Switches) -> Answer:
    """The answer as the switches want it on the wire, its body bytes."""
    escaped = switches.charset == "escaped"
    body = as_bytes(answer, "ascii" if escaped else switches.charset)
    content_type = answer.content_type
    if not escaped and not isinstance(answer.body, bytes):
        content_type = f"{content_type}; charset={switches.charset}"
    headers = dict(answer.headers)
    asked = "gzip" in request.headers.get("Accept-Encoding", "")
    if switches.compressed == "always" or (switches.compressed == "when asked" and asked):
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
    return replace(answer, body=body, content_type=content_type, headers=headers)
