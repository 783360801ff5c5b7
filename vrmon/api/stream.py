"""Server-sent events: the whole status document, written once, handed to every watcher.

No watcher has a task that runs per document, and none can hold up another: one whose last document is
still on its way is passed over, and dropped when it takes nothing for too long. What it has not taken yet
is no copy of its own, but for a piece.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from aiohttp import HttpVersion11, web

from vrmon.api.connection import Connection
from vrmon.api.rendering import SHORTEST_PAUSE, Rendering, Told

LONGEST_PAUSE = 2.0
_PIECE = 64 * 1024
# A reverse proxy that collected the stream would make it anything but live.
_HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}


@dataclass(eq=False)
class _Watcher:
    transport: asyncio.Transport
    chunked: bool
    gone: asyncio.Future[None]
    took: float  # when it was last seen with nothing left to take
    rest: memoryview  # of the last document, which it has not been given yet

    def end(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


@dataclass(frozen=True)
class _Frame:
    plain: bytes
    chunk: bytes
    made: float


class Hub:
    """Publishes `document`: soon after `changed`, and at least every two seconds.

    A watcher that takes nothing for `patience` seconds is dropped.
    """

    def __init__(self, document: Rendering[Told], patience: float) -> None:
        self._document = document
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._watchers: set[_Watcher] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._number = 0
        self._frame = _Frame(b"", b"", float("-inf"))

    @property
    def watchers(self) -> int:
        return len(self._watchers)

    def changed(self) -> None:
        """Coalesced: two documents are never less than half a second apart."""
        if self._watchers:
            self._publish_at(self._frame.made + SHORTEST_PAUSE)

    def close(self) -> None:
        """Ends every stream."""
        if self._timer is not None:
            self._timer.cancel()
        for watcher in self._watchers:
            watcher.end()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answers GET /events: returns when the watcher has gone."""
        if request.method == "HEAD":  # as a stream, it would end in a chunk that nobody asked for
            return web.Response(headers=_HEADERS)
        now = self._loop.time()
        if now - self._frame.made > SHORTEST_PAUSE:
            self._frame = self._make_frame(now)
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        transport = request.transport
        if not isinstance(transport, asyncio.Transport):
            return response
        watcher = _Watcher(
            transport, request.version >= HttpVersion11, self._loop.create_future(), now, memoryview(b"")
        )
        if isinstance(request.protocol, Connection):
            request.protocol.becomes_stream(partial(self._go_on, watcher))
        self._hand(watcher, now)
        self._watchers.add(watcher)
        self._publish_at(self._frame.made + LONGEST_PAUSE)
        try:
            await watcher.gone
        finally:
            self._watchers.discard(watcher)
        return response

    def _publish_at(self, when: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._publish)

    def _publish(self) -> None:
        self._timer = None
        if not self._watchers:
            return
        now = self._loop.time()
        self._publish_at(now + LONGEST_PAUSE)
        self._frame = self._make_frame(now)
        for watcher in self._watchers:
            self._hand(watcher, now)

    def _make_frame(self, now: float) -> _Frame:
        self._number += 1
        plain = b"event: status\nid: %d\ndata: %s\n\n" % (self._number, self._document.get(fresh=True).whole)
        return _Frame(plain, b"%x\r\n%s\r\n" % (len(plain), plain), now)

    def _hand(self, watcher: _Watcher, now: float) -> None:
        transport = watcher.transport
        if transport.is_closing():
            watcher.end()
        elif not watcher.rest and transport.get_write_buffer_size() == 0:
            watcher.took = now
            watcher.rest = memoryview(self._frame.chunk if watcher.chunked else self._frame.plain)
            self._go_on(watcher)
        elif now - watcher.took > self._patience:
            transport.abort()
            watcher.end()

    def _go_on(self, watcher: _Watcher) -> None:
        """Past aiohttp's writer on purpose: it would frame and copy once for each watcher."""
        while watcher.rest and watcher.transport.get_write_buffer_size() == 0:
            watcher.transport.write(watcher.rest[:_PIECE])
            watcher.rest = watcher.rest[_PIECE:]
