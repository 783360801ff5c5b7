"""Sockets that keep to a budget: one deadline and one size for everything an exchange does on them.

A timeout of the library bounds the wait for one more byte, and a device that drips bytes never ends it.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from vrmon.net.resolver import addresses

T = TypeVar("T")

_OPTIONS: tuple[tuple[int, int, int | bytes], ...] = (
    # A connection that is given up on is reset: after an ordinary close the kernel would go on for minutes
    # to deliver what the device has not taken, and a command that nobody wants any more would have its
    # effect. It must be set now, for a library closes on its own.
    (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
_HARDLY = 0.05  # seconds by which an exchange may outlast its budget


class TooLong(Exception):
    """More came than the budget allows."""


class Budget:
    """The time and the bytes that are left to the exchange under way: shared by whatever takes part in it.

    `received`: whether anything has come yet.
    """

    def __init__(self) -> None:
        self.received = False
        self._deadline = 0.0
        self._size = 0

    def start(self, seconds: float, size: int) -> None:
        """Begin an exchange that may take `seconds` and receive `size` bytes, headers included."""
        self.received = False
        self._deadline = time.monotonic() + seconds
        self._size = size

    def seconds(self) -> float:
        """What is left of the time; TimeoutError when nothing is."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _too_late()
        return left

    def is_spent(self) -> bool:
        """Whether the time is over, or as good as."""
        return self._deadline - time.monotonic() < 0.01

    def take(self, size: int) -> None:
        self.received = self.received or size > 0
        self._size -= size
        if self._size < 0:
            raise TooLong


class BudgetSocket(socket.socket):
    """A TCP socket whose every wait ends when its budget's time does.

    It is the kernel that ends a wait. Python's own timeouts cost a call more for each that is made, and as
    many turns at the interpreter's lock, which some hundred threads may wait for.
    """

    budget: Budget | None = None  # None only within a TLS handshake, which the inherited timeout bounds
    _reader: Any = None
    _patience = 0.0  # seconds for which the kernel waits

    def settimeout(self, value: float | None) -> None:
        """A library sets it for each exchange, mostly to what it is."""
        if value != self.gettimeout():
            super().settimeout(value)

    def _before_receiving(self) -> None:
        if self.budget is not None:
            # A device that writes headers and body in two sends waits 40 ms for our delayed
            # acknowledgement; the kernel forgets this option, so it is set each time.
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            self._bound(self.budget.seconds())

    def _before_sending(self) -> None:
        if self.budget is not None:
            self._bound(self.budget.seconds())

    def _bound(self, left: float) -> None:
        """Wait for no longer than what is left, or hardly longer: that may stand."""
        self.settimeout(None)
        if not left <= self._patience < left + _HARDLY:
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                self.setsockopt(socket.SOL_SOCKET, option, _timeval(left))
            self._patience = left

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self._before_receiving()
        data = _in_time(super().recv, *args, **kwargs)
        if self.budget is not None:
            self.budget.take(len(data))
        return data

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._before_receiving()
        size = _in_time(super().recv_into, *args, **kwargs)
        if self.budget is not None:
            self.budget.take(size)
        return size

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._before_sending()
        return _in_time(super().send, *args, **kwargs)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Piece by piece: a device that takes them one by one has no more time than another."""
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left, flags) :]

    def makefile(self, *_: Any, **__: Any) -> Any:
        """A reader, which is all that an HTTP library asks for."""
        self._reader = _Reader(super().makefile("rb", buffering=0))
        return self._reader

    def abandon(self) -> None:
        """Close at once: a library that gave up on an answer leaves its reader, and so the socket, open."""
        if self._reader is not None:
            self._reader.close()
        self.close()

    def waiting(self) -> bytes | None:
        """What has come unasked while the connection was idle; None where it is at its end."""
        self.settimeout(0)
        try:
            return super().recv(65536) or None
        except (BlockingIOError, ssl.SSLWantReadError):
            return b""
        except OSError:
            return None

    def is_quiet(self) -> bool:
        """Whether the idle connection stands and nothing unasked for has come."""
        if self.fileno() < 0:
            return False
        idle = select.poll()
        idle.register(self, select.POLLIN)
        return not idle.poll(0)


class _Reader(io.BufferedReader):
    """Closed by `abandon`, while the answer that a library gave up on still holds it."""

    def flush(self) -> None:
        """Nothing: that answer flushes it once more at its end, of which Python 3.13 would complain."""


class BudgetTlsSocket(BudgetSocket, ssl.SSLSocket):
    """The same over TLS; an SSLContext makes them once its `sslsocket_class` says so."""

    def _bound(self, left: float) -> None:
        """TLS knows of no wait but Python's own."""
        timeout = self.gettimeout()
        if timeout is None or not left <= timeout < left + _HARDLY:
            self.settimeout(left)

    def is_quiet(self) -> bool:
        """Reading rather than polling: what lies ready on a fresh connection is mostly a session ticket."""
        return self.waiting() == b""


def _in_time(wait: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """What the call gives, unless the kernel has ended its wait."""
    try:
        return wait(*args, **kwargs)
    except BlockingIOError:
        raise _too_late() from None


def _too_late() -> TimeoutError:
    return TimeoutError("the deadline has passed")


def _timeval(seconds: float) -> bytes:
    """As the kernel takes it; never 0, which stands for no end."""
    whole, part = divmod(max(round(seconds * 1e6), 1), 1_000_000)
    return struct.pack(_timeval_format(), whole, part)


@lru_cache
def _timeval_format() -> str:
    """Of 64 bits each, but on 32-bit machines of old."""
    with socket.socket() as sock:
        size = len(sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
    return "qq" if size == 16 else "ll"


def connect(host: str, port: int, budget: Budget) -> BudgetSocket:
    """A connected socket, by the first address of `host` that answers. OSError when none does.

    Each address has its share of the time that is left, lest a silent one use up that of the others.
    """
    failure: OSError = socket.gaierror(socket.EAI_NONAME, "it has no address")
    found = addresses(host, port, budget.seconds())
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        sock = None
        try:
            # Here, too: a kernel may lack a family, as where IPv6 is disabled, and have the next one.
            sock = BudgetSocket(family, kind, protocol)
            for option in _OPTIONS:
                sock.setsockopt(*option)
            sock.settimeout(budget.seconds() / (len(found) - tried))
            sock.connect(address)
            sock.settimeout(budget.seconds())
        except OSError as error:
            if sock is not None:
                sock.close()
            failure = error
        else:
            sock.budget = budget
            return sock
    raise failure
