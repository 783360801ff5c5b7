"""What one connection may do and how many there may be, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
import requests

from tests.world.api_server import Server, serving
from tests.world.unix_client import ask
from vrmon.api.acceptor import origin

PATIENCE = 60.0  # seconds
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


@contextlib.contextmanager
def connected(server: Server, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection(
        ("127.0.0.1", server.port), timeout=PATIENCE, source_address=(source, 0)
    ) as sock:
        yield sock


@contextlib.contextmanager
def connected_locally(server: Server) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE)
        sock.connect(str(server.unix_socket))
        yield sock


def all_of(sock: socket.socket) -> bytes:
    """What comes until the connection is closed, or reset."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := sock.recv(65536):
            answer += chunk
    return answer


def one_of(sock: socket.socket) -> bytes:
    """One answer with a body, whole."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(1)
    length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    head = len(answer)
    while len(answer) < head + length:
        answer += sock.recv(head + length - len(answer))
    return answer


def is_dropped(sock: socket.socket) -> bool:
    """Whether the connection is over within a minute, with or without an answer."""
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(ConnectionResetError):
        while sock.recv(65536):
            if time.monotonic() > deadline:
                return False
    return True


class TestRequests:
    def test_those_sent_at_once_are_answered_in_order(self, server: Server) -> None:
        paths = [b"/healthz", b"/nowhere", b"/devices"] * 100
        heads = [b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path for path in paths]
        with connected(server) as sock:
            sock.sendall(b"".join(heads))
            for path in paths:
                answer = one_of(sock)
                assert answer.startswith(b"HTTP/1.1 404 " if path == b"/nowhere" else b"HTTP/1.1 200 ")
                assert (b"primaries" in answer) == (path == b"/devices")

    def test_a_head_may_come_byte_by_byte(self, server: Server) -> None:
        with connected(server) as sock:
            for _ in range(2):
                for byte in HEALTH:
                    sock.sendall(bytes([byte]))
                assert one_of(sock).startswith(b"HTTP/1.1 200 ")

    def test_a_body_may_come_byte_by_byte_and_hold_blank_lines(self, server: Server) -> None:
        body = b'{"reason":\r\n\r\n\n\n"rewiring",\n\n"seconds": 7}'
        head = b"POST /channels/PCR%%201/hold HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        with connected_locally(server) as sock:
            for byte in head + body:
                sock.sendall(bytes([byte]))
            sock.sendall(HEALTH)
            assert b"PCR 1 is on hold." in one_of(sock)
            assert one_of(sock).startswith(b"HTTP/1.1 200 ")
        assert server.backend.asked[0][:4] == ("hold", "PCR 1", 7.0, "rewiring")

    def test_a_body_in_chunks_is_understood(self, server: Server) -> None:
        head = b"POST /channels/PCR%201/auto HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        with connected_locally(server) as sock:
            sock.sendall(head + b'9\r\n{"by": "a\r\n2\r\n"}\r\n0\r\nX-Trailer: 1\r\n\r\n' + HEALTH)
            assert b"PCR 1 is automatic." in one_of(sock)
            assert one_of(sock).startswith(b"HTTP/1.1 200 ")

    def test_over_tcp_a_body_is_not_looked_at(self, server: Server) -> None:
        with connected(server) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 74\r\n\r\n" + HEALTH)
            answer = all_of(sock)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1") == 1

    def test_what_follows_a_stream_that_was_refused_is_answered(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        with connected(server) as sock:
            sock.sendall(b"GET /events HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
            assert one_of(sock).startswith(b"HTTP/1.1 403 ")
            server.backend.broken = True
            sock.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one_of(sock).startswith(b"HTTP/1.1 500 ")
            sock.sendall(HEALTH)
            assert one_of(sock).startswith(b"HTTP/1.1 200 ")
        assert "Answering a request failed" in caplog.text

    @pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
    def test_an_upgrade_is_not_made(self, server: Server, protocol: bytes) -> None:
        wish = b"Connection: Upgrade\r\nUpgrade: " + protocol
        with connected(server) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + wish + b"\r\n\r\n" + HEALTH)
            answer = all_of(sock)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1") == 1

    @pytest.mark.parametrize(
        "more",
        [b"X-More: " + b"x" * 7000 + b"\r\n", b"a: b\r\n", b"\r\n" * 50],
        ids=["headers", "lines", "blank lines"],
    )
    def test_a_head_without_end_is_dropped(self, server: Server, more: bytes) -> None:
        with connected(server) as sock:
            with contextlib.suppress(OSError):
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" * (b":" in more))
                for _ in range(120):
                    sock.sendall(more)
            assert is_dropped(sock)

    def test_what_a_browser_sends_at_most_is_taken(self, server: Server) -> None:
        cookie = b"Cookie: " + b"c" * 8000 + b"\r\n"
        lines = b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(90))
        with connected(server) as sock:
            sock.sendall(HEALTH[:-2] + cookie + lines + b"\r\n")
            assert one_of(sock).startswith(b"HTTP/1.1 200 ")

    @pytest.mark.parametrize("path", ["/events", "/healthz"])
    def test_bytes_that_nobody_asked_for_end_it(self, server: Server, path: str) -> None:
        with connected(server) as sock:
            sock.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n".encode()
            )
            with contextlib.suppress(OSError):
                for _ in range(100):
                    sock.sendall(b"x" * 65536)
            assert is_dropped(sock)

    def test_one_that_takes_nothing_makes_no_copy_of_a_large_answer(self, server: Server) -> None:
        server.backend.document["summary"] = "x" * 3_000_000
        before = resident_mebibytes()
        with ExitStack() as stack:
            socks = [stack.enter_context(connected(server)) for _ in range(80)]
            for path, some in ((b"/status", socks[::2]), (b"/events", socks[1::2])):
                for sock in some:
                    sock.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path)
            for sock in socks:
                assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
            assert resident_mebibytes() - before < 60  # of 240


class TestTime:
    def test_a_stalled_request_does_not_keep_others_waiting(self, server: Server) -> None:
        with connected(server) as stalled:
            stalled.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\nX-Never: ")
            for _ in range(20):
                assert requests.get(f"{server.url}/status", timeout=60).status_code == 200

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"GET /status HTTP/1.1\r\nHost: localhost\r\nX-Never: ",
            b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\nGET /status HTTP/1.1\r\nX-Never: ",
            b"POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf",
        ],
        ids=["nothing", "half a head", "one request", "half a head after another", "half a body"],
    )
    @pytest.mark.parametrize("reach", [connected, connected_locally], ids=["TCP", "Unix"])
    def test_a_client_that_falls_silent_is_dropped(
        self, tmp_path: Path, said: bytes, reach: Callable[[Server], AbstractContextManager[socket.socket]]
    ) -> None:
        with serving(tmp_path, patience=0.1) as server, reach(server) as sock:
            sock.sendall(said)
            assert is_dropped(sock)
            assert server.backend.asked == []

    def test_one_whose_answer_takes_long_is_not_silent(self, tmp_path: Path) -> None:
        with serving(tmp_path, patience=0.1) as server:
            server.backend.check_takes = 1.0
            status, found = ask(server.unix_socket, "POST", "/check", {"by": "alice"}, timeout=PATIENCE)
            assert (status, found) == (200, {"findings": [], "exit_status": 0})

    @pytest.mark.parametrize("path", ["/check", "/nowhere"])
    def test_one_that_falls_silent_once_it_is_answered_is_dropped(self, tmp_path: Path, path: str) -> None:
        request = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n".encode()
        with serving(tmp_path, patience=0.5) as server, connected_locally(server) as sock:
            sock.sendall(request)
            if path == "/nowhere":  # where nobody waits for the rest
                assert one_of(sock).startswith(b"HTTP/1.1 404 ")
            sock.sendall(b"{}GET /status HTTP/1.1\r\nX-Never: ")
            assert is_dropped(sock)

    @pytest.mark.parametrize("reach", [connected, connected_locally], ids=["TCP", "Unix"])
    @pytest.mark.parametrize("count", [1, 3])
    def test_one_that_says_no_more_is_answered_and_let_go(
        self, server: Server, count: int, reach: Callable[[Server], AbstractContextManager[socket.socket]]
    ) -> None:
        with reach(server) as sock:
            sock.sendall(HEALTH * count)
            sock.shutdown(socket.SHUT_WR)
            assert all_of(sock).count(b"HTTP/1.1 200 ") == count

    @pytest.mark.parametrize("said", [b"", HEALTH], ids=["half a request", "half a request after another"])
    def test_one_that_says_no_more_before_all_is_said_is_let_go(self, server: Server, said: bytes) -> None:
        with connected(server) as sock:
            sock.sendall(said + HEALTH[:-2])
            sock.shutdown(socket.SHUT_WR)
            assert all_of(sock).count(b"HTTP/1.1 200 ") == bool(said)

    def test_one_that_goes_on_asking_stays(self, tmp_path: Path) -> None:
        with serving(tmp_path, patience=0.5) as server, connected(server) as sock:
            began = time.monotonic()
            while time.monotonic() - began < 1.5:
                sock.sendall(HEALTH)
                assert one_of(sock).startswith(b"HTTP/1.1 200 ")

    def test_a_client_that_does_not_take_its_answer_is_dropped(self, tmp_path: Path) -> None:
        with serving(tmp_path, patience=0.1) as server, connected_locally(server) as sock:
            server.backend.document["summary"] = "x" * 3_000_000
            sock.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            hung_up = select.poll()
            hung_up.register(sock, 0)
            assert hung_up.poll(60_000) == [(sock.fileno(), select.POLLHUP)]

    def test_silent_clients_do_not_keep_it_from_stopping(self, tmp_path: Path) -> None:
        said = [b"", HEALTH[:-2], HEALTH, b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"]
        with serving(tmp_path) as server, ExitStack() as stack:
            for words in said:
                for reach in (connected, connected_locally):
                    sock = stack.enter_context(reach(server))
                    sock.sendall(words)
                    if words.endswith(b"\r\n\r\n"):
                        assert sock.recv(20).startswith(b"HTTP/1.1 200 ")
            began = time.monotonic()
            server.call(server.api.stop())
            assert time.monotonic() - began < 8


class TestPlaces:
    @staticmethod
    def crowd(server: Server, number: int, source: str = "127.0.0.1") -> ExitStack:
        """So many clients that got in and were answered, until the stack is closed."""
        with ExitStack() as stack:
            clients = [stack.enter_context(connected(server, source)) for _ in range(number)]
            for client in clients:
                client.sendall(HEALTH)
            for client in clients:
                assert one_of(client).startswith(b"HTTP/1.1 200 ")
            return stack.pop_all()

    @staticmethod
    def is_full(server: Server, source: str = "127.0.0.1") -> bool:
        with connected(server, source) as sock:
            return sock.recv(1000).startswith(b"HTTP/1.1 503 ")

    def test_an_address_gets_no_more_than_it_leaves_free_every_time(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        with self.crowd(server, 250):
            assert self.is_full(server)
            with self.crowd(server, 125, "127.0.0.2"):
                assert self.is_full(server, "127.0.0.2")
                assert self.is_full(server)
                assert ask(server.unix_socket, "GET", "/healthz")[0] == 200
        server.wait(lambda: server.call(connections()) == 0, PATIENCE)
        with self.crowd(server, 250):
            assert self.is_full(server)
        assert caplog.text.count("too many are open") == 1

    def test_all_together_get_no_more_than_there_are(self, server: Server) -> None:
        with ExitStack() as stack:
            stack.enter_context(self.crowd(server, 240))
            for n in range(2, 262):
                stack.enter_context(self.crowd(server, 1, f"127.0.{n // 200}.{n % 200}"))
            assert self.is_full(server, "127.0.3.1")
            assert self.is_full(server)

    def test_the_socket_has_places_of_its_own(self, server: Server) -> None:
        with ExitStack() as stack:
            clients = [stack.enter_context(connected_locally(server)) for _ in range(100)]
            for client in clients:
                client.sendall(HEALTH)
                assert one_of(client).startswith(b"HTTP/1.1 200 ")
            with connected_locally(server) as one_too_many:
                assert one_too_many.recv(1000).startswith(b"HTTP/1.1 503 ")
            assert requests.get(f"{server.url}/healthz", timeout=60).status_code == 200

    @pytest.mark.parametrize(
        ("address", "place"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
        ],
    )
    def test_an_ipv6_network_is_one_address(self, address: str, place: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        assert origin(family, (address, 8001)) == place


async def connections() -> int:
    """How many are open, counted in the server's own thread."""
    return sum("Connection.start" in repr(task.get_coro()) for task in asyncio.all_tasks())


def resident_mebibytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
