"""The server itself: where it listens, how that changes, and how it ends without refusing anybody."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from vrmon import settings
from vrmon.api import listeners
from vrmon.api.acceptor import Acceptor
from vrmon.api.answers import Headers
from vrmon.api.backend import Backend
from vrmon.api.connection import Connection, Terms
from vrmon.api.listeners import TCP, UNIX, ListenError
from vrmon.api.own_names import OwnNames
from vrmon.api.routes import Documents, application
from vrmon.api.stream import Hub
from vrmon.api.turns import Turns

_log = logging.getLogger(__name__)

_PLACES = {TCP: 500, UNIX: 100}
_SHARES = {TCP: 0.1, UNIX: 1.0}  # of the loop's time: whoever reaches the Unix socket may have it all
_LAST_WORDS = 0.25  # seconds that a client which has just connected gets to say what it wants
_SHUTDOWN = 2.0


@dataclass
class _Listener:
    address: str
    socket: socket.socket
    acceptor: Acceptor


class Api:
    """Serves a Backend. Every method is called from the one asyncio loop.

    `patience`: seconds after which a watcher that takes nothing is dropped; any other client gets twice that.
    """

    def __init__(self, backend: Backend, patience: float = 30.0) -> None:
        self._backend = backend
        self._patience = patience
        self._documents = Documents(backend)
        self._names = OwnNames()
        self._headers = Headers()
        self._open: dict[str, _Listener] = {}
        self._terms: dict[str, Terms] = {}
        self._server: web.Server | None = None
        self._runner: web.AppRunner | None = None
        self._hub: Hub | None = None

    @property
    def listeners(self) -> dict[str, socket.socket]:
        """The listening sockets by name ("vrmon-tcp", "vrmon-unix"), to be parked with systemd."""
        return {name: listener.socket for name, listener in self._open.items()}

    @property
    def watchers(self) -> int:
        """How many follow /events."""
        return 0 if self._hub is None else self._hub.watchers

    @property
    def is_unreachable(self) -> bool:
        """Whether the file of the Unix socket is gone: nobody can connect. `rebind` makes another."""
        unix = self._open.get(UNIX)
        return unix is not None and not Path(unix.address).is_socket()

    async def start(self, api: settings.Api, adopted: dict[str, socket.socket]) -> None:
        """Listens where `api` says, on the sockets in `adopted` where they fit; closes those that do not.

        Raises ListenError when an address cannot be had, with the others served all the same: `rebind`
        tries again.
        """
        self._hub = Hub(self._documents.status, self._patience)
        self._terms = {
            name: Terms(Turns(share), 2 * self._patience, bodies=name == UNIX)
            for name, share in _SHARES.items()
        }
        app = application(self._backend, self._documents, self._hub, self._names, self._headers)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        self._server = self._runner.server
        self._learn(api)
        for name, sock in adopted.items():
            address = {TCP: api.listen, UNIX: str(api.unix_socket)}.get(name, "")
            if address and await _fits(name, sock, address):
                self._serve(name, address, sock)
            else:
                sock.close()
        await self.rebind(api)

    async def rebind(self, api: settings.Api) -> None:
        """Moves to the addresses in `api`; those that have not changed are not touched, but for a socket
        whose file is gone.

        A new address is bound before the old one is closed. Where that fails the old one stays, and
        ListenError says so when the others are done.
        """
        self._learn(api)
        reasons: dict[str, str] = {}
        for name, address, key in (
            (TCP, api.listen, "api.listen"),
            (UNIX, str(api.unix_socket), "api.unix_socket"),
        ):
            old = self._open.get(name)
            is_lost = name == UNIX and self.is_unreachable
            if old is not None and old.address == address and not is_lost:
                continue
            try:
                await self._move(name, address)
            except OSError as error:
                reasons[name] = listeners.explain(address, error, key)
        if reasons:
            raise ListenError(reasons)

    def changed(self) -> None:
        """There is something new to show to whoever watches or asks."""
        self._documents.changed()
        if self._hub is not None:
            self._hub.changed()

    async def stop(self, *, keep_socket_file: bool = False) -> None:
        """Answers what has been asked and closes. `keep_socket_file`: a successor takes the sockets over."""
        for name in list(self._open):
            self._close(name, keep_socket_file=keep_socket_file)
        if self._hub is not None:
            self._hub.close()
        if self._runner is None or self._server is None:
            return
        await _last_words(self._server)
        for connection in self._server.connections:
            connection.close()  # as soon as it has answered
        await self._server.shutdown(_SHUTDOWN)
        await self._runner.cleanup()
        self._runner = self._server = None

    def _learn(self, api: settings.Api) -> None:
        self._names.learn(api.names)
        self._headers.learn(api.frame_ancestors)

    async def _move(self, name: str, address: str) -> None:
        if not address:
            self._close(name)
            return
        try:
            sock = await _open(name, address)
        except OSError as error:
            old = self._open.get(name)
            if old is None or error.errno != errno.EADDRINUSE or not _same_port(old.socket, address):
                raise
            # 0.0.0.0:8001 and 127.0.0.1:8001 exclude each other: the old one has to make room first.
            sock = await self._swap(old, address)
        before = self._open.get(name)
        self._close(name, keep_socket_file=before is not None and before.address == address)
        self._serve(name, address, sock)

    async def _swap(self, old: _Listener, address: str) -> socket.socket:
        spare = old.socket.dup()
        self._close(TCP)
        # Closing is not enough where another process holds it as well: this ends it for everybody.
        spare.shutdown(socket.SHUT_RDWR)
        try:
            sock = await _open(TCP, address)
        except OSError:
            spare.listen(512)
            self._serve(TCP, old.address, spare)
            raise
        spare.close()
        return sock

    def _serve(self, name: str, address: str, sock: socket.socket) -> None:
        if self._server is None:
            raise RuntimeError("start() comes first")
        acceptor = Acceptor(self._server, sock, _PLACES[name], self._terms[name])
        acceptor.open()
        self._open[name] = _Listener(address, sock, acceptor)
        _log.info("Listening", extra={"ADDRESS": address})

    def _close(self, name: str, *, keep_socket_file: bool = False) -> None:
        listener = self._open.pop(name, None)
        if listener is None:
            return
        listener.acceptor.close()
        if name == UNIX and not keep_socket_file:
            listeners.remove(Path(listener.address))


async def _open(name: str, address: str) -> socket.socket:
    if name == TCP:
        return listeners.open_tcp(await listeners.resolve(address))
    return listeners.open_unix(Path(address))


async def _fits(name: str, sock: socket.socket, address: str) -> bool:
    if name == UNIX:
        return listeners.fits_unix(sock, Path(address))
    try:
        return listeners.fits_tcp(sock, await listeners.resolve(address))
    except OSError:
        return False


def _same_port(sock: socket.socket, address: str) -> bool:
    return sock.family != socket.AF_UNIX and address.endswith(f":{sock.getsockname()[1]}")


async def _last_words(server: web.Server) -> None:
    """Waits, within reason, for clients that have connected and not spoken yet: a restart refuses nobody."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LAST_WORDS
    silent = True
    while silent and loop.time() < deadline:
        await asyncio.sleep(0.005)  # at least once: what was accepted just now is not a connection yet
        silent = any(isinstance(c, Connection) and not c.is_heard for c in server.connections)
