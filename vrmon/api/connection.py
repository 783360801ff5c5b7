"""One connection: bounded in number and in time, and quiet about what went wrong inside."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from vrmon.api.answers import Handler, error_answer

_log = logging.getLogger(__name__)

_STREAMS = frozenset({"/events"})
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(web.RequestHandler):
    """aiohttp's connection with a deadline, and with errors that show neither versions nor code."""

    def __init__(self, server: web.Server, door: Door) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # None is what turns it off
            logger=_log,
            keepalive_timeout=door.patience / 2,
            lingering_time=2.0,
            auto_decompress=False,
        )
        self.waiting_for_first = True
        self._door = door
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._disarm()
        self._door.leave()
        super().connection_lost(exc)

    def request_came(self, path: str) -> None:
        """Starts the time over; an event stream looks after its own."""
        self.waiting_for_first = False
        self._disarm()
        if path not in _STREAMS:
            self._arm()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A request that is not HTTP (400); what goes wrong in a handler is answered elsewhere."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        _log.debug("Refused a malformed request", extra={"REASON": message or repr(exc)})
        answer = error_answer(status, "Cannot understand the request: it is not proper HTTP.")
        answer.headers["Server"] = "vrmon"
        answer.force_close()
        return answer

    def _arm(self) -> None:
        self._deadline = asyncio.get_running_loop().call_later(self._door.patience, self._drop)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _drop(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


@web.middleware
async def keep_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tells the connection that its client is alive."""
    if isinstance(request.protocol, Connection):
        request.protocol.request_came(request.path)
    return await handler(request)


class Door:
    """Lets at most `limit` connections of one listener in: device threads need descriptors too.

    One that brings no new request for `patience` seconds is dropped, whatever it is in the middle of:
    a head or a body that never ends, an answer that nobody takes, or nothing at all.
    """

    def __init__(self, server: web.Server, limit: int, patience: float) -> None:
        self.patience = patience
        self._server = server
        self._limit = limit
        self._inside = 0
        self._full = False

    def __call__(self) -> asyncio.Protocol:
        if self._inside < self._limit:
            self._inside += 1
            return Connection(self._server, self)
        if not self._full:
            self._full = True
            _log.warning("Refusing connections: too many are open", extra={"LIMIT": self._limit})
        return _Refusal()

    def leave(self) -> None:
        """One that was let in has gone."""
        self._inside -= 1
        if self._full and self._inside <= self._limit // 2:
            self._full = False
            _log.warning("Accepting connections again", extra={"LIMIT": self._limit})


class _Refusal(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(_REFUSAL)
        transport.close()
