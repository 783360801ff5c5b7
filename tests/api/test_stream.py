"""Server-sent events: what a watcher gets, how often, and that a slow one costs the others nothing."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.world import scenes
from tests.world.api_server import Server, serving
from vrmon.api.rendering import SHORTEST_PAUSE

REQUEST = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


class Stream:
    """The events of one watcher, as they come: (id, document)."""

    def __init__(self, server: Server) -> None:
        self.response = requests.get(f"{server.url}/events", stream=True, timeout=60)
        self._lines = self.response.iter_lines(chunk_size=1 << 20)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()

    def next(self) -> tuple[int, dict[str, Any]]:
        lines = []
        for line in self._lines:
            if not line:
                break
            lines.append(line.decode())
        event, number, data = lines
        assert event == "event: status"
        document: dict[str, Any] = json.loads(data.removeprefix("data: "))
        return int(number.removeprefix("id: ")), document


@pytest.fixture
def none_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """No document comes but for a change."""
    monkeypatch.setattr("vrmon.api.stream.LONGEST_PAUSE", 3600.0)


@pytest.mark.usefixtures("none_due")
def test_a_document_comes_after_a_change(server: Server) -> None:
    with Stream(server) as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream"
        first, document = stream.next()
        assert document["health"] == "ok"
        server.backend.document = scenes.document("blocked")
        server.changed()
        second, document = stream.next()
        assert document["health"] == "critical"
        assert first < second


def test_a_document_comes_every_two_seconds_without_one(server: Server) -> None:
    with Stream(server) as stream:
        first, _ = stream.next()
        began = time.monotonic()
        second, _ = stream.next()
        assert first < second
        assert time.monotonic() - began > 1.0


@pytest.mark.usefixtures("none_due")
def test_a_burst_of_changes_is_one_document_for_all(server: Server) -> None:
    with Stream(server) as one, Stream(server) as other:
        one.next()
        other.next()
        made = server.backend.documents_made
        for _ in range(50):
            server.changed()
        assert one.next() == other.next()
        assert server.backend.documents_made == made + 1


@pytest.mark.usefixtures("none_due")
def test_who_comes_later_gets_what_is_so_then(server: Server) -> None:
    with Stream(server) as one:
        one.next()
        server.backend.document = scenes.document("blocked")
        time.sleep(SHORTEST_PAUSE + 0.1)  # a document that is younger does for all
        with Stream(server) as other:
            assert other.next()[1]["health"] == "critical"


def test_an_old_proxy_gets_the_stream_unchunked(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
        sock.sendall(b"GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not answer.endswith(b"\n\n"):
            answer += sock.recv(65536)
        body = answer.partition(b"\r\n\r\n")[2]
    assert body.startswith(b"event: status\nid: ")


def test_one_that_reads_nothing_delays_nobody(server: Server) -> None:
    server.backend.document["summary"] = "x" * 3_000_000
    with socket.create_connection(("127.0.0.1", server.port)) as sleeper:
        sleeper.sendall(REQUEST)
        with Stream(server) as stream:
            numbers = []
            for _ in range(4):
                numbers.append(stream.next()[0])
                server.changed()
        assert numbers == sorted(set(numbers))


def test_one_that_never_reads_is_dropped_and_one_that_does_stays(tmp_path: Path) -> None:
    with serving(tmp_path, patience=0.3) as server, socket.socket(socket.AF_UNIX) as sleeper:
        server.backend.document["summary"] = "x" * 1_000_000
        sleeper.connect(str(server.unix_socket))
        sleeper.sendall(REQUEST)
        with Stream(server) as stream:
            server.wait(lambda: server.api.watchers == 2)
            deadline = time.monotonic() + 60
            while server.api.watchers == 2:
                assert time.monotonic() < deadline
                stream.next()
                server.changed()
            stream.next()
            assert server.api.watchers == 1


def test_a_watcher_that_leaves_is_forgotten(server: Server) -> None:
    with Stream(server) as stream:
        stream.next()
    server.changed()
    server.wait(lambda: server.api.watchers == 0)


def test_stopping_ends_the_streams(tmp_path: Path) -> None:
    with serving(tmp_path) as server, Stream(server) as stream:
        stream.next()
        began = time.monotonic()
        server.call(server.api.stop())
        assert time.monotonic() - began < 5
        assert list(stream.response.iter_lines()) == []


def test_two_hundred_watchers_cost_the_loop_next_to_nothing(server: Server) -> None:
    server.backend.document = scenes.document(*["recording"] * 16)
    watchers = []
    try:
        for _ in range(200):
            sock = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            sock.sendall(REQUEST)
            watchers.append(sock)
        for sock in watchers:
            assert sock.recv(20).startswith(b"HTTP/1.1 200 ")
        made, before = server.backend.documents_made, server.call(_loops_time())
        server.changed()
        server.wait(lambda: server.backend.documents_made > made)
        assert server.call(_loops_time()) - before < 0.5
    finally:
        for sock in watchers:
            sock.close()


async def _loops_time() -> float:
    """Seconds of a processor that the loop has had so far."""
    return time.thread_time()
