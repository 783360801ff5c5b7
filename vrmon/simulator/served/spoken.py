"""How a message, right or spoilt, goes onto a connection that is not HTTP's."""

from __future__ import annotations

import asyncio
import os

from vrmon.simulator.served import wire
from vrmon.simulator.served.exchange import Answer
from vrmon.simulator.served.faults import LATE, Fault

_PIECE = b"x" * 65536
_REPLACED = {
    "error": b"500 Internal Server Error\r\n",
    "html": wire.HTML + b"\r\n",
    "object": b"{}\r\n",
    "null": b"null\r\n",
    "string": b"busy\r\n",
    "empty": b"\r\n",
    "nested": b"[" * wire.NESTING + b"\r\n",
    "body": b"",
}


async def spoil(fault: Fault, transport: asyncio.Transport, right: bytes) -> None:
    """Does to the connection what the fault says; `right` is the whole message as it would go out."""
    nothing = Answer(b"")
    if fault.kind in _REPLACED:
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        transport.write(body or _REPLACED[fault.kind])
    elif fault.kind in {"random", "random_body", "bomb"}:
        transport.write(os.urandom(512))
        transport.close()
    elif fault.kind == "endless":
        while not (fault.over or transport.is_closing()):
            transport.write(_PIECE)
            await asyncio.sleep(0.002)
    elif fault.kind in {"drip_body", "drip_headers", "continue"}:
        for byte in right:
            if fault.over or transport.is_closing():
                break
            transport.write(bytes([byte]))
            await asyncio.sleep(fault.seconds)
    elif fault.kind in {"cut_body", "cut_headers", "truncated"}:
        transport.write(right[: len(right) // 2])
        transport.close()
    elif fault.kind == "close":
        transport.write(right)
        transport.close()
    elif fault.kind in wire.TRANSPORT_FAULTS:
        await wire.TRANSPORT_FAULTS[fault.kind](fault, transport, nothing)
    else:
        if fault.kind not in LATE:
            await asyncio.sleep(fault.seconds)
        transport.write(right)
