"""Opens the listening sockets, or takes over those that outlived the last vrmond."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from pathlib import Path
from typing import Any, NamedTuple

from vrmon.errors import VrmonError

TCP = "vrmon-tcp"
UNIX = "vrmon-unix"
_RESOLVE = 3.0  # seconds
_under_way: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Future[list[Any]]] = {}  # lookups
_SOCKET_MODE = 0o660
_FOLDER_MODE = 0o755


class ListenError(VrmonError):
    """Some addresses cannot be listened on. `reasons` maps a listener's name to why."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("\n".join(reasons.values()))
        self.reasons = dict(reasons)


class TcpAddress(NamedTuple):
    """Where to listen, resolved: an address family and the address in it."""

    family: int
    host: str
    port: int


async def resolve(listen: str) -> TcpAddress:
    """Of HOST:PORT; an IPv6 host stands in brackets. OSError when a name has no address, or none in time."""
    try:
        found = await asyncio.wait_for(asyncio.shield(_look_up(listen)), _RESOLVE)
        family, _, _, _, address = found[0]
    except asyncio.TimeoutError as error:
        raise OSError("its name is not resolved. An IP address needs no name server") from error
    except UnicodeError as error:
        raise OSError("it is not a host name") from error
    return TcpAddress(family, str(address[0]), int(address[1]))


def _look_up(listen: str) -> asyncio.Future[list[Any]]:
    """One at a time, however often it is given up and tried again: it cannot be ended, and keeps one of
    asyncio's few threads, which a reload and the end of vrmond need as well."""
    aio = asyncio.get_running_loop()
    lookup = _under_way.get((aio, listen))
    if lookup is None:
        host, _, port = listen.rpartition(":")
        lookup = aio.create_task(
            aio.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        )
        _under_way[aio, listen] = lookup

        def over(done: asyncio.Future[list[Any]]) -> None:
            del _under_way[aio, listen]
            if not done.cancelled():
                done.exception()  # nobody may want to know any more

        lookup.add_done_callback(over)
    return lookup


def open_tcp(address: TcpAddress) -> socket.socket:
    """OSError when the address cannot be had. "[::]" takes IPv4 as well."""
    family = address.family
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(address[1:])
        sock.listen(512)
    except OSError:
        sock.close()
        raise
    return sock


def open_unix(path: Path) -> socket.socket:
    """OSError when the path cannot be had. Replaces a socket file only when nobody answers on it."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        path.parent.chmod(_FOLDER_MODE)
    if path.is_socket():
        if _answers(path):
            raise OSError("another program answers on it")
        path.unlink()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(str(path))
        # Nobody can connect before listen(), so the umask never opens a gap.
        path.chmod(_SOCKET_MODE)
        sock.listen(512)
    except OSError:
        sock.close()
        raise
    return sock


def fits_tcp(sock: socket.socket, address: TcpAddress) -> bool:
    """Whether a socket taken over listens where the configuration wants it."""
    return _listens(sock) and sock.family == address.family and sock.getsockname()[:2] == address[1:]


def fits_unix(sock: socket.socket, path: Path) -> bool:
    """As `fits_tcp`; a socket whose file was removed is of no use to anybody."""
    return (
        _listens(sock)
        and sock.family == socket.AF_UNIX
        and sock.getsockname() == str(path)
        and path.is_socket()
        and _answers(path)
    )


def explain(where: str, error: OSError, key: str) -> str:
    """The sentence for a person: what, why, and which setting to change."""
    why = error.strerror or str(error)
    return f"Cannot listen on {where}: {why}. Free it, or change {key} in vrmon.toml."


def remove(path: Path) -> None:
    """Takes our socket file away; one that is gone, or no socket, is left alone."""
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()


def _listens(sock: socket.socket) -> bool:
    try:
        return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except BlockingIOError:  # its queue is full: somebody owns it
            return True
        except OSError:
            return False
    return True
