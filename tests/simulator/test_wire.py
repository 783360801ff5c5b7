"""What a device does on the wire beside faults: charsets, gzip, caches, slow lists, kept connections."""

from __future__ import annotations

import gzip
import json
import time
import zlib

import pytest

from tests.world import plain
from vrmon.simulator import MovieRecorder, PlayBox

JOBS = "/ingests/activejobsinfo"


@pytest.mark.parametrize(
    ("charset", "letters"),
    [
        ("utf-8", "für Москва 日".encode()),
        ("iso-8859-1", b"f\xfcr \\u041c\\u043e\\u0441\\u043a\\u0432\\u0430 \\u65e5"),
        ("windows-1251", b"f\\u00fcr \xcc\xee\xf1\xea\xe2\xe0 \\u65e5"),
        ("utf-16", "für Москва 日".encode("utf-16-le")),
    ],
)
def test_the_charset_of_a_body_is_told(playbox: PlayBox, charset: str, letters: bytes) -> None:
    job = playbox.start_job(0, "für Москва 日.mxf")
    playbox.switch(charset=charset)
    _, body, headers = plain.ask(playbox.url, f"/ingests/{playbox.ingests[0]}/jobs/{job}/files")
    assert headers["content-type"] == f"application/json; charset={charset}"
    assert letters in body
    assert json.loads(body.decode(charset))["data"][1]["fileName"] == "für Москва 日.mxf"


@pytest.mark.parametrize(
    ("position", "asked", "packed"),
    [
        ("never", "gzip", False),
        ("when asked", "identity", False),
        ("when asked", "gzip, deflate", True),
        ("always", "identity", True),
    ],
)
def test_gzip(playbox: PlayBox, position: str, asked: str, packed: bool) -> None:
    playbox.switch(compressed=position)
    _, body, headers = plain.ask(playbox.url, JOBS, Accept_Encoding=asked)
    assert (headers.get("content-encoding") == "gzip") is packed
    assert len(json.loads(gzip.decompress(body) if packed else body)) == 2


def test_gzip_that_is_cut_below_its_length_and_a_bomb(playbox: PlayBox) -> None:
    playbox.switch(compressed="always")
    playbox.fault("truncated", times=1)
    playbox.fault("bomb")
    cut = plain.ask(playbox.url, JOBS)[1]
    with pytest.raises(EOFError):
        gzip.decompress(cut)
    _, body, headers = plain.ask(playbox.url, JOBS)
    assert headers["content-encoding"] == "gzip"
    assert len(body) < 1 << 20
    unpacker = zlib.decompressobj(wbits=31)
    assert len(unpacker.decompress(body, 2 << 20)) == 2 << 20
    assert unpacker.unconsumed_tail


def test_a_list_is_as_old_as_its_request(recorder: MovieRecorder) -> None:
    recorder.switch(list_takes=0.3)
    began = time.monotonic()
    with plain.connection(recorder.url) as slow:
        plain.send(slow, "/sources")
        recorder.wait_until(lambda: recorder.arrivals("/sources"))
        assert plain.command(recorder.url, "record")[0] == 200
        assert recorder.running(0)
        assert plain.receive(slow).count(b'"is_recording": false') == 2
        assert time.monotonic() - began >= 0.3


def test_a_cache_answers_for_lists_and_says_how_old_they_are(recorder: MovieRecorder) -> None:
    recorder.switch(cache="deaf", cache_seconds=3600)
    _, first, headers = plain.ask(recorder.url, "/sources")
    assert (headers["age"], headers["cache-control"]) == ("0", "max-age=3600")
    assert plain.command(recorder.url, "record")[0] == 200
    _, second, headers = plain.ask(recorder.url, "/sources", Cache_Control="no-store")
    assert second == first
    assert int(headers["age"]) > 0
    assert plain.command(recorder.url, "stop")[0] == 200
    assert [take.ended_by for take in recorder.takes] == ["remote"]
    recorder.switch(cache="obedient")
    plain.command(recorder.url, "record")
    assert plain.ask(recorder.url, "/sources")[1] == first
    assert plain.ask(recorder.url, "/sources", Cache_Control="no-store")[1] != first
    assert plain.get(recorder.url, "/destinations")


def test_a_cache_keeps_nothing_for_ever(recorder: MovieRecorder) -> None:
    recorder.switch(cache="deaf", cache_seconds=0.1)
    assert not plain.source(recorder.url)["is_recording"]
    plain.command(recorder.url, "record")
    recorder.wait_until(lambda: plain.source(recorder.url)["is_recording"])


def test_every_second_request_on_a_kept_connection_is_dropped_without_an_answer(playbox: PlayBox) -> None:
    playbox.fault("drop", kept=True)
    for _ in range(2):
        with plain.connection(playbox.url) as connection:
            assert plain.exchange(connection, JOBS).startswith(b"HTTP/1.1 200")
            assert plain.exchange(connection, JOBS) == b""
    assert [(one.connection, one.place) for one in playbox.arrivals()] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [one.answered is None for one in playbox.arrivals()] == [False, True, False, True]


def test_a_connection_is_closed_when_it_was_idle_for_so_long(playbox: PlayBox) -> None:
    playbox.switch(idle_closed_after=1)
    with plain.connection(playbox.url) as connection:
        began = time.monotonic()
        assert plain.exchange(connection, JOBS)
        assert plain.exchange(connection, JOBS)
        assert connection.recv(1) == b""
        assert time.monotonic() - began >= 1


def test_three_in_ten_are_dropped_and_the_same_ones_in_each_run(recorder: MovieRecorder) -> None:
    def answered() -> list[bool]:
        recorder.clear_faults()
        recorder.fault("drop", chance=0.3)
        told = []
        for _ in range(40):
            with plain.connection(recorder.url) as connection:
                told.append(plain.exchange(connection, "/sources") != b"")
        return told

    first = answered()
    assert 4 <= first.count(False) <= 20
    assert answered() == first


def test_an_interim_answer_comes_before_the_right_one(playbox: PlayBox) -> None:
    playbox.fault("interim")
    with plain.connection(playbox.url) as connection:
        connection.sendall(f"GET {JOBS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    interim, final, body = received.split(b"\r\n\r\n", 2)
    assert interim.startswith(b"HTTP/1.1 103 ")
    assert final.startswith(b"HTTP/1.1 200 ")
    assert len(json.loads(body)) == 2


def test_a_chance_is_a_share() -> None:
    with pytest.raises(ValueError, match="chance is a number from 0 to 1"):
        PlayBox(1).fault("drop", chance=30)


def test_a_part_has_not_the_switches_of_the_whole() -> None:
    with pytest.raises(ValueError, match="it is the whole device's"):
        MovieRecorder(1).switch(0, charset="utf-8")
    with pytest.raises(ValueError, match="it is the whole device's"):
        PlayBox(1).switch(0, list_takes=1)
