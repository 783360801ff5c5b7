"""The connection that a client keeps: opened in advance, used again, never used when it is dead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.hostile import Connection, Hostile, always, certificate, http_answer, server_context
from tests.world.http_client import client_of, get
from vrmon.errors import Unreachable
from vrmon.net.client import Client
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "device", "IP:127.0.0.1")


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def serving(request: pytest.FixtureRequest, pem: Path) -> Iterator[Hostile]:
    with Hostile(always(http_answer(b"[1]")), server_context(pem) if request.param else None) as server:
        yield server


def test_one_connection_serves_every_request(serving: Hostile) -> None:
    client = client_of(serving.url)
    for _ in range(3):
        assert get(client).content == b"[1]"
    assert serving.connections == 1
    client.close()


@pytest.mark.parametrize("ending", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"])
def test_a_connection_that_the_device_closed_meanwhile_costs_no_command(
    ending: bytes, serving: Hostile
) -> None:
    """Each connection serves one request and is then closed without notice, or with a 408 first."""

    def behave(connection: Connection) -> None:
        connection.hear()
        connection.send(http_answer(b"[1]") if connection.server.heard else b"")
        connection.send(ending)

    serving.behave = behave
    client = client_of(serving.url)
    for count in range(1, 4):
        assert get(client).content == b"[1]"
        wait_until_closed_by_peer(client)
        assert len(serving.heard) == count
    assert serving.connections == 3
    client.close()


def wait_until_closed_by_peer(client: Client) -> None:
    """Wait for the FIN to be here: only then can the client be expected to see it."""
    sock = client._pool._only.sock
    state = 8  # TCP_CLOSE_WAIT
    until = time.monotonic() + 60
    while sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != state:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_a_device_that_serves_one_connection_at_a_time_is_not_kept_busy_by_another() -> None:
    """A poller's connection would keep out every command for ever, and be answered all the while."""
    turn = threading.Lock()

    def behave(connection: Connection) -> None:
        with turn:
            while True:
                connection.hear()
                connection.send(http_answer(b"[1]"))

    with Hostile(behave) as server:
        endpoint = Endpoint(DeviceSettings("dvr-1", server.url, timeout=0.3))
        poller, lane = Client(endpoint), Client(endpoint)
        for _ in range(2):  # the first may be no more than a slow answer
            get(poller)
            polling = threading.Timer(0.1, get, [poller])
            polling.start()
            with pytest.raises(Unreachable, match="did not answer within"):
                get(lane)
            polling.join(60)
        for _ in range(2):
            assert get(poller).content == b"[1]"
            assert get(lane).content == b"[1]"
        poller.close()
        lane.close()


class Patient:
    """A device that hears the requests over so many new connections without a word, and answers all else."""

    def __init__(self) -> None:
        self.hangs = 0

    def behave(self, connection: Connection) -> None:
        while True:
            connection.hear()
            if self.hangs:
                self.hangs -= 1
                connection.hang()
            connection.send(http_answer(b"[1]"))


@pytest.mark.parametrize("are_at_once", [False, True])
def test_a_slow_answer_over_a_new_connection_is_no_reason_to_keep_none(are_at_once: bool) -> None:
    slow = Patient()
    with Hostile(slow.behave) as server:
        endpoint = Endpoint(DeviceSettings("dvr-1", server.url, timeout=0.3))
        poller, lanes = Client(endpoint), [Client(endpoint) for _ in range(3)]

        def fails(lane: Client) -> None:
            with pytest.raises(Unreachable, match="did not answer within"):
                get(lane)

        get(poller)
        slow.hangs = 3 if are_at_once else 1
        failing = [threading.Thread(target=fails, args=(lane,)) for lane in lanes[: slow.hangs]]
        for thread in failing:
            thread.start()
        for thread in failing:
            thread.join(60)
        get(poller)
        get(lanes[0])
        slow.hangs = 1
        fails(lanes[1])
        before = server.connections
        for _ in range(3):
            get(poller)
            get(lanes[0])
        assert server.connections == before
        for client in (poller, *lanes):
            client.close()


def test_a_device_that_hangs_for_everybody_is_kept_all_the_same() -> None:
    hanging = threading.Event()

    def behave(connection: Connection) -> None:
        while True:
            connection.hear()
            if hanging.is_set():
                connection.hang()
            connection.send(http_answer(b"[1]"))

    with Hostile(behave) as server:
        endpoint = Endpoint(DeviceSettings("dvr-1", server.url, timeout=0.2))
        poller, lane, idle = (Client(endpoint) for _ in range(3))
        for client in (poller, idle):
            get(client)
        hanging.set()
        for client in (poller, lane, poller, lane):
            with pytest.raises(Unreachable):
                get(client)
        hanging.clear()
        before = server.connections
        for _ in range(3):
            get(poller)
        assert server.connections == before + 1
        for client in (poller, lane, idle):
            client.close()
