"""Each fault, as bytes on the wire, and what the device did all the same."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.world import plain
from tests.world.device_client import FIRST, Client
from vrmon.simulator import MovieRecorder, PlayBox, serving

JOBS = "/ingests/activejobsinfo"
ENOUGH = 300_000


def exchange(url: str, path: str = JOBS, patience: float = 60.0, header: str = "") -> tuple[bytes, str]:
    """What comes back for a GET, and how it ends: "closed", "reset", "open" (nothing more for so long)."""
    address = urlsplit(url)
    received = b""
    with socket.create_connection((address.hostname, address.port or 0), timeout=patience) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
        while len(received) < ENOUGH:
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                return received, "open"
            except ConnectionResetError:
                return received, "reset"
            if not piece:
                return received, "closed"
            received += piece
    return received, "endless"


def answer(url: str, path: str = JOBS) -> bytes:
    """A whole answer, after which the connection is not kept."""
    return exchange(url, path, header="Connection: close\r\n")[0]


def parts(received: bytes) -> tuple[bytes, bytes]:
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("error", 500, b"Internal Server Error"),
        ("object", 200, b'{"message": "not now"}'),
        ("null", 200, b"null"),
        ("string", 200, b'"busy"'),
        ("empty", 200, b""),
        ("nested", 200, b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_a_whole_answer_that_is_wrong(playbox: PlayBox, kind: str, status: int, body: bytes) -> None:
    playbox.fault(kind)
    head, received = parts(answer(playbox.url))
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert received == body
    assert length(head) == len(body)


def test_a_page_in_place_of_json(playbox: PlayBox) -> None:
    playbox.fault("html")
    head, body = parts(answer(playbox.url))
    assert b"200 OK" in head
    assert b"text/html" in head
    assert b"<html>" in body


def test_a_body_and_status_of_ones_own(playbox: PlayBox) -> None:
    playbox.fault("body", body='[1, {"ingestId": 5}]', status=203)
    head, body = parts(answer(playbox.url))
    assert head.startswith(b"HTTP/1.1 203 ")
    assert body == b'[1, {"ingestId": 5}]'


def test_random_bytes_with_and_without_http(playbox: PlayBox) -> None:
    playbox.fault("random_body", times=1)
    playbox.fault("random", times=1)
    head, body = parts(answer(playbox.url))
    assert b"200 OK" in head
    assert len(body) == 512
    noise, ending = exchange(playbox.url)
    assert (len(noise), ending) == (512, "closed")


def test_a_redirect(playbox: PlayBox) -> None:
    playbox.fault("redirect")
    head, _ = parts(answer(playbox.url))
    assert b"302" in head
    assert b"Location: /redirected" in head


def test_truncated_json_is_whole_http(playbox: PlayBox) -> None:
    playbox.fault("truncated")
    head, body = parts(answer(playbox.url))
    assert length(head) == len(body)
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        json.loads(body)


def test_an_answer_cut_in_its_headers(playbox: PlayBox) -> None:
    playbox.fault("cut_headers")
    received, ending = exchange(playbox.url)
    assert received.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n" not in received
    assert ending == "closed"


def test_an_answer_cut_below_its_length(playbox: PlayBox) -> None:
    playbox.fault("cut_body")
    received, ending = exchange(playbox.url)
    head, body = parts(received)
    assert 0 < len(body) < length(head)
    assert ending == "closed"


def test_a_reset(playbox: PlayBox) -> None:
    playbox.fault("reset")
    assert exchange(playbox.url) == (b"", "reset")


def test_a_kept_connection_is_dropped_after_the_answer(playbox: PlayBox) -> None:
    playbox.fault("close")
    received, ending = exchange(playbox.url)
    head, body = parts(received)
    assert json.loads(body)
    assert b"close" not in head.lower()
    assert ending == "closed"


def test_an_endless_body(playbox: PlayBox) -> None:
    playbox.fault("endless")
    assert exchange(playbox.url)[1] == "endless"


def test_a_hang_lasts_until_it_is_cleared(playbox: PlayBox) -> None:
    playbox.fault("hang")
    assert exchange(playbox.url, patience=0.1) == (b"", "open")
    with meanwhile(playbox, playbox.clear_faults):
        assert exchange(playbox.url) == (b"", "reset")
    assert parts(answer(playbox.url))[1].startswith(b"[")


@contextmanager
def meanwhile(playbox: PlayBox, do: Callable[[], object]) -> Iterator[None]:
    """Does it once one more request has arrived."""
    before = len(playbox.arrivals())

    def wait_and_do() -> None:
        playbox.wait_until(lambda: len(playbox.arrivals()) > before)
        do()

    thread = threading.Thread(target=wait_and_do)
    thread.start()
    yield
    thread.join()


def test_a_delay_on_one_route(playbox: PlayBox) -> None:
    playbox.fault("delay", JOBS, times=1, seconds=0.2)
    began = time.monotonic()
    with Client(playbox.url).session as session:
        assert session.get(playbox.url + JOBS, timeout=60).json()
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("kind", "before", "drops"),
    [
        ("drip_headers", b"", [b"H", b"T", b"T"]),
        ("drip_body", b"\r\n\r\n", [b"[", b"{"]),
        ("continue", b"", [b"HTTP/1.1 100 Continue\r\n\r\n"] * 3),
    ],
)
def test_a_drip(playbox: PlayBox, kind: str, before: bytes, drops: list[bytes]) -> None:
    """As long as anybody listens and it is not cleared, one drop each moment."""
    playbox.fault(kind, seconds=0.05)
    address = urlsplit(playbox.url)
    began = time.monotonic()
    with socket.create_connection((address.hostname, address.port or 0), timeout=60) as connection:
        connection.sendall(f"GET {JOBS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while before + b"".join(drops) not in received:
            received += connection.recv(1)
        assert time.monotonic() - began >= 0.05 * (len(drops) - 1)
        playbox.clear_faults()
        rest = b""
        while piece := connection.recv(65536):
            rest += piece
    assert b"]" not in rest


def test_a_fault_strikes_its_route_so_many_times(playbox: PlayBox) -> None:
    job = playbox.start_job(0)
    playbox.fault("reset", "/ingests/*/files", times=2)
    playbox.fault("error", f"GET {JOBS}", times=1)
    files = f"/ingests/{playbox.ingests[0]}/jobs/{job}/files"
    assert exchange(playbox.url, files)[1] == "reset"
    assert b" 500 " in answer(playbox.url)
    assert b" 200 " in answer(playbox.url)
    assert exchange(playbox.url, files)[1] == "reset"
    assert b" 200 " in answer(playbox.url, files)


@pytest.mark.parametrize(
    ("set_fault", "happened"),
    [
        (lambda recorder: recorder.fault("lost_answer", "/sources/*/record", times=1), True),
        (lambda recorder: recorder.fault("reset", "/sources/*/record", times=1), False),
        (lambda recorder: recorder.fault("hang", "/sources/*/record", processed=True), True),
        (lambda recorder: recorder.fault("error", "/sources/*/record", processed=True), True),
        (lambda recorder: recorder.fault("error", "/sources/*/record"), False),
        (lambda recorder: recorder.fault("cut_headers", "/sources/*/record"), True),
    ],
)
def test_whether_a_command_happened(set_fault: Callable[[MovieRecorder], object], happened: bool) -> None:
    with serving(MovieRecorder(1)) as recorder:
        set_fault(recorder)
        exchange(recorder.url, "/sources/4XT00292%20-%200/record", patience=0.1)
        recorder.wait_until(lambda: (recorder.running(0) is not None) is happened)
        recorder.wait_until(lambda: recorder.arrivals("/sources/*"))
        [arrival] = recorder.arrivals(f"GET /sources/{FIRST}/record")
        assert arrival.answered is None
        assert (recorder.running(0) is not None) is happened


def test_a_command_is_obeyed_late_whether_or_not_somebody_waits() -> None:
    with serving(MovieRecorder(1)) as recorder:
        recorder.fault("late", "/sources/*/record", seconds=0.3)
        with plain.connection(recorder.url) as connection:
            plain.send(connection, "/sources/0/record")
            [arrival] = recorder.wait_until(lambda: recorder.arrivals("/sources/*/record"))
        take = recorder.wait_until(lambda: recorder.running(0))
        assert take is not None
        assert take.started >= arrival.at + 0.3


def test_a_command_is_obeyed_when_a_hang_is_over() -> None:
    with serving(MovieRecorder(1)) as recorder:
        recorder.fault("late", "/sources/*/record", seconds=3600)
        release = threading.Timer(0.1, recorder.clear_faults)
        release.start()
        assert plain.command(recorder.url, "record") == (200, {"success": True})
        release.join()
        assert recorder.running(0)


@pytest.mark.parametrize("tls", [False, True])
def test_refusing_and_coming_back_on_the_same_port(tls: bool) -> None:
    with serving(PlayBox(1), tls=tls) as playbox, Client(playbox.url).session as session:
        session.verify = False
        url = playbox.url
        kept = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
        with kept:
            playbox.refuse()
            with pytest.raises(ConnectionRefusedError):
                exchange(url)
            playbox.refuse(0.05)
            playbox.wait_until(lambda: is_listening(url))
            playbox.refuse()
            assert not is_listening(url)
            playbox.listen_again()
            playbox.listen_again()
            assert playbox.url == url
            assert is_listening(url)


def test_refusing_drops_who_is_connected(playbox: PlayBox) -> None:
    playbox.fault("hang")
    with meanwhile(playbox, playbox.refuse):
        assert exchange(playbox.url) == (b"", "reset")


def test_starting_out_deaf() -> None:
    with serving(PlayBox(1), listening=False) as playbox:
        assert not is_listening(playbox.url)
        playbox.listen_again()
        assert is_listening(playbox.url)


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="Known are body"):
        PlayBox(1).fault("gremlins")


def is_listening(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True
