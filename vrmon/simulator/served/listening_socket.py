"""A listening socket that can drop what it accepted, connections in mid-handshake included."""

from __future__ import annotations

import asyncio
import socket
import struct
import weakref
from contextlib import suppress
from typing import Protocol

RST_ON_CLOSE = struct.pack("ii", 1, 0)
PATIENCE = 1.0


class Endable(Protocol):
    """A socket, or asyncio's stand-in for one."""

    def shutdown(self, how: int, /) -> None: ...


def end_orderly(connection: Endable) -> None:
    """Ends a connection with a FIN. asyncio finds it at its end, as if the client had closed it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class ListeningSocket(socket.socket):
    """Bound when made: connections are refused, and the port is taken, until somebody listens on it."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._accepted: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._deaf = False
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.bind((host, port))
        except OSError:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, object]:
        if self._deaf:
            raise BlockingIOError
        connection, peer = super().accept()
        self._accepted.add(connection)
        return connection, peer

    async def accept_no_more(self) -> None:
        """Returns when every accepted connection has its transport.

        A server that is closed sooner leaks the socket that it accepted last.
        """
        self._deaf = True
        await asyncio.sleep(0)

    def drop_accepted(self) -> None:
        """Ends every connection with an RST; asyncio closes them in its next rounds."""
        for connection in self._open():
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
                connection.shutdown(socket.SHUT_RD)

    def close_accepted(self) -> None:
        """Ends every connection with a FIN, at once."""
        for connection in self._open():
            end_orderly(connection)

    async def accepted_are_closed(self) -> None:
        """Returns when asyncio has let go of them, so that none outlives its loop."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while self._open() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.001)

    def _open(self) -> list[socket.socket]:
        return [connection for connection in self._accepted if connection.fileno() != -1]
