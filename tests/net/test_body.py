"""The body of an answer: compressed unasked, in another charset, of more values than anybody reads."""

from __future__ import annotations

import gzip
import json
import time
import zlib

import pytest

from tests.world.hostile import Hostile, always, http_answer
from tests.world.http_client import client_of, get
from vrmon.errors import BadAnswer
from vrmon.net.client import LIMIT
from vrmon.net.shape import LONGEST, MOST_VALUES, ShapeError, document, handle, text

BODY = json.dumps(["Zürich"] * 100, ensure_ascii=False).encode()
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(BODY) + RAW.flush()


PACKED: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "x-gzip": ("X-GZIP", gzip.compress(BODY)),
    "more behind it": ("gzip", gzip.compress(BODY) + b"what comes after it"),
    "deflate": ("deflate", zlib.compress(BODY)),
    "raw deflate": ("deflate", RAW_DEFLATE),
    "identity": ("identity", BODY),
    "blank": (" ", BODY),
    "none": ("none", BODY),
    "a charset": ("UTF-8", BODY),
}

HOPELESS: dict[str, tuple[str, bytes, str]] = {
    "cut": ("gzip", gzip.compress(BODY)[:-9], "compressed its answer, unasked and in a way that cannot be"),
    "not gzip": ("gzip", BODY, "cannot be undone"),
    "not deflate": ("deflate", BODY, "cannot be undone"),
    "brotli": ("br", BODY, "cannot be undone"),
    "twice": ("gzip, gzip", gzip.compress(gzip.compress(BODY)), "cannot be undone"),
    "too long": ("gzip", gzip.compress(b" " * (LIMIT + 1)), f"sent more than {LIMIT} bytes"),
    "a bomb": ("deflate", zlib.compress(b" " * (100 * LIMIT)), f"sent more than {LIMIT} bytes"),
}


@pytest.mark.parametrize(("encoding", "packed"), PACKED.values(), ids=PACKED.keys())
def test_a_body_that_is_compressed_unasked_is_read(encoding: str, packed: bytes) -> None:
    with Hostile(always(http_answer(packed, 200, f"Content-Encoding: {encoding}"))) as server:
        client = client_of(server.url)
        assert get(client).content == BODY
        client.close()


@pytest.mark.parametrize("value", ["chunked", "chunked ", "chunked \t", "Chunked "])
def test_blanks_behind_the_word_chunked_are_of_no_account(value: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {value}\r\n\r\n"
    with Hostile(always(head.encode() + b"3\r\n[1]\r\n1\r\n\n\r\n0\r\n\r\n")) as server:
        client = client_of(server.url, timeout=5.0)
        for _ in range(3):
            assert get(client).content == b"[1]\n"
        assert server.connections == 1
        client.close()


@pytest.mark.parametrize(("encoding", "packed", "why"), HOPELESS.values(), ids=HOPELESS.keys())
def test_a_body_that_cannot_be_unpacked_within_the_limit_is_no_answer(
    encoding: str, packed: bytes, why: str
) -> None:
    with Hostile(always(http_answer(packed, 200, f"Content-Encoding: {encoding}"))) as server:
        client = client_of(server.url)
        with pytest.raises(BadAnswer, match=why):
            get(client)
        server.behave = always(http_answer(BODY))
        assert get(client).content == BODY
        client.close()


@pytest.mark.parametrize(
    ("content_type", "body", "read"),
    [
        ("", "Zürich".encode(), "Zürich"),
        ("application/json; charset=iso-8859-1", "Zürich".encode(), "Zürich"),
        ("application/json; charset=iso-8859-1", "Zürich".encode("latin-1"), "Zürich"),
        ('application/json; Charset = "Windows-1252"', "Zürich €".encode("cp1252"), "Zürich €"),
        ("text/plain;charset=macintosh", "Zürich".encode("mac-roman"), "Zürich"),
        ("application/json", "Zürich".encode("latin-1"), "Z?rich"),
        ("application/json; charset=utf-8", "Zürich".encode("latin-1"), "Z?rich"),
        ("application/json; charset=no-such", "Zürich".encode("latin-1"), "Z?rich"),
        ("application/json; charset", "Zürich".encode(), "Zürich"),
        ("application/json; charset=punycode", "Zürich".encode("latin-1"), "Z?rich"),
    ],
)
def test_a_body_is_read_in_the_charset_that_it_is_in(content_type: str, body: bytes, read: str) -> None:
    headers = [f"Content-Type: {content_type}"] if content_type else []
    with Hostile(always(http_answer(b'["' + body + b'"]', 200, *headers))) as server:
        client = client_of(server.url)
        assert client.understand(get(client), lambda answer: text(answer[0], "")) == read  # type: ignore[index]
        client.close()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "utf-8-sig"])
def test_jsons_other_encodings_are_known_by_themselves(encoding: str) -> None:
    assert document('["Zürich"]'.encode(encoding)) == ["Zürich"]


def test_one_bad_byte_costs_only_the_string_that_it_is_in() -> None:
    value = document(b'["\xff", "good"]')
    assert isinstance(value, list)
    with pytest.raises(ShapeError, match="a surrogate without its other half"):
        handle(value[0], "[0]")
    assert handle(value[1], "[1]") == "good"


def test_more_values_than_anybody_reads_are_refused_before_they_are_read() -> None:
    for lump in (b"[],", b"{},", b"1,"):
        body = b"[" + lump * (LIMIT // len(lump) - 2) + b"0]"
        began = time.thread_time()
        with pytest.raises(ShapeError, match=f"more than {MOST_VALUES} values"):
            document(body)
        assert time.thread_time() - began < 2.0, "reading them takes ten times what counting does"


def test_a_string_is_as_long_as_anybody_reads() -> None:
    assert text("x" * 100_000, "") == "x" * LONGEST
    with pytest.raises(ShapeError, match=f"^place: longer than {LONGEST} characters$"):
        handle("x" * (LONGEST + 1), "place")
    assert handle("x" * LONGEST, "place") == "x" * LONGEST
