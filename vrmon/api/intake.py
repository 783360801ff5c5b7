"""What a client has sent and has not been looked at yet: one request at a time, and none without a bound."""

from __future__ import annotations

import re

_LONGEST_HEAD = 16 * 1024
_MOST_LINES = 100
_LONGEST_BODY = 96 * 1024  # a little more than the longest that is taken, so that it is told so
_LONGEST_REST = 64 * 1024  # of what nobody will look at
_PIECE = 4 * 1024
_AHEAD = 16 * 1024

_BLANK_LINE = re.compile(rb"\n\r?\n")


class Intake:
    """Bytes on their way from a client to the parser.

    A parser that gets all that has come makes requests of it all at once, and headers, trailers and pieces
    of a body without end: each byte can cost it a hundred. From here it gets no more than the rest of one
    head, or a piece of a body that somebody reads.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._before = b""  # the end of what was handed out of this head
        self._size = 0  # of the request that is being handed out
        self._lines = 0
        self._longest = _LONGEST_HEAD
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_ahead(self) -> bool:
        """More has come than need be read for now."""
        return len(self._waiting) > _AHEAD

    @property
    def is_too_much(self) -> bool:
        """No client with a reason to ask sends what this one has sent."""
        return self._size > self._longest or self._lines > _MOST_LINES

    def add(self, data: bytes) -> None:
        if self._closed:
            self._size += len(data)
        else:
            self._waiting += data

    def head(self) -> bytes:
        """The next of a request's head: up to its end, if that has come."""
        window = self._before + self._waiting[:_AHEAD]
        blank = _BLANK_LINE.search(window)
        piece = self._cut((len(window) if blank is None else blank.end()) - len(self._before))
        self._before = (self._before + piece)[-2:] if blank is None else b""
        self._lines += piece.count(b"\n")
        return piece

    def body(self) -> bytes:
        """The next of a request's body, and perhaps of what follows it."""
        return self._cut(_PIECE)

    def begun(self, *, has_body: bool = False) -> None:
        """The request that was handed out is being answered: the next, or its body, comes now."""
        self._size = self._lines = 0
        self._longest = _LONGEST_BODY if has_body else _LONGEST_HEAD

    def close(self) -> None:
        """Whatever still comes is not looked at."""
        self._closed = True
        self._size = len(self._waiting)
        self._longest = _LONGEST_REST
        self._waiting.clear()

    def _cut(self, end: int) -> bytes:
        piece = bytes(self._waiting[:end])
        del self._waiting[:end]
        self._size += len(piece)
        return piece
