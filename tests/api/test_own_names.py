"""DNS rebinding: a page from elsewhere may lead its name to this server, but must say that name in Host."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.api_server import FakeBackend, Server
from tests.world.running import running
from tests.world.unix_client import ask
from vrmon import settings as site
from vrmon.api.own_names import names_of

MACHINE = socket.gethostname()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(FakeBackend(), tmp_path_factory.mktemp("names") / "vrmon.sock")
    server.start(site.Api("127.0.0.1:0", server.unix_socket, ("vrmon.example.org", "board")))
    yield server
    server.close()


def status_for(server: Server, *hosts: str, path: str = "/status", version: str = "1.1") -> tuple[int, str]:
    """Status and error of an answer over TCP to a request with these Host headers."""
    return ask_tcp(server.port, *hosts, path=path, version=version)


def ask_tcp(port: int, *hosts: str, path: str = "/status", version: str = "1.1") -> tuple[int, str]:
    lines = [f"GET {path} HTTP/{version}", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        sock.sendall("\r\n".join(lines).encode())
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    error = json.loads(body).get("error", "") if b"application/json" in head else ""
    return int(head.split()[1]), error


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8001",
        "10.1.85.9:80",
        "[::1]",
        "[fe80::1]:8001",
        "localhost",
        "LOCALHOST:8001",
        "localhost.",
        MACHINE,
        f"{MACHINE.upper()}:8001",
        f"{MACHINE.partition('.')[0]}.local",
        "vrmon.example.org",
        "VRMON.Example.ORG.:443",
        "board:8001",
    ],
)
def test_whoever_asks_for_us_is_answered(server: Server, host: str) -> None:
    assert status_for(server, host) == (200, "")


@pytest.mark.parametrize("path", ["/", "/status", "/events", "/metrics", "/thumbnail/PCR%201", "/nowhere"])
def test_whoever_asks_for_another_is_refused_whatever_he_asks(server: Server, path: str) -> None:
    code, error = status_for(server, "evil.example:8001", path=path)
    assert code == 403
    assert error.startswith("Cannot answer for 'evil.example:8001': ")
    assert "api.names in vrmon.toml" in error


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        f"{MACHINE}.evil.example",
        "127.0.0.1.evil.example",
        "example.org",
        "x.vrmon.example.org",
        "1.2.3",
        "0x7f000001",
        "[::1].evil.example",
        "[evil.example]",
        "localhost:80:80",
        "localhost@evil.example",
        ".",
        ":8001",
    ],
)
def test_a_name_that_only_looks_like_ours_is_refused(server: Server, host: str) -> None:
    assert status_for(server, host)[0] in (400, 403)


def test_two_names_are_one_too_many(server: Server) -> None:
    assert status_for(server, "localhost", "evil.example")[0] in (400, 403)
    assert status_for(server, "evil.example", "localhost")[0] in (400, 403)


def test_an_old_client_names_nobody(server: Server) -> None:
    assert status_for(server, version="1.0")[0] == 200


def test_over_the_socket_any_name_will_do(server: Server) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(str(server.unix_socket))
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: whatever\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_reload_puts_other_names_in_force(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        port = int(daemon.url.rpartition(":")[2])
        assert ask_tcp(port, "vrmon.example.org")[0] == 403
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace("[api]", '[api]\nnames = ["VRMON.example.org"]'))
        assert ask(daemon.socket, "POST", "/reload", {})[0] == 200
        assert ask_tcp(port, "vrmon.example.org")[0] == 200


def test_a_machine_is_known_in_the_domains_that_it_searches() -> None:
    resolver = (
        "# domain not.this\nnameserver 192.0.2.1\nsearch studio.example  news.example.\ndomain a.example\n"
    )
    assert names_of("vrmon", resolver) == {
        "vrmon",
        "vrmon.local",
        "vrmon.studio.example",
        "vrmon.news.example",
        "vrmon.a.example",
    }
    assert names_of("vrmon.studio.example", "search .\n") == {"vrmon.studio.example", "vrmon", "vrmon.local"}
