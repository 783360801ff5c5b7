"""The way in: who gets a connection, and how many."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import socket
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from vrmon.api.connection import Connection, Terms
from vrmon.api.limited_log import LimitedLog

_log = logging.getLogger(__name__)

_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_NO_MEANS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_BREATH = 1.0  # seconds before the next try when there are no means to let anybody in
# What the kernel may hold for one connection: a few requests, and part of a large answer.
_RECEIVE_BUFFER = 16 * 1024
_SEND_BUFFER = 64 * 1024


class Acceptor:
    """Lets at most `places` clients of one listening socket in, one at a time: devices need descriptors too.

    Nobody takes all: an address gets no more places than it leaves free. Not asyncio's server, which lets in
    as many at once as come, knows none of them by address, and forgets those that it has just accepted when
    it is closed.
    """

    def __init__(self, server: web.Server, listener: socket.socket, places: int, terms: Terms) -> None:
        self._server = server
        self._listener = listener
        self._places = places
        self._terms = terms
        self._loop = asyncio.get_running_loop()
        self._inside: Counter[str] = Counter()  # by where they come from
        self._open = False
        self._entering: set[asyncio.Task[None]] = set()
        self._refusals = LimitedLog("Refused connections: too many are open")
        self._failures = LimitedLog("Cannot accept connections")
        self._oddities = LimitedLog("Dropped connections whose requests make no sense")

    def open(self) -> None:
        self._listener.setblocking(False)
        if self._listener.family != socket.AF_UNIX:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._open = True
        self._watch()

    def close(self) -> None:
        """Let nobody in any more. Those inside stay."""
        self._open = False
        self._loop.remove_reader(self._listener)
        self._listener.close()

    def _watch(self) -> None:
        if self._open:
            self._loop.add_reader(self._listener, self._somebody_came)

    def _somebody_came(self) -> None:
        self._loop.remove_reader(self._listener)
        self._terms.turns.want(self._accept)

    def _accept(self) -> None:
        if not self._open:
            return
        try:
            client, address = self._listener.accept()
        except OSError as error:
            if error.errno in _NO_MEANS:
                self._failures.note(REASON=error.strerror)
                self._loop.call_later(_BREATH, self._watch)
                return
        else:
            self._let_in(client, origin(client.family, address))
        self._watch()

    def _let_in(self, client: socket.socket, where: str) -> None:
        free = self._places - self._inside.total()
        if free <= 0 or (where and self._inside[where] >= free):
            self._refusals.note(ADDRESS=where)
            _refuse(client)
            return
        self._inside[where] += 1
        gone = partial(self._leave, where)
        connection = Connection(self._server, self._terms, self._oddities, gone)
        task = self._loop.create_task(self._enter(client, connection, gone))
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    async def _enter(self, client: socket.socket, connection: Connection, gone: Callable[[], None]) -> None:
        try:
            client.setblocking(False)
            await self._loop.connect_accepted_socket(lambda: connection, client)
        except OSError:
            client.close()
            gone()

    def _leave(self, where: str) -> None:
        self._inside[where] -= 1
        if not self._inside[where]:
            del self._inside[where]


def _refuse(client: socket.socket) -> None:
    with contextlib.closing(client), contextlib.suppress(OSError):
        client.setblocking(False)
        client.send(_REFUSAL)
        client.recv(_RECEIVE_BUFFER)  # what was not read when it is closed takes the answer with it


def origin(family: int, address: Any) -> str:
    """Whose places a client at `address` takes: an IPv6 host has as many addresses as it likes in its /64.
    Empty where that is not known, as on a Unix socket."""
    if family == socket.AF_UNIX:
        return ""
    host = ipaddress.ip_address(str(address[0]).partition("%")[0])
    if isinstance(host, ipaddress.IPv4Address):
        return str(host)
    if host.ipv4_mapped is not None:
        return str(host.ipv4_mapped)
    return str(ipaddress.ip_network((host, 64), strict=False))
