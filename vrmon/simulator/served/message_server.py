"""Serves one device that speaks obs-websocket: its greeting, its password, its batches, its faults.

What is no WebSocket is HTTP: so it has a control address, as those that speak HTTP alone.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from aiohttp import WSMsgType, web

from vrmon.simulator.served.exchange import Arrival
from vrmon.simulator.served.faults import LATE, Fault
from vrmon.simulator.served.http_server import Server
from vrmon.simulator.served.spoken import spoil

HELLO, IDENTIFY, IDENTIFIED, REQUEST, RESPONSE, BATCH, RESULTS = 0, 1, 2, 6, 7, 8, 9
NOT_IDENTIFIED, WRONG_PASSWORD = 4007, 4009
DONE, REFUSED = 100, 205

Data = dict[str, Any]


@runtime_checkable
class Conversant(Protocol):
    """What a device must know to be served so."""

    def hello(self) -> Data: ...

    def welcomes(self, identify: Data) -> bool:
        """Whether a client that says this of itself may go on."""

    def request(self, kind: str, data: Data) -> tuple[int, str, Data]:
        """Code, comment and answer of one request."""


class MessageServer(Server):
    @property
    def scheme(self) -> str:
        return "ws"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return await super()._answer(request)
        device: Any = self.device
        socket = web.WebSocketResponse(autoping=True, heartbeat=None, compress=False)
        await socket.prepare(request)
        connection, _ = self._place(request)
        with suppress(ConnectionError):
            await _say(socket, HELLO, device.hello())
            is_known = False
            async for message in socket:
                if message.type != WSMsgType.TEXT:
                    continue
                told = json.loads(message.data)
                if told["op"] == IDENTIFY:
                    if not device.welcomes(told["d"]):
                        await socket.close(code=WRONG_PASSWORD, message=b"Authentication failed.")
                        break
                    is_known = True
                    await _say(socket, IDENTIFIED, {"negotiatedRpcVersion": 1})
                elif not is_known:
                    await socket.close(code=NOT_IDENTIFIED)
                    break
                else:
                    await self._converse(socket, request, told, connection)
        return socket

    async def _converse(
        self, socket: web.WebSocketResponse, request: web.BaseRequest, told: Data, connection: int
    ) -> None:
        asked = told["d"]
        requests = asked["requests"] if told["op"] == BATCH else [asked]
        results, striking = [], None
        for one in requests:
            result, fault = await self._result(one, connection)
            results.append(result)
            striking = striking or fault
            if asked.get("haltOnFailure") and not result["requestStatus"]["result"]:
                break
        if told["op"] == BATCH:
            operation, data = RESULTS, {"requestId": asked["requestId"], "results": results}
        else:
            operation, data = RESPONSE, {"requestId": asked["requestId"], **results[0]}
        if self.device.delay:
            await asyncio.sleep(self.device.delay)
        if striking is None or striking.kind in LATE:
            await _say(socket, operation, data)
        elif request.transport is not None:
            await spoil(
                striking, request.transport, _frame(json.dumps({"op": operation, "d": data}).encode())
            )

    async def _result(self, one: Data, connection: int) -> tuple[Data, Fault | None]:
        """Of one request, and the fault that spoils the whole answer, if one does."""
        kind, data = str(one["requestType"]), one.get("requestData") or {}
        arrival = Arrival(time.monotonic(), "", kind, json.dumps(data), connection=connection)
        self.device.note(arrival)
        fault = self.device.faults.striking("", kind, 1)
        if fault is not None and fault.kind == "error":
            comment = fault.body if isinstance(fault.body, str) else ""
            return _told(kind, fault.status or REFUSED, comment, {}), None
        if fault is not None and fault.kind in LATE:
            await self._hold(fault)
        if fault is not None and not fault.processed and fault.kind not in LATE:
            return _told(kind, DONE, "", {}), fault
        device: Any = self.device
        return _told(kind, *device.request(kind, data)), fault

    async def _hold(self, fault: Fault) -> None:
        due = time.monotonic() + fault.seconds
        while not fault.over and (left := due - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.02))


def _told(kind: str, code: int, comment: str, data: Data) -> Data:
    status: Data = {"result": code == DONE, "code": code}
    if comment:
        status["comment"] = comment
    told: Data = {"requestType": kind, "requestStatus": status}
    return {**told, "responseData": data} if data else told


async def _say(socket: web.WebSocketResponse, operation: int, data: Data) -> None:
    await socket.send_str(json.dumps({"op": operation, "d": data}))


def _frame(text: bytes) -> bytes:
    """A whole text message, as a server sends it."""
    if len(text) < 126:
        return struct.pack("!BB", 0x81, len(text)) + text
    if len(text) < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, len(text)) + text
    return struct.pack("!BBQ", 0x81, 127, len(text)) + text
