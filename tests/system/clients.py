"""Readers of /status and /healthz, one question at a time or without pause."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Address = tuple[str, int] | Path
TCP: Address = ("127.0.0.1", 8001)


class _Connection(http.client.HTTPConnection):
    def __init__(self, address: Address, timeout: float) -> None:
        super().__init__("127.0.0.1", timeout=timeout)
        self._address = address

    def connect(self) -> None:
        if isinstance(self._address, Path):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(self.timeout)
            self.sock.connect(str(self._address))
        else:
            self.sock = socket.create_connection(self._address, self.timeout)


def ask(address: Address, path: str, method: str = "GET", timeout: float = 60.0) -> tuple[int, Any]:
    """Status and JSON document (None where the answer is no JSON) of one request on its own connection."""
    connection = _Connection(address, timeout)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    try:
        return response.status, json.loads(body)
    except ValueError:
        return response.status, None


def status(address: Address = TCP) -> dict[str, Any]:
    code, document = ask(address, "/status")
    assert code == 200
    assert isinstance(document, dict)
    return document


class Readers:
    """What became of requests that were made without pause.

    `cut` counts those whose answer was under way when the daemon was killed.
    """

    def __init__(self) -> None:
        self.answered = 0
        self.cut = 0
        self.failures: list[str] = []
        self.longest = 0.0
        self.versions: set[str] = set()

    def read(self, address: Address, over: threading.Event) -> None:
        while not over.is_set():
            began = time.monotonic()
            try:
                code, document = ask(address, "/status")
            except (ConnectionResetError, BrokenPipeError, http.client.IncompleteRead):
                self.cut += 1
                continue
            except OSError as error:
                self.failures.append(f"{address}: {error!r} after {time.monotonic() - began:.3f} s")
                continue
            if code == 200:
                self.answered += 1
                self.versions.add(document["version"])
            else:
                self.failures.append(f"{address}: {code} {document}")
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.002)


@contextmanager
def reading_without_pause(*addresses: Address) -> Iterator[Readers]:
    """Two readers at each address until the block ends."""
    readers, over = Readers(), threading.Event()
    threads = [
        threading.Thread(target=readers.read, args=(address, over), daemon=True)
        for address in (*addresses, *addresses)
    ]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        over.set()
        for thread in threads:
            thread.join(15)
