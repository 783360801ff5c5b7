"""Who is at the other end of a connection."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

from aiohttp import web

_CREDENTIALS = struct.Struct("3i")
# What the kernel shows in place of every foreign user inside a private user namespace.
_UNMAPPED_UID = 65534
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Peer:
    """The process behind a Unix socket, as the kernel knows it."""

    pid: int
    uid: int

    def called(self, name: str) -> str:
        """The name it gives itself, with the kernel's word where there is one: "alice (uid 1000)"."""
        name = "".join(c for c in name if c.isprintable()).strip()[:_LONGEST_NAME] or "somebody"
        return name if self.uid == _UNMAPPED_UID else f"{name} (uid {self.uid})"


def over_unix(request: web.Request) -> bool:
    """Whether the request came through the Unix socket. Not sure means no."""
    return _family(request) == socket.AF_UNIX


def peer(request: web.Request) -> Peer:
    """Of a request for which `over_unix` holds."""
    credentials = _socket(request).getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _gid = _CREDENTIALS.unpack(credentials)
    return Peer(pid, uid)


def _family(request: web.Request) -> int | None:
    return None if request.transport is None else _socket(request).family


def _socket(request: web.Request) -> socket.socket:
    if request.transport is None:
        raise ConnectionResetError("the client is gone")
    sock: socket.socket = request.transport.get_extra_info("socket")
    return sock
