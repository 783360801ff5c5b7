"""Clients that mean harm, or do it: python3 -m tests.world.attacks NAME PORT, until it is ended.

Says "begun" once the first round is done: every connection was tried, and has sent what it could at once.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_HOST = b"Host: localhost\r\n"
_BUSY = 0.3  # seconds of the first round


def _get(path: bytes, *headers: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + _HOST + b"".join(one + b"\r\n" for one in headers) + b"\r\n"


@dataclass(frozen=True)
class Attack:
    """`connections` at a time, each replaced when it is dropped. Each sends `first`, then `more` for ever.

    `reads`: takes what comes, and sends `again` for each piece; otherwise it takes nothing.
    """

    connections: int
    first: Callable[[], bytes]
    more: bytes = b""
    reads: bool = False
    again: bytes = b""


def _always(data: bytes) -> Callable[[], bytes]:
    return lambda: data


_ODD = (
    _get(b"/events", b"Upgrade: websocket", b"Connection: Upgrade") + b"\xff" * 400,
    _get(b"/status", b"Upgrade: h2c", b"Connection: Upgrade") + b"\x00\r\n\r\n" * 20,
    _get(b"http://[::1/status"),
    _get(b"http://x:99999999/"),
    _get(b"//[/\xed\xa0\x80?%zz#"),
    _get(b"/thumbnail/%ff%fe%00"),
    b"POST /reload HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /status HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeX\r\n",
    b"GET /status HTTP/1.1\r\n" + _HOST + b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde",
    b"CONNECT localhost:1 HTTP/1.1\r\n" + _HOST + b"\r\n\x16\x03\x01",
    b"OPTIONS * HTTP/1.1\r\n" + _HOST + b"Expect: 200-maybe\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /status HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: [\r\nHost: ]\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)

_odd_number = 0


def _odd() -> bytes:
    global _odd_number  # noqa: PLW0603
    _odd_number += 1
    return _ODD[_odd_number % len(_ODD)]


ATTACKS = {
    "pipelining": Attack(1, _always(b""), _get(b"/status") * 1000),
    "pipelining by five": Attack(5, _always(b""), b"GET / HTTP/1.1\r\nHost:\r\n\r\n" * 2000),
    "pipelining with bare line feeds": Attack(5, _always(b""), b"GET / HTTP/1.1\nHost:\n\n" * 2000),
    "upgrade, then bytes": Attack(
        5, _always(_get(b"/events", b"Upgrade: websocket", b"Connection: Upgrade")), b"x" * 65536
    ),
    "endless headers": Attack(40, _always(_get(b"/")[:-2]), b"a:b\r\n" * 10_000),
    "an endless header": Attack(40, _always(_get(b"/")[:-2] + b"a: "), b"b" * 65536),
    "headers, no answer taken": Attack(240, _always(_get(b"/status", *(b"%d:" % n for n in range(90))))),
    "endless chunks": Attack(
        240, _always(_get(b"/status", b"Transfer-Encoding: chunked")), b"1\r\nx\r\n" * 10_000
    ),
    "endless trailers": Attack(
        40, _always(_get(b"/status", b"Transfer-Encoding: chunked") + b"0\r\n"), b"a:b\r\n" * 10_000
    ),
    "a body to nowhere": Attack(40, _always(_get(b"/status", b"Content-Length: 999999999")), b"x" * 65536),
    "slow readers": Attack(400, _always(_get(b"/status") * 20)),
    "slow watchers": Attack(400, _always(_get(b"/events"))),
    "idle connections": Attack(400, _always(b"")),
    "scrapes without pause": Attack(390, _always(_get(b"/metrics")), reads=True, again=_get(b"/metrics")),
    "questions without pause": Attack(50, _always(_get(b"/status")), reads=True, again=_get(b"/status")),
    "a connection for each question": Attack(
        200, _always(_get(b"/status", b"Connection: close")), reads=True
    ),
    "garbage": Attack(50, lambda: os.urandom(4096), reads=True),
    "odd requests": Attack(20, _odd, reads=True),
}


class _Client:
    """One connection of an attack."""

    def __init__(self, attack: Attack, port: int) -> None:
        self.sock = socket.socket()
        self._attack = attack
        self._left = memoryview(attack.first())
        self.sock.setblocking(False)
        self.sock.connect_ex(("127.0.0.1", port))

    @property
    def wanted(self) -> int:
        reads = select.EPOLLIN if self._attack.reads else 0
        return reads | (select.EPOLLOUT if self._left or self._attack.more else 0) | select.EPOLLRDHUP

    def go_on(self, events: int) -> bool:
        """False once the connection is over."""
        try:
            if events & select.EPOLLIN:
                if not self.sock.recv(1 << 20):
                    return False
                self._left = self._left or memoryview(self._attack.again)
            if events & select.EPOLLOUT:
                self._left = self._left or memoryview(self._attack.more)
                self._left = self._left[self.sock.send(self._left) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return not events & (select.EPOLLERR | select.EPOLLHUP | select.EPOLLRDHUP)


@contextmanager
def attacking(name: str, port: int) -> Iterator[None]:
    """The attack of that name, on 127.0.0.1, in a process of its own: in full swing until the block ends."""
    command = [sys.executable, "-m", "tests.world.attacks", name, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield
            assert process.poll() is None, "the attack has ended by itself"
        finally:
            process.kill()


def main(name: str, port: int) -> None:
    """Attacks until it is killed."""
    attack, poll, clients = ATTACKS[name], select.epoll(), {}

    def connect() -> None:
        client = _Client(attack, port)
        clients[client.sock.fileno()] = client
        poll.register(client.sock, client.wanted)

    for _ in range(attack.connections):
        connect()
    began = time.monotonic()
    while True:
        for number, events in poll.poll(0.05):
            client = clients[number]
            if client.go_on(events):
                poll.modify(number, client.wanted)
            else:
                poll.unregister(number)
                client.sock.close()
                connect()
        if began and time.monotonic() - began > _BUSY:
            began = 0.0
            print("begun", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
