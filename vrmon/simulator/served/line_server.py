"""Serves one device that speaks in lines, over TCP: its greeting, its delay, its faults.

It has no control address of its own: `python3 -m vrmon.simulator` has one for all.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import count
from typing import Protocol, runtime_checkable

from vrmon.simulator.served.exchange import Arrival
from vrmon.simulator.served.faults import LATE, Fault
from vrmon.simulator.served.listening_socket import ListeningSocket
from vrmon.simulator.served.port import BACKLOG, Port
from vrmon.simulator.served.simulated_device import SimulatedDevice
from vrmon.simulator.served.spoken import spoil

LONGEST = 64 << 10


@runtime_checkable
class Speaker(Protocol):
    """What a device must know to be served so. Texts are without their last line break."""

    def greet(self, connections: int) -> tuple[str, bool]:
        """What it says to a client that is one of so many, and whether it then goes on to listen to it."""

    def reply(self, line: str) -> str: ...


class LineServer(Port):
    scheme = "tcp"

    def __init__(self, device: SimulatedDevice, speaker: Speaker, host: str, port: int) -> None:
        super().__init__(device, host, port)
        self._speaker = speaker
        self._writers: set[asyncio.StreamWriter] = set()
        self._numbers = count(1)

    async def _listen(self, sock: ListeningSocket) -> asyncio.Server:
        return await asyncio.start_server(self._converse, sock=sock, backlog=BACKLOG, limit=LONGEST)

    def _transports(self) -> list[asyncio.Transport | None]:
        return [writer.transport for writer in self._writers]  # type: ignore[misc]

    async def _end(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        number = next(self._numbers)
        try:
            greeting, is_welcome = self._speaker.greet(len(self._writers))
            writer.write(f"{greeting}\r\n".encode())
            place = 0
            while is_welcome and (line := await reader.readline()):
                place += 1
                await self._take(await _whole(line, reader), writer, number, place)
        except (OSError, ValueError):
            pass  # it has gone, or sends a line without end
        finally:
            self._writers.discard(writer)
            with suppress(OSError):
                writer.close()

    async def _take(self, line: str, writer: asyncio.StreamWriter, number: int, place: int) -> None:
        arrival = Arrival(time.monotonic(), "", line, connection=number, place=place)
        self.device.note(arrival)
        fault = self.device.faults.striking("", line, place)
        if fault is not None and fault.kind in LATE:
            await self._wait(fault)
        right = b""
        if fault is None or fault.processed or fault.kind in LATE:
            right = f"{self._speaker.reply(line)}\r\n".encode()
        if self.device.delay:
            await asyncio.sleep(self.device.delay)
        if fault is not None:
            await spoil(fault, writer.transport, right)  # type: ignore[arg-type]
            return
        writer.write(right)
        await writer.drain()
        arrival.answered = time.monotonic()

    async def _wait(self, fault: Fault) -> None:
        due = time.monotonic() + fault.seconds
        while not fault.over and (left := due - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.02))


async def _whole(first: bytes, reader: asyncio.StreamReader) -> str:
    """A command as one line: one that ends with a colon goes on until an empty line."""
    lines = [first.decode(errors="replace").strip()]
    while lines[0].endswith(":") and (more := (await reader.readline()).decode(errors="replace").strip()):
        lines.append(more)
    return " ".join(lines)
