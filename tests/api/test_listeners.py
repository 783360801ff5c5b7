"""Where the API listens: taken over, moved, refused, and ended without refusing anybody."""

from __future__ import annotations

import logging
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.world.api_server import FakeBackend, Server
from vrmon.api import TCP, ListenError, listeners


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Server]:
    server = Server(FakeBackend(), tmp_path / "run" / "vrmon.sock")
    yield server
    server.close()


def answers(server: Server, port: int | None = None) -> bool:
    url = f"http://127.0.0.1:{port or server.port}/healthz"
    return requests.get(url, timeout=60).status_code == 200


def unix_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(str(path))
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return sock.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.fixture
def free_port() -> Iterator[int]:
    """One that the system gives to nobody who asks for any, while this socket is bound to it."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("0.0.0.0", 0))  # noqa: S104
        yield reserved.getsockname()[1]


def test_where_it_listens_is_in_the_log(idle: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        idle.start()
    told = [(record.getMessage(), getattr(record, "ADDRESS", "")) for record in caplog.records]
    assert told == [("Listening", "127.0.0.1:0"), ("Listening", str(idle.unix_socket))]


def test_a_taken_port_costs_tcp_only_and_can_be_tried_again(idle: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rival:
        port = rival.getsockname()[1]
        with pytest.raises(ListenError, match="in use") as refused:
            idle.start(idle.settings(f"127.0.0.1:{port}"))
        assert list(refused.value.reasons) == ["vrmon-tcp"]
        assert str(refused.value).startswith(f"Cannot listen on 127.0.0.1:{port}: Address already in use. ")
        assert unix_answers(idle.unix_socket)
    idle.call(idle.api.rebind(idle.settings(f"127.0.0.1:{port}")))
    assert answers(idle)


def test_a_socket_that_cannot_be_had_leaves_tcp_alone(idle: Server) -> None:
    idle.unix_socket.parent.mkdir()
    idle.unix_socket.write_text("not a socket")
    with pytest.raises(ListenError) as refused:
        idle.start()
    assert list(refused.value.reasons) == ["vrmon-unix"]
    assert answers(idle)
    assert idle.unix_socket.read_text() == "not a socket"


def test_a_stale_socket_file_is_replaced_a_living_one_is_not(idle: Server, tmp_path: Path) -> None:
    idle.unix_socket.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(idle.unix_socket))
    idle.start()
    assert unix_answers(idle.unix_socket)
    second = Server(FakeBackend(), idle.unix_socket)
    try:
        with pytest.raises(ListenError, match="another program answers on it"):
            second.start()
        assert unix_answers(idle.unix_socket)
    finally:
        second.close()
    assert unix_answers(idle.unix_socket)


def test_tcp_can_be_off(idle: Server) -> None:
    idle.start(idle.settings(""))
    assert list(idle.api.listeners) == ["vrmon-unix"]
    idle.call(idle.api.rebind(idle.settings()))
    assert answers(idle)
    idle.call(idle.api.rebind(idle.settings("")))
    assert list(idle.api.listeners) == ["vrmon-unix"]


def test_a_name_that_is_none_costs_tcp_only(idle: Server) -> None:
    with pytest.raises(ListenError, match=r"Cannot listen on x{64}:8001: it is not a host name\. "):
        idle.start(idle.settings(f"{'x' * 64}:8001"))
    assert unix_answers(idle.unix_socket)


def test_where_it_cannot_listen_it_says_what_to_change(idle: Server) -> None:
    idle.unix_socket.parent.mkdir()
    idle.unix_socket.write_text("not a socket")
    with socket.create_server(("127.0.0.1", 0)) as rival, pytest.raises(ListenError) as refused:
        idle.start(idle.settings(f"127.0.0.1:{rival.getsockname()[1]}"))
    reasons = refused.value.reasons
    assert reasons["vrmon-tcp"].endswith(". Free it, or change api.listen in vrmon.toml.")
    assert reasons["vrmon-unix"].endswith(". Free it, or change api.unix_socket in vrmon.toml.")
    assert str(refused.value) == "\n".join(reasons.values())


def test_the_sockets_folder_is_made_for_all_to_enter(tmp_path: Path) -> None:
    path = tmp_path / "run" / "vrmon" / "vrmon.sock"
    listeners.open_unix(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_only_a_socket_is_removed(tmp_path: Path) -> None:
    file, missing, sock = tmp_path / "file", tmp_path / "missing", tmp_path / "sock"
    file.touch()
    listeners.open_unix(sock).close()
    for path in (file, missing, sock):
        listeners.remove(path)
    assert [file.exists(), sock.exists()] == [True, False]


@pytest.mark.parametrize("wanted", [("127.0.0.1", 1), ("127.0.0.2", 0), ("::1", 0)])
def test_a_socket_that_listens_elsewhere_does_not_fit(wanted: tuple[str, int]) -> None:
    host, beside = wanted
    with socket.create_server(("127.0.0.1", 0)) as sock, socket.socket() as deaf:
        port = sock.getsockname()[1]
        here = listeners.TcpAddress(socket.AF_INET, "127.0.0.1", port)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        assert listeners.fits_tcp(sock, here)
        assert not listeners.fits_tcp(sock, listeners.TcpAddress(family, host, port + beside))
        deaf.bind(("127.0.0.1", 0))
        there = listeners.TcpAddress(socket.AF_INET, *deaf.getsockname())
        assert not listeners.fits_tcp(deaf, there)


def test_both_families_on_one_ipv6_address(idle: Server) -> None:
    idle.start(idle.settings("[::]:0"))
    assert answers(idle)
    assert requests.get(f"http://[::1]:{idle.port}/healthz", timeout=60).status_code == 200


class TestRebind:
    def test_an_address_that_has_not_changed_is_not_touched(self, idle: Server) -> None:
        idle.start()
        before = idle.api.listeners
        idle.call(idle.api.rebind(idle.settings()))
        assert idle.api.listeners == before

    def test_a_socket_whose_file_was_removed_gets_another(self, idle: Server) -> None:
        idle.start()
        found = [idle.api.is_unreachable]
        idle.unix_socket.unlink()
        found.append(idle.api.is_unreachable)
        idle.call(idle.api.rebind(idle.settings()))
        found.append(idle.api.is_unreachable)
        assert found == [False, True, False]
        assert unix_answers(idle.unix_socket)
        idle.call(idle.api.stop())
        assert not idle.unix_socket.exists()

    def test_it_moves(self, idle: Server, tmp_path: Path, free_port: int) -> None:
        idle.start()
        old_port, new_path = idle.port, tmp_path / "elsewhere.sock"
        idle.call(idle.api.rebind(idle.settings(f"127.0.0.1:{free_port}", new_path)))
        assert answers(idle, free_port)
        assert unix_answers(new_path)
        assert not idle.unix_socket.exists()
        with pytest.raises(requests.ConnectionError):
            answers(idle, old_port)

    def test_one_port_from_every_address_to_one_and_back(self, idle: Server, free_port: int) -> None:
        idle.start(idle.settings(f"0.0.0.0:{free_port}"))
        for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104
            with idle.api.listeners["vrmon-tcp"].dup():  # as the service manager holds it
                idle.call(idle.api.rebind(idle.settings(f"{host}:{free_port}")))
            assert idle.api.listeners["vrmon-tcp"].getsockname()[0] == host
            assert answers(idle, free_port)

    def test_one_port_to_an_address_that_is_taken_leaves_it_as_it_was(
        self, idle: Server, free_port: int
    ) -> None:
        with socket.create_server(("127.0.0.2", free_port)):
            idle.start(idle.settings(f"127.0.0.1:{free_port}"))
            with pytest.raises(ListenError, match="Address already in use"):
                idle.call(idle.api.rebind(idle.settings(f"0.0.0.0:{free_port}")))
            assert idle.api.listeners["vrmon-tcp"].getsockname() == ("127.0.0.1", free_port)
            assert answers(idle, free_port)

    def test_the_old_address_stays_where_the_new_one_fails(self, idle: Server) -> None:
        idle.start()
        port = idle.port
        with (
            socket.create_server(("127.0.0.1", 0)) as rival,
            pytest.raises(ListenError, match="Address already in use"),
        ):
            idle.call(idle.api.rebind(idle.settings(f"127.0.0.1:{rival.getsockname()[1]}")))
        assert answers(idle, port)
        with pytest.raises(ListenError, match=r"192\.0\.2\.1:0"):
            idle.call(idle.api.rebind(idle.settings("192.0.2.1:0")))
        assert answers(idle, port)


class TestTakingOver:
    def adopt(self, idle: Server) -> tuple[socket.socket, socket.socket]:
        idle.unix_socket.parent.mkdir(exist_ok=True)
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(str(idle.unix_socket))
        unix.listen()
        return socket.create_server(("127.0.0.1", 0)), unix

    def test_sockets_that_fit_are_served_with_whoever_waits_on_them(self, idle: Server) -> None:
        tcp, unix = self.adopt(idle)
        port = tcp.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=60) as early:
            early.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            idle.start(idle.settings(f"127.0.0.1:{port}"), {"vrmon-tcp": tcp, "vrmon-unix": unix})
            assert early.recv(100).startswith(b"HTTP/1.1 200 ")
        assert idle.api.listeners == {"vrmon-tcp": tcp, "vrmon-unix": unix}
        assert unix_answers(idle.unix_socket)

    def test_sockets_that_do_not_fit_are_closed(self, idle: Server, tmp_path: Path) -> None:
        tcp, unix = self.adopt(idle)
        stray = socket.socket()
        elsewhere = idle.settings(unix_socket=tmp_path / "new.sock")
        idle.start(elsewhere, {"vrmon-tcp": tcp, "vrmon-unix": unix, "stray": stray})
        assert tcp.fileno() == unix.fileno() == stray.fileno() == -1
        assert answers(idle)
        assert unix_answers(tmp_path / "new.sock")

    def test_a_socket_whose_file_is_gone_is_bound_anew(self, idle: Server) -> None:
        tcp, unix = self.adopt(idle)
        tcp.close()
        idle.unix_socket.unlink()
        idle.start(adopted={"vrmon-unix": unix})
        assert unix.fileno() == -1
        assert unix_answers(idle.unix_socket)


class TestStop:
    def test_the_socket_file_goes_unless_a_successor_takes_it_over(self, idle: Server) -> None:
        idle.start()
        parked = idle.api.listeners["vrmon-unix"].dup()
        idle.call(idle.api.stop(keep_socket_file=True))
        assert idle.unix_socket.exists()
        successor = Server(FakeBackend(), idle.unix_socket)
        try:
            successor.start(adopted={"vrmon-unix": parked})
            assert unix_answers(idle.unix_socket)
        finally:
            successor.close()
        assert not idle.unix_socket.exists()

    def test_what_was_said_just_before_is_answered_although_it_has_to_wait(self, idle: Server) -> None:
        idle.start()
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

        async def ask_and_stop() -> None:
            idle.api._terms[TCP].turns.spent(0.004)
            client.sendall(request)
            await idle.api.stop()

        with socket.create_connection(("127.0.0.1", idle.port), timeout=5) as client:
            client.sendall(request)
            answers = b""
            while not answers.endswith(b"}"):
                answers += client.recv(1000)
            idle.call(ask_and_stop())
            while more := client.recv(1000):
                answers += more
        assert answers.count(b"HTTP/1.1 200 ") == 2

    def test_asked_without_pause_nobody_is_refused_across_restarts(self, idle: Server) -> None:
        idle.start()
        listen = f"127.0.0.1:{idle.port}"
        failures: list[Exception] = []
        asked = [0]
        over = threading.Event()

        def ask() -> None:
            while not over.is_set():
                try:
                    assert requests.get(f"http://{listen}/healthz", timeout=60).status_code == 200
                    asked[0] += 1
                except (requests.RequestException, AssertionError) as error:
                    failures.append(error)

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        try:
            for _ in range(5):
                enough = asked[0] + 20
                while asked[0] < enough and not failures:
                    over.wait(0.002)
                parked = {name: sock.dup() for name, sock in idle.api.listeners.items()}
                idle.call(idle.api.stop(keep_socket_file=True))
                idle.start(idle.settings(listen), parked)
        finally:
            over.set()
            for asker in askers:
                asker.join(60)
        assert failures == []
