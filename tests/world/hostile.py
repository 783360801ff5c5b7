"""A server on raw sockets that answers as badly as a test wants, over TCP or TLS, on 127.0.0.1."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple


class Heard(NamedTuple):
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One accepted connection, for a behaviour to misuse."""

    def __init__(self, sock: socket.socket, server: Hostile) -> None:
        self.sock = sock
        self.server = server
        self._buffer = b""

    def hear(self) -> Heard:
        """The next request, whole; ConnectionError when the client is gone."""
        head, _, rest = self._read_until(b"\r\n\r\n").partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = dict(field.lower().split(": ", 1) for field in fields)
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            rest += self._receive()
        self._buffer = rest[length:]
        heard = Heard(line, headers, rest[:length])
        self.server.heard.append(heard)
        return heard

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def hang(self) -> None:
        self.server.closing.wait()

    def reset(self) -> None:
        """Close with RST rather than FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._buffer += self._receive()
        return self._buffer

    def _receive(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the client went")
        return data


Behaviour = Callable[[Connection], None]


class Hostile:
    """Serves each connection with `behave` in a thread of its own, until the block ends."""

    def __init__(
        self, behave: Behaviour, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.behave = behave
        self.heard: list[Heard] = []
        self.connections = 0
        self.closing = threading.Event()
        self._context = context
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._socks: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Hostile:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for sock in (self._listener, *self._socks):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._socks.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            closing.callback(sock.close)
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
                closing.callback(sock.close)
                self._socks.append(sock)
            self.behave(Connection(sock, self))


OK = b"HTTP/1.1 200 OK\r\n"


def http_answer(body: bytes = b"[]", status: int = 200, *headers: str) -> bytes:
    """A whole, correct HTTP answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def always(data: bytes, then: Behaviour | None = None) -> Behaviour:
    """Answer every request with `data`, on one connection for as long as it lasts."""

    def behave(connection: Connection) -> None:
        while True:
            connection.hear()
            connection.send(data)
            if then:
                then(connection)
                return

    return behave


def always_json(value: object, status: int = 200) -> Behaviour:
    return always(http_answer(json.dumps(value).encode(), status))


def once(data: bytes) -> Behaviour:
    """Answer one request with `data` and close."""
    return always(data, then=lambda _: None)


def silent(connection: Connection) -> None:
    connection.hear()
    connection.hang()


def reset(connection: Connection) -> None:
    connection.hear()
    connection.reset()


def drip(head: bytes, drop: bytes = b"x") -> Behaviour:
    """Answer with `head`, then with `drop` every 20 ms for as long as the client stays."""

    def behave(connection: Connection) -> None:
        connection.hear()
        connection.send(head)
        while not connection.server.closing.wait(0.02):
            connection.send(drop)

    return behave


def flood(head: bytes, lump: bytes = b"x" * 65536) -> Behaviour:
    """Answer with `head`, then with `lump` without pause for as long as the client stays."""

    def behave(connection: Connection) -> None:
        connection.hear()
        connection.send(head)
        while not connection.server.closing.is_set():
            connection.send(lump)

    return behave


def certificate(folder: Path, name: str, san: str) -> Path:
    """A fresh self-signed certificate and its key, in one PEM file. `san` as in "IP:127.0.0.1"."""
    path, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-keyout", key, "-out", path),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName={san}"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


def server_context(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """A URL at which nothing listens, and nothing else can begin to."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
