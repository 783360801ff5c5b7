"""Serves one device on one port: HTTP or HTTPS, its delay, its faults, and its control address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from aiohttp import web

from vrmon.simulator.served import wire
from vrmon.simulator.served.cache import Cache
from vrmon.simulator.served.certificate import Certificate
from vrmon.simulator.served.encoding import encoded
from vrmon.simulator.served.exchange import NOT_FOUND, Answer, Arrival, Request
from vrmon.simulator.served.faults import LATE, Fault
from vrmon.simulator.served.listening_socket import ListeningSocket, end_orderly
from vrmon.simulator.served.port import BACKLOG, Port
from vrmon.simulator.served.remote import PREFIX, control
from vrmon.simulator.served.simulated_device import SimulatedDevice


class Server(Port):
    """Speaks HTTP, with a certificate HTTPS."""

    def __init__(
        self,
        device: SimulatedDevice,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(device, host, port)
        self._certificate = certificate
        self._protocols = web.Server(self._answer, access_log=None)
        self._at_work: set[asyncio.Task[Answer]] = set()
        self._cache = Cache()
        self._connection_numbers = count(1)
        self._connections: WeakKeyDictionary[asyncio.Transport, tuple[int, int]] = WeakKeyDictionary()
        if certificate is not None:
            self.fingerprint = certificate.fingerprint

    @property
    def scheme(self) -> str:
        return "https" if self._certificate else "http"

    async def _listen(self, sock: ListeningSocket) -> asyncio.Server:
        context = self._certificate.server_context() if self._certificate else None
        return await self.loop.create_server(self._protocols, sock=sock, ssl=context, backlog=BACKLOG)

    def _transports(self) -> list[asyncio.Transport | None]:
        return [connection.transport for connection in self._protocols.connections]

    async def _end(self) -> None:
        for task in self._at_work:
            task.cancel()
        await self._protocols.shutdown(timeout=0.1)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        at = time.monotonic()
        path = unquote(request.raw_path.partition("?")[0])
        if path.startswith(PREFIX):
            return wire.response(await control(self.device, request.method, path, await request.read()))
        body = await request.read()
        arrival = Arrival(at, request.method, path, body.decode(errors="replace"))
        arrival.connection, arrival.place = self._place(request)
        arrival.client = request.remote or ""
        self.device.note(arrival)
        fault = self.device.faults.striking(request.method, path, arrival.place)
        asked = _asked(request, body)
        right = NOT_FOUND
        if fault is not None and fault.kind in LATE:
            right = await asyncio.shield(self._apart(self._obey_late(fault, asked)))
        elif fault is None or fault.processed:
            right = self._cache.answer(
                request.raw_path, asked, self.device.switches, at, partial(self.device.answer, asked)
            )
        late = self.device.delay + (self.device.switches.list_takes if right.is_list else 0.0)
        if late:
            await asyncio.sleep(late)
        right = encoded(right, asked, self.device.switches)
        if fault is not None:
            with suppress(ConnectionError):
                return await wire.faulty_response(fault, request, right)
            return web.Response()
        arrival.answered = time.monotonic()
        self._close_when_idle(request, arrival.place)
        return wire.response(right)

    def _place(self, request: web.BaseRequest) -> tuple[int, int]:
        """Which connection a request came on, and which of its requests it is."""
        if request.transport is None:  # the client has gone already
            return 0, 0
        known = self._connections.get(request.transport)
        connection, place = known or (next(self._connection_numbers), 0)
        self._connections[request.transport] = connection, place + 1
        return connection, place + 1

    def _close_when_idle(self, request: web.BaseRequest, place: int) -> None:
        seconds, transport = self.device.switches.idle_closed_after, request.transport
        if seconds is None or transport is None:
            return

        def close() -> None:
            if self._connections.get(transport, (0, 0))[1] == place:
                end_orderly(transport.get_extra_info("socket"))

        self.loop.call_later(seconds, close)

    async def _obey_late(self, fault: Fault, asked: Request) -> Answer:
        due = time.monotonic() + fault.seconds
        while not fault.over and (left := due - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.02))
        return self.device.answer(asked)

    def _apart(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """A task that goes on when the client that waits for it has gone."""
        task = self.loop.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return task


def _asked(request: web.BaseRequest, body: bytes) -> Request:
    path = request.raw_path.partition("?")[0]
    segments = tuple(unquote(segment) for segment in path.split("/")[1:])
    return Request(request.method, segments, request.query, request.content_type, body, request.headers)
