"""What an exchange sends, how often, and what it takes for an answer."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import pytest

from tests.world.hostile import OK, Connection, Hostile, always, http_answer, once, reset, silent
from tests.world.http_client import client_of, get
from vrmon.errors import BadAnswer, DeviceError, Unreachable
from vrmon.model import Sight
from vrmon.net.body import Answer
from vrmon.net.client import LIMIT, Client
from vrmon.net.endpoint import Endpoint
from vrmon.net.sockets import BudgetSocket
from vrmon.settings import DeviceSettings


def test_a_command_is_sent_once_whatever_happens() -> None:
    for behave in (reset, once(b""), silent, once(http_answer(b"", 503, "Retry-After: 0"))):
        with Hostile(behave) as server:
            client = client_of(server.url, timeout=0.2)
            request = client.prepare("PUT", "sources", "a b", "recording_name", body={"recording_name": "Ü"})
            with contextlib.suppress(DeviceError):
                client.exchange(request)
            client.close()
        assert [heard.line.split()[0] for heard in server.heard] == ["PUT"]
        assert server.heard[0].headers["content-type"] == "application/json"
        assert server.heard[0].body == '{"recording_name": "Ü"}'.encode()


@pytest.mark.parametrize("body", [None, {"recording_name": "NEWS"}])
def test_a_request_goes_out_in_one_piece(body: object, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[bytes] = []
    send = BudgetSocket.send

    def noted(sock: BudgetSocket, data: bytes, flags: int = 0) -> int:
        pieces.append(bytes(data))
        return send(sock, data, flags)

    monkeypatch.setattr(BudgetSocket, "send", noted)
    with Hostile(always(http_answer())) as server:
        client = client_of(server.url)
        assert client.exchange(client.prepare("PUT", "sources", body=body)).status == 200
        client.close()
    (piece,) = pieces
    head, _, sent = piece.partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /sources?password=")
    assert sent == (b"" if body is None else b'{"recording_name": "NEWS"}')
    assert f"Content-Length: {len(sent)}".encode() in head


def test_an_answer_that_comes_before_the_device_has_heard_all_is_an_answer() -> None:
    def behave(connection: Connection) -> None:
        connection.sock.recv(1)
        connection.send(http_answer(status=413))
        connection.sock.shutdown(socket.SHUT_RD)
        connection.hang()

    with Hostile(behave) as server:
        client = client_of(server.url, timeout=20.0)
        assert client.exchange(client.prepare("PUT", "sources", body="x" * 100_000)).status == 413
        client.close()


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://127.0.0.1/", "http://127.0.0.1:80/sources"),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api/sources"),
        ("http://127.0.0.1/ü b", "http://127.0.0.1:80/%C3%BC%20b/sources"),
        ("https://MAC.Example/a%20b", "https://mac.example:443/a%20b/sources"),
    ],
)
def test_the_address_of_a_resource(url: str, asked: str) -> None:
    client = Client(Endpoint(DeviceSettings("dvr-1", url, tls="insecure")))
    assert client.prepare("GET", "sources").url == asked
    client.close()


def test_what_is_asked_for() -> None:
    with Hostile(always(http_answer())) as server:
        client = client_of(server.url)
        get(client, "sources", "4XT00292 - 0", "record")
        client.close()
    line, headers, _ = server.heard[0]
    assert line == "GET /sources/4XT00292%20-%200/record?password=h%C3%BCn%20ter%2F2%26%25 HTTP/1.1"
    assert headers["accept-encoding"] == "identity"
    assert headers["cache-control"] == "no-store"
    assert "cookie" not in headers


def test_redirects_are_answers() -> None:
    with Hostile(always(http_answer())) as other:
        with Hostile(always(http_answer(b"", 307, f"Location: {other.url}/"))) as server:
            client = client_of(server.url)
            assert get(client).status == 307
            client.close()
        assert other.connections == 0


def test_a_redirect_says_whither_without_the_password() -> None:
    target = "https://127.0.0.1:8443/login?password=h%C3%BCn%20ter%2F2%26%25"
    with Hostile(always(http_answer(b"", 302, f"Location: {target}"))) as server:
        client = client_of(server.url)
        with pytest.raises(BadAnswer) as caught:
            client.understand(get(client), lambda _: None)
        client.close()
    told = "answered with status 302, a redirect to https://127.0.0.1:8443/login?password=***"
    assert str(caught.value).endswith(told)


@pytest.mark.parametrize("age", ["1", "3600", "0, 7", "9999999999"])
@pytest.mark.parametrize("status", [200, 403])
def test_what_a_cache_in_between_has_kept_is_no_answer(status: int, age: str) -> None:
    with Hostile(always(http_answer(b"[]", status, f"Age: {age}"))) as server:
        client = client_of(server.url)
        with pytest.raises(BadAnswer, match=r"was answered for by a cache on the way, \d+ s ago"):
            get(client)
        client.close()


@pytest.mark.parametrize("age", ["0", "", "-", "new"])
def test_what_a_cache_in_between_has_just_passed_on_is_an_answer(age: str) -> None:
    with Hostile(always(http_answer(b"[1]", 200, f"Age: {age}"))) as server:
        client = client_of(server.url)
        assert get(client).content == b"[1]"
        client.close()


@pytest.mark.parametrize("status", [100, 102, 103])
def test_interim_answers_are_passed_over(status: int) -> None:
    interim = f"HTTP/1.1 {status} Wait\r\nLink: </style.css>\r\n\r\n".encode()
    with Hostile(always(interim * 3 + http_answer(b"[1]"))) as server:
        client = client_of(server.url)
        assert [get(client) for _ in range(2)] == [Answer(200, b"[1]")] * 2
        assert server.connections == 1
        client.close()


@pytest.mark.parametrize("zone", ["%251", "%1"])
def test_an_ipv6_zone_is_for_the_network_alone(zone: str) -> None:
    with Hostile(always(http_answer(b"[1]")), host="::1") as server:
        client = client_of(f"http://[::1{zone}]:{server.port}")
        assert get(client).content == b"[1]"
        assert server.heard[0].headers["host"] == f"[::1]:{server.port}"
        server.behave = reset
        client._pool.drop()
        with pytest.raises(Unreachable, match=rf"^dvr-1 \(\[::1%1\]:{server.port}\) broke off"):
            get(client)
        client.close()


@pytest.mark.parametrize(
    ("url", "host", "dial"),
    [
        ("http://[fe80::1%25enP2p1s0]:8080", "fe80::1", "fe80::1%enP2p1s0"),
        ("http://[FE80::1%enP2p1s0]", "fe80::1", "fe80::1%enP2p1s0"),
        ("https://[fe80::1%2525]:8080/api", "fe80::1", "fe80::1%25"),
        ("http://[fe80::1%25]:8080", "fe80::1", "fe80::1%25"),
        ("http://[::1]:8080", "::1", "::1"),
        ("http://Mac.Example:8080", "mac.example", "mac.example"),
        ("http://bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_the_host_of_a_url(url: str, host: str, dial: str) -> None:
    endpoint = Endpoint(DeviceSettings("dvr-1", url))
    assert (endpoint.host, endpoint.dial) == (host, dial)
    assert "%" not in endpoint.base


def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    with Hostile(always(http_answer())) as proxy, Hostile(always(http_answer(b"[1]"))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
        monkeypatch.setenv("NETRC", str(netrc))
        client = client_of(server.url)
        assert get(client).content == b"[1]"
        client.close()
        assert proxy.connections == 0
        assert "authorization" not in server.heard[0].headers


def test_cookies_are_not_kept() -> None:
    with Hostile(always(http_answer(b"[]", 200, "Set-Cookie: a=b"))) as server:
        client = client_of(server.url)
        get(client)
        get(client)
        client.close()
    assert "cookie" not in server.heard[1].headers


def test_an_answer_in_two_sends_does_not_wait_for_a_delayed_acknowledgement() -> None:
    def behave(connection: Connection) -> None:
        while True:
            connection.hear()
            connection.send(OK + b"Content-Length: 2\r\n\r\n")
            connection.send(b"[]")

    with Hostile(behave) as server:
        client = client_of(server.url, timeout=60)
        request = client.prepare("GET", "sources")
        took = []
        for _ in range(100):
            began = time.monotonic()
            client.exchange(request)
            took.append(time.monotonic() - began)
        client.close()
        assert server.connections == 1
    # The first ones are acknowledged at once anyway. A delayed acknowledgement takes 40 ms each time.
    assert min(took[50:]) < 0.02


def test_one_megabyte_is_allowed() -> None:
    body = b"[" + b" " * (LIMIT - 200) + b"]"
    with Hostile(always(http_answer(body))) as server:
        client = client_of(server.url)
        assert get(client).content == body
        client.close()


def test_an_answer_that_is_the_same_is_understood_as_the_one_before_and_another_is_not() -> None:
    bodies = [b"[1]", b"[1]", b"[2]", b"[1]", b"nonsense", b"nonsense", b"[1]"]
    read: list[object] = []

    def parse(told: object) -> Sight[object]:
        read.append(told)
        return Sight(told)

    def answer(connection: Connection) -> None:
        for body in bodies:
            connection.hear()
            connection.send(http_answer(body))

    shown: list[object] = []
    with Hostile(answer) as server:
        client = client_of(server.url)
        for _ in bodies:
            try:
                shown.append(client.sight(get(client), parse).seen)
            except BadAnswer:
                shown.append(None)
        client.close()
    assert shown == [[1], [1], [2], [1], None, None, [1]]
    assert read == [[1], [2], [1]]
