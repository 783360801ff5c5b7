"""A client of the simulated devices that shares nothing with vrmon or with them: urllib and raw sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

_OPENER = build_opener(ProxyHandler({}))


def ask(url: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers (their names in lower case) of a GET, or of a PUT where there is a body.

    The connection is a new one. In the names of `headers`, _ stands for -.
    """
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        told = {"Content-Type": "application/json", **told}
    request = Request(url + path, data, told, method="GET" if data is None else "PUT")
    try:
        with _OPENER.open(request, timeout=60) as answer:
            return answer.status, answer.read(), _headers(answer)
    except HTTPError as error:
        with error:
            return error.code, error.read(), _headers(error)


def get(url: str, path: str) -> Any:
    """The JSON of a 200."""
    status, body, _ = ask(url, path)
    assert status == 200, body
    return json.loads(body)


def put(url: str, path: str, body: object) -> tuple[int, Any]:
    status, answer, _ = ask(url, path, body)
    return status, json.loads(answer)


def source(url: str, unique_id: str = "4XT00292 - 0") -> dict[str, Any]:
    """A source as MovieRecorder lists it."""
    return next(dict(one) for one in get(url, "/sources") if one["unique_id"] == unique_id)


def command(url: str, name: str, unique_id: str = "4XT00292 - 0") -> tuple[int, Any]:
    status, answer, _ = ask(url, f"/sources/{quote(unique_id, safe='')}/{name}")
    return status, json.loads(answer)


def name(url: str, name: str, unique_id: str = "4XT00292 - 0") -> tuple[int, Any]:
    return put(url, f"/sources/{quote(unique_id, safe='')}/recording_name", {"recording_name": name})


@contextmanager
def connection(url: str, patience: float = 10.0) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=patience) as connected:
        yield connected


def send(connected: socket.socket, path: str) -> None:
    """A GET, on a connection that is to be kept."""
    connected.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def receive(connected: socket.socket) -> bytes:
    """The whole answer, headers and body; b"" where the connection was closed without one."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connected.recv(65536)
        if not piece:
            return received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connected.recv(65536)
    return head + b"\r\n\r\n" + body


def exchange(connected: socket.socket, path: str) -> bytes:
    send(connected, path)
    return receive(connected)


def _headers(answer: Any) -> dict[str, str]:
    return {key.lower(): value for key, value in answer.headers.items()}
