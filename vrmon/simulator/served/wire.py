"""How an answer, right or spoilt, goes onto the wire. One function for each kind of fault."""

from __future__ import annotations

import asyncio
import os
import socket
import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus

from aiohttp import web

from vrmon.simulator.served.encoding import as_bytes
from vrmon.simulator.served.exchange import Answer
from vrmon.simulator.served.faults import LATE, Fault
from vrmon.simulator.served.listening_socket import RST_ON_CLOSE

NESTING = 100_000
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
HTML = b"<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    mebibyte = b" " * (1 << 20)
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(b"["), *(packer.compress(mebibyte) for _ in range(64)), packer.flush()])


REPLACED_BODIES: dict[str, Callable[[], Answer]] = {
    "error": lambda: Answer(b"Internal Server Error", 500, "text/plain"),
    "html": lambda: Answer(HTML, 200, "text/html"),
    "object": lambda: Answer({"message": "not now"}),
    "null": lambda: Answer(None),
    "string": lambda: Answer("busy"),
    "empty": lambda: Answer(b""),
    "nested": lambda: Answer(b"[" * NESTING + b"]" * NESTING),
    "random_body": lambda: Answer(os.urandom(512)),
    "body": lambda: Answer(b""),
    "bomb": lambda: Answer(_bomb(), headers={"Content-Encoding": "gzip"}),
}


def response(answer: Answer) -> web.Response:
    """The right answer, as aiohttp sends it."""
    headers = {"Content-Type": answer.content_type, **answer.headers}
    return web.Response(body=as_bytes(answer), status=answer.status, headers=headers)


async def faulty_response(fault: Fault, request: web.BaseRequest, right: Answer) -> web.StreamResponse:
    """Does to the connection what the fault says. What it returns is lost where the connection is gone."""
    if fault.kind in REPLACED_BODIES:
        return response(_replaced(fault))
    if fault.kind in LATE:
        return response(right)
    if fault.kind == "redirect":
        return web.Response(status=302, headers={"Location": "/redirected"})
    if fault.kind == "truncated":
        body = as_bytes(right)
        return response(replace(right, body=body[: len(body) // 2]))
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        return response(right)
    if fault.kind == "endless":
        return await _endless(fault, request)
    transport = request.transport
    if fault.kind == "interim" and transport is not None:
        transport.write(INTERIM)
        return response(right)
    if transport is not None:
        await TRANSPORT_FAULTS[fault.kind](fault, transport, right)
    return web.Response()


def _replaced(fault: Fault) -> Answer:
    usual = REPLACED_BODIES[fault.kind]()
    body = fault.body.encode() if isinstance(fault.body, str) else fault.body
    return replace(usual, body=body or usual.body, status=fault.status or usual.status)


def _head(answer: Answer) -> bytes:
    """Status line and headers of the whole answer, to the empty line."""
    headers = {
        "Content-Type": answer.content_type,
        "Content-Length": len(as_bytes(answer)),
        **answer.headers,
    }
    status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    return "\r\n".join([status, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def reset(transport: asyncio.Transport) -> None:
    """Drops the connection with an RST."""
    if not transport.is_closing():
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
        transport.abort()


async def _endless(fault: Fault, request: web.BaseRequest) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    await answer.write(b"[")
    while not fault.over:
        await answer.write(b" " * 65536)
    return answer


async def _reset(_fault: Fault, transport: asyncio.Transport, _right: Answer) -> None:
    reset(transport)


async def _drop(_fault: Fault, transport: asyncio.Transport, _right: Answer) -> None:
    transport.close()


async def _hang(fault: Fault, transport: asyncio.Transport, _right: Answer) -> None:
    while not (fault.over or transport.is_closing()):
        await asyncio.sleep(0.02)
    reset(transport)


async def _continue(fault: Fault, transport: asyncio.Transport, _right: Answer) -> None:
    await _drip(fault, transport, iter(lambda: b"HTTP/1.1 100 Continue\r\n\r\n", b""))


async def _random(_fault: Fault, transport: asyncio.Transport, _right: Answer) -> None:
    transport.write(os.urandom(512))
    transport.close()


async def _cut_headers(_fault: Fault, transport: asyncio.Transport, right: Answer) -> None:
    head = _head(right)
    transport.write(head[: len(head) // 2])
    transport.close()


async def _cut_body(_fault: Fault, transport: asyncio.Transport, right: Answer) -> None:
    body = as_bytes(right)
    transport.write(_head(right) + body[: len(body) // 2])
    transport.close()


async def _close(_fault: Fault, transport: asyncio.Transport, right: Answer) -> None:
    transport.write(_head(right) + as_bytes(right))
    transport.close()


async def _drip_headers(fault: Fault, transport: asyncio.Transport, right: Answer) -> None:
    await _drip_bytes(fault, transport, _head(right) + as_bytes(right))


async def _drip_body(fault: Fault, transport: asyncio.Transport, right: Answer) -> None:
    transport.write(_head(right))
    await _drip_bytes(fault, transport, as_bytes(right))


async def _drip_bytes(fault: Fault, transport: asyncio.Transport, text: bytes) -> None:
    await _drip(fault, transport, (text[place : place + 1] for place in range(len(text))))


async def _drip(fault: Fault, transport: asyncio.Transport, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        if fault.over or transport.is_closing():
            break
        transport.write(piece)
        await asyncio.sleep(fault.seconds)
    transport.close()


TRANSPORT_FAULTS: dict[str, Callable[[Fault, asyncio.Transport, Answer], Awaitable[None]]] = {
    "reset": _reset,
    "drop": _drop,
    "lost_answer": _reset,
    "hang": _hang,
    "continue": _continue,
    "random": _random,
    "cut_headers": _cut_headers,
    "cut_body": _cut_body,
    "close": _close,
    "drip_headers": _drip_headers,
    "drip_body": _drip_body,
}
