"""The HTTP client against servers that do everything wrong: on time, named, without the password."""

from __future__ import annotations

import errno
import gc
import http.client
import inspect
import logging
import os
import socket
import ssl
import time
import traceback
from pathlib import Path

import pytest
import requests.exceptions
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st

from tests.world.hostile import (
    OK,
    Behaviour,
    Connection,
    Hostile,
    always,
    certificate,
    closed_port,
    drip,
    flood,
    http_answer,
    once,
    reset,
    server_context,
    silent,
)
from tests.world.http_client import SPELLINGS, client_of, get
from vrmon.errors import BadAnswer, DeviceError, Unreachable
from vrmon.net.body import Answer
from vrmon.net.failures import FOREIGN
from vrmon.net.sockets import BudgetSocket

TIMEOUT = 0.2
SLACK = 5.0  # what is late here is late for ever
AMPLE = 60.0  # for a client that is to find fault with the answer, and not to lose patience
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "device", "IP:127.0.0.1")


LATE: dict[str, Behaviour] = {
    "never answers": silent,
    "never hears": lambda connection: connection.hang(),
    "drips a status line": drip(b"HTTP/1.1 200 "),
    "drips headers": drip(OK, b"X"),
    "drips a body": drip(OK + b"Content-Length: 100000\r\n\r\n"),
    "drips a body of unknown length": drip(OK + b"\r\n"),
    "drips chunks": drip(CHUNKED, b"1\r\nx\r\n"),
    "drips a chunk's size": drip(CHUNKED, b"0"),
    "drips trailers": drip(CHUNKED + b"0\r\n", b"X-A: b\r\n"),
    "continues for ever": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "stops within the body": drip(OK + b"Content-Length: 10\r\n\r\n[", b""),
}

ODD: dict[str, tuple[Behaviour, type[DeviceError], str]] = {
    "resets": (reset, Unreachable, "broke off the connection"),
    "closes": (once(b""), Unreachable, "closed the connection without an answer"),
    "cut by length": (once(OK + b"Content-Length: 20\r\n\r\n[]"), Unreachable, "cut its answer short"),
    "cut in chunk": (once(CHUNKED + b"f\r\n[]"), Unreachable, "cut its answer short"),
    "cut between chunks": (once(CHUNKED + b"2\r\n[]\r\n"), Unreachable, "cut its answer short"),
    "another protocol": (once(b"220 ftp.example ready\r\n"), BadAnswer, "not HTTP"),
    "a status of letters": (once(b"HTTP/1.1 abc\r\n\r\n"), BadAnswer, "not HTTP"),
    "two lengths": (once(OK + b"Content-Length: 1, 2\r\n\r\n[]"), BadAnswer, "not HTTP"),
    "many headers": (once(OK + b"A: b\r\n" * 200 + b"\r\n"), BadAnswer, "not HTTP"),
    "a long header": (once(OK + b"A: " + b"b" * 70000 + b"\r\n\r\n"), BadAnswer, "not HTTP"),
    "too long by its length": (
        flood(OK + b"Content-Length: 99999999999\r\n\r\n"),
        BadAnswer,
        "sent more than",
    ),
    "too long without one": (flood(OK + b"\r\n"), BadAnswer, "sent more than"),
    "too long in one chunk": (flood(CHUNKED + b"ffffffffff\r\n"), BadAnswer, "sent more than"),
    "too long in a negative chunk": (flood(CHUNKED + b"-1\r\n"), BadAnswer, "sent more than"),
    "too long in small chunks": (flood(CHUNKED, b"1\r\nx\r\n" * 9999), BadAnswer, "sent more than"),
    "headers without end": (flood(b"", b"HTTP/1.1 100 C\r\n\r\n" * 999), BadAnswer, "sent more than"),
    "a redirect without end": (
        flood(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n"),
        BadAnswer,
        "sent more than",
    ),
}


def assert_says_nothing_secret(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    told = "".join(traceback.format_exception(error)) + str(error.__cause__) + caplog.text
    for spelling in SPELLINGS:
        assert spelling not in told


@pytest.mark.parametrize("over_tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("behave", LATE.values(), ids=LATE.keys())
def test_whatever_the_device_does_the_deadline_holds(
    behave: Behaviour, over_tls: bool, pem: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Hostile(behave, server_context(pem) if over_tls else None) as server:
        client = client_of(server.url, timeout=TIMEOUT)
        began = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            get(client)
        took = time.monotonic() - began
        client.close()
    assert TIMEOUT - 0.01 < took < TIMEOUT + SLACK
    assert str(caught.value) == f"dvr-1 (127.0.0.1:{server.port}) did not answer within 0.2 s"
    assert_says_nothing_secret(caught.value, caplog)


def test_what_comes_just_before_the_deadline_does_not_put_it_off() -> None:
    timeout = 3.0

    def behave(connection: Connection) -> None:
        connection.hear()
        if not connection.server.closing.wait(0.9 * timeout):
            connection.send(OK)
            connection.hang()

    with Hostile(behave) as server:
        client = client_of(server.url, timeout=timeout)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="did not answer within 3 s"):
            get(client)
        assert time.monotonic() - began < 1.7 * timeout
        client.close()


def test_a_request_that_is_taken_piece_by_piece_ends_at_the_deadline() -> None:
    def behave(connection: Connection) -> None:
        while connection.sock.recv(4096) and not connection.server.closing.wait(0.05):
            pass

    with Hostile(behave) as server:
        client = client_of(server.url, timeout=TIMEOUT)
        request = client.prepare("PUT", "sources", body="x" * (32 << 20))
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            client.exchange(request)
        assert time.monotonic() - began < TIMEOUT + SLACK
        client.close()


def test_a_handshake_that_hangs_ends_at_the_deadline() -> None:
    with Hostile(lambda connection: connection.hang()) as server:
        client = client_of(server.url.replace("http:", "https:"), timeout=TIMEOUT)
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            get(client)
        assert time.monotonic() - began < TIMEOUT + SLACK
        client.close()


def test_a_connection_that_is_never_accepted_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())
        client = client_of(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=TIMEOUT)
        with pytest.raises(Unreachable, match="did not answer"):
            get(client)
        client.close()


@pytest.mark.parametrize(("behave", "kind", "text"), ODD.values(), ids=ODD.keys())
def test_each_odd_answer_is_an_error_with_a_reason(
    behave: Behaviour, kind: type[DeviceError], text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Hostile(behave) as server:
        client = client_of(server.url, timeout=AMPLE)
        with pytest.raises(kind, match=text) as caught:
            get(client)
        assert len(server.heard) == 1
        server.behave = always(http_answer(b"[1]"))
        assert get(client) == Answer(200, b"[1]"), "the client is not fit for use afterwards"
        client.close()
    assert_says_nothing_secret(caught.value, caplog)


def test_given_up_answers_leave_no_socket_open() -> None:
    """At once, not when the error goes or garbage is collected: an odd device may stay odd for days."""
    kept = []
    behaviours = [behave for name, (behave, _, _) in ODD.items() if not name.startswith("too long")]
    with Hostile(behaviours[0]) as server:
        client = client_of(server.url, timeout=AMPLE)
        gc.disable()
        try:
            for server.behave in behaviours * 2:
                try:
                    get(client)
                except DeviceError as error:
                    kept.append(error)
                assert client._pool._only.opened.fileno() == -1
        finally:
            gc.enable()
            client.close()


def test_nothing_listens() -> None:
    with closed_port() as url:
        client = client_of(url)
        with pytest.raises(Unreachable, match=r"^dvr-1 \(127\.0\.0\.1:\d+\) refused the connection$"):
            get(client)
        client.close()


@pytest.mark.parametrize(
    "number", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL]
)
def test_a_machine_to_which_no_way_leads_is_not_reached(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(BudgetSocket, "connect", refuse)
    client = client_of("http://127.0.0.1:1")
    with pytest.raises(Unreachable, match=f"cannot be reached: {os.strerror(number)}$"):
        get(client)
    client.close()


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "ü" * 70 + ".example"])
def test_a_name_that_cannot_be_one(host: str) -> None:
    client = client_of(f"http://{host}:1")
    with pytest.raises(Unreachable, match="has no valid name in its url"):
        get(client)
    client.close()


def test_odd_headers_do_not_bring_the_password_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Hostile(once(OK + b"no header at all\r\nContent-Length: 2\r\n\r\n[]")) as server:
        client = client_of(server.url)
        get(client)
        client.close()
    assert "password" not in caplog.text


@given(data=st.binary(max_size=300), whole=st.booleans())
def test_random_bytes_are_an_answer_or_one_of_our_errors(data: bytes, whole: bool) -> None:
    with Hostile(once(OK + data if whole else data)) as server:
        client = client_of(server.url)
        try:
            assert isinstance(get(client).content, bytes)
        except DeviceError as error:
            str(error).encode()
        client.close()


HEADER = st.sampled_from(
    [
        "Content-Type: x; charset",
        "Content-Length: -1",
        "Content-Length: 9" + "9" * 5000,
        "Content-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Set-Cookie: a=b; expires=Thu, 99 Jan 99999 00:00:00 GMT",
        "Location: http://[",
        "Connection: upgrade",
        ": empty",
        "X: \x00",
        "Content-Length: ²",
    ]
)


@given(headers=st.lists(HEADER, max_size=4), status=st.sampled_from([200, 204, 302, 304, 401, 999]))
def test_hostile_headers_are_an_answer_or_one_of_our_errors(headers: list[str], status: int) -> None:
    head = "\r\n".join([f"HTTP/1.1 {status} OK", *headers, "", ""]).encode("latin-1")
    with Hostile(once(head + b"[]")) as server:
        client = client_of(server.url)
        try:
            get(client)
        except DeviceError as error:
            str(error).encode()
        client.close()


def test_the_map_is_complete() -> None:
    """Every exception that the libraries define is one that an exchange turns into ours."""
    modules = (requests.exceptions, urllib3.exceptions, http.client, ssl, socket)
    classes = {
        thing
        for module in modules
        for name, thing in inspect.getmembers(module, inspect.isclass)
        if issubclass(thing, Exception) and not issubclass(thing, Warning) and not name.startswith("_")
    }
    assert len(classes) > 60
    assert {thing for thing in classes if not issubclass(thing, FOREIGN)} == set()
