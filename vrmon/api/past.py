"""What is read from the history. Whoever asks over TCP waits for all who asked there before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from vrmon.api.answers import JSON, bytes_answer
from vrmon.api.backend import Backend, Page
from vrmon.api.peer import over_unix
from vrmon.errors import HistoryError
from vrmon.text import unix_time

_USUAL, _MOST = 100, 500  # items of a page
_WAITING = 8  # strangers
_REPORT = ("from", "to", "day", "channel")
_REST = 4.0  # times as long as the question before took


class Gate:
    """Strangers' questions one at a time, with a rest between two: most of the time is for others."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._rested = float("-inf")
        self._waiting = 0

    async def through(self, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """A question that is being answered goes on although nobody wants to know any more."""
        if self._waiting >= _WAITING:
            raise HistoryError("Cannot read the history: too many ask. Ask again.")
        self._waiting += 1
        return await asyncio.shield(asyncio.ensure_future(self._in_turn(ask)))

    async def _in_turn(self, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            async with self._one:
                await asyncio.sleep(max(0.0, self._rested - time.monotonic()))
                began = time.monotonic()
                try:
                    return await ask()
                finally:
                    ended = time.monotonic()
                    self._rested = ended + _REST * (ended - began)
        finally:
            self._waiting -= 1


class Past:
    """Handlers of the history's addresses."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._gate = Gate()

    async def history(self, request: web.Request) -> web.Response:
        query = request.query
        page = Page(
            query.get("kind", "event"),
            moment(request, "from"),
            moment(request, "to"),
            query.get("channel", ""),
            query.get("after", ""),
            _limit(query.get("limit", "")),
        )
        return await self._answer(request, lambda: self._backend.history(page))

    async def report(self, request: web.Request) -> web.Response:
        query = {key: request.query[key] for key in _REPORT if key in request.query}
        return await self._answer(request, lambda: self._backend.report(query))

    async def _answer(self, request: web.Request, ask: Callable[[], Awaitable[bytes]]) -> web.Response:
        body = await (ask() if over_unix(request) else self._gate.through(ask))
        return bytes_answer(body, JSON)


def moment(request: web.Request, key: str) -> float | None:
    """Of RFC 3339, in Unix time; without an offset it is local time. HTTPBadRequest where it is none."""
    text = request.query.get(key, "")
    try:
        return unix_time(text) if text else None
    except (ValueError, OverflowError, OSError):
        told = f"Cannot read the request: {key} is not a time such as 2026-11-26T06:00:00Z."
        raise web.HTTPBadRequest(text=told) from None


def _limit(text: str) -> int:
    if not text:
        return _USUAL
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= _MOST):
        raise web.HTTPBadRequest(text=f"Cannot read the request: limit is a whole number, 1 to {_MOST}.")
    return int(text)
