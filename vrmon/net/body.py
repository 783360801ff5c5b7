"""The whole of an answer: its announced length reached, its compression undone, within a size."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from http.client import IncompleteRead
from typing import Any, NamedTuple

from vrmon.net.sockets import TooLong

_CHARSET = re.compile(r'charset\s*=\s*"?([\w.:-]+)', re.ASCII | re.IGNORECASE)
_NONE = {"", "identity", "none", "utf-8", "utf8"}
"""What servers write that compress nothing; some take it for a place for the charset."""
_AGE = re.compile("[0-9]{1,9}")


class Garbled(ValueError):
    """The body is compressed in a way that cannot be undone."""


class Answer(NamedTuple):
    """A whole answer. What it means is for the caller to say.

    `charset`: that its Content-Type names. `target`: where it redirects to. `age`: for how many seconds a
    cache in between had kept it.
    """

    status: int
    content: bytes
    charset: str = ""
    target: str = ""
    age: int = 0


def whole(response: Any, limit: int) -> Answer:
    """What a `requests` response holds that was not read yet, of at most `limit` bytes."""
    headers: Mapping[str, str] = response.headers
    content = _decoded(_read(response.raw), headers.get("Content-Encoding", ""), limit)
    charset = _CHARSET.search(headers.get("Content-Type", ""))
    ages = [int(age) for age in _AGE.findall(headers.get("Age", ""))]
    return Answer(
        response.status_code,
        content,
        charset[1] if charset else "",
        headers.get("Location", ""),
        max(ages, default=0),
    )


def _read(raw: Any) -> bytes:
    """The body of a urllib3 response, its announced length reached: not every release sees to that."""
    pieces: list[bytes] = []
    try:
        # In pieces: a read of the whole would set aside whatever size the device announces.
        while piece := raw.read(65536, decode_content=False):
            pieces.append(piece)
        if raw.length_remaining:
            raise IncompleteRead(b"", raw.length_remaining)
        return b"".join(pieces)
    finally:
        pieces.clear()  # an error holds this frame, and may be there until the next garbage collection


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """Identity is what is asked for; some servers, and what stands in between, compress nevertheless."""
    encoding = encoding.strip().lower()
    if encoding in _NONE or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Garbled(encoding)
    try:
        return _inflated(body, 47, limit)  # with zlib's or gzip's head
    except zlib.error:
        if encoding != "deflate":
            raise Garbled(encoding) from None
    try:
        return _inflated(body, -15, limit)
    except zlib.error:
        raise Garbled(encoding) from None


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    unzip = zlib.decompressobj(window)
    content = unzip.decompress(body, limit + 1)
    if len(content) > limit:
        raise TooLong
    if not unzip.eof:
        raise Garbled("cut")
    return content
