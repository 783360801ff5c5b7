"""Where a simulated device is served: one TCP port, refused or listened on.

While it refuses connections its port stays bound, so that it comes back on the same one.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable

from vrmon.simulator.served import wire
from vrmon.simulator.served.listening_socket import ListeningSocket
from vrmon.simulator.served.simulated_device import SimulatedDevice

BACKLOG = 1024


class Port(ABC):
    """Bound when made, listening after `listen_again`. `port` 0 lets the system choose."""

    fingerprint = ""

    def __init__(self, device: SimulatedDevice, host: str, port: int) -> None:
        self.device = device
        self.loop = asyncio.get_running_loop()
        self._socket = ListeningSocket(host, port)
        self._address: tuple[str, int] = self._socket.getsockname()[:2]
        self._listening: asyncio.Server | None = None
        self._coming_back: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        device.listener = self

    @property
    def url(self) -> str:
        host, port = self._address
        return f"{self.scheme}://{host}:{port}"

    @property
    @abstractmethod
    def scheme(self) -> str: ...

    @abstractmethod
    async def _listen(self, sock: ListeningSocket) -> asyncio.Server: ...

    @abstractmethod
    def _transports(self) -> Iterable[asyncio.Transport | None]:
        """Of the connections there are."""

    @abstractmethod
    async def _end(self) -> None:
        """What is still at work is at its end."""

    async def listen_again(self) -> None:
        async with self._turn:
            self._forget_coming_back()
            if self._listening is None:
                self._listening = await self._listen(self._socket)

    async def refuse(self, seconds: float | None = None) -> None:
        async with self._turn:
            await self._stop_listening()
            self._socket = ListeningSocket(*self._address)
            if seconds is not None:
                self._coming_back = self.loop.call_later(
                    seconds, lambda: self.loop.create_task(self.listen_again())
                )

    async def close(self) -> None:
        await self._stop_listening()
        self.device.clear_faults()
        await self._end()
        await self._socket.accepted_are_closed()
        self.device.listener = None

    async def drop_connections(self) -> None:
        """Closes every connection, whatever it waits for, and goes on listening."""
        self._socket.close_accepted()

    def _forget_coming_back(self) -> None:
        if self._coming_back is not None:
            self._coming_back.cancel()
            self._coming_back = None

    async def _stop_listening(self) -> None:
        self._forget_coming_back()
        if self._listening is not None:
            await self._socket.accept_no_more()
            self._listening.close()
            self._listening = None
        self._socket.close()
        self._socket.drop_accepted()
        for transport in self._transports():
            if transport is not None:
                wire.reset(transport)
