"""Members of etcd that answer as badly as can be: nothing comes of it but an EtcdError, in time."""

from __future__ import annotations

import json
import ssl
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.world.hostile import (
    OK,
    Behaviour,
    Connection,
    Hostile,
    always,
    always_json,
    certificate,
    drip,
    flood,
    http_answer,
    reset,
    server_context,
    silent,
)
from vrmon.errors import EtcdError
from vrmon.pair.etcd import Etcd, encoded, entries, number
from vrmon.pair.lease import Lease
from vrmon.pair.other_host import OtherHost
from vrmon.pair.word import EtcdWord
from vrmon.settings import Pair

HEADER: dict[str, Any] = {"revision": "7"}


def pair(*urls: str) -> Pair:
    return Pair("studio", "a", urls, "http://127.0.0.1:1")


def answering(told: Callable[[str], object]) -> Behaviour:
    """What `told` has for the path of each request."""

    def behave(connection: Connection) -> None:
        while True:
            path = connection.hear().line.split()[1].removeprefix("/v3/")
            connection.send(http_answer(json.dumps(told(path)).encode()))

    return behave


HOSTILE: list[Behaviour] = [
    silent,
    reset,
    drip(OK),
    drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    flood(OK + b"\r\n"),
    always(http_answer(b"")),
    always(http_answer(b"<html>")),
    always(http_answer(b"[" * 100_000)),
    always_json([]),
    always_json({}),
    always_json({"error": "etcdserver: no leader", "code": 14}, 503),
    always_json({"error": "etcdserver: request timed out", "code": 14}, 503),
]


@pytest.mark.parametrize("behave", HOSTILE)
def test_whatever_a_member_does_the_next_is_asked(behave: Behaviour) -> None:
    with Hostile(behave) as bad, Hostile(always_json({"header": HEADER, "count": "3"})) as good:
        with closing(Etcd(pair(bad.url, good.url), 0.5)) as etcd:
            assert number(etcd.call("kv/range", {})["count"]) == 3
            assert etcd.answered == good.url
            asked = bad.connections
            etcd.call("kv/range", {})
        assert bad.connections == asked, "one that fails is not asked first again"


@pytest.mark.parametrize("behave", HOSTILE)
def test_where_none_answers_that_is_told_in_time(behave: Behaviour) -> None:
    with Hostile(behave) as bad:
        settings = pair(bad.url)
        began = time.monotonic()
        with closing(Etcd(settings, 0.5)) as etcd:
            word = Lease(etcd, settings).tend()
        assert word.error.startswith("etcd (127.0.0.1:")
        assert (word.lease, word.leader) == (None, "")
        assert time.monotonic() - began < 30.0


@pytest.mark.parametrize("kept", [{"header": HEADER}, {"header": HEADER, "TTL": "0"}, None])
def test_a_keepalive_without_a_ttl_is_no_lease(kept: object) -> None:
    """An unknown lease is kept with 200 and no TTL."""
    entry = {"key": encoded("/vrmon/studio/leader"), "create_revision": "7", "mod_revision": "7"}

    def told(path: str) -> object:
        if path == "lease/grant":
            has_granted.append(path)
            return {"header": HEADER, "ID": "12", "TTL": "5"}
        if path == "lease/keepalive":
            return {"header": HEADER, "result": kept}
        if "kept" in has_granted:
            known = {"kvs": [entry]}
        else:
            known = {"kvs": [{**entry, "lease": "12"}]} if has_granted else {}
        told_of = [{"response_range": known}, {"response_range": {}}]
        return {"header": HEADER, "succeeded": True, "responses": told_of}

    has_granted: list[str] = []
    with Hostile(answering(told)) as member:
        settings = pair(member.url)
        with closing(Etcd(settings, 2.0)) as etcd:
            lease = Lease(etcd, settings)
            assert lease.tend().token == 7
            has_granted.append("kept")
            word = lease.tend()
        assert (word.lease, word.leader, word.error) == (None, "somebody", "")


@pytest.mark.parametrize(
    "answer",
    [
        {"succeeded": True},
        {"succeeded": True, "responses": 1},
        {"succeeded": True, "responses": [1, 2]},
        {"succeeded": True, "responses": [{}, {"response_range": 1}, {}]},
        {"succeeded": True, "responses": [{}, {"response_range": {"kvs": [{"key": "%"}]}}, {}]},
        {"succeeded": True, "responses": [{}, {"response_range": {"kvs": [1]}}, {}]},
    ],
)
def test_a_transaction_that_tells_nonsense_makes_no_leader(answer: dict[str, Any]) -> None:
    def told(path: str) -> object:
        if path == "lease/grant":
            return {"header": HEADER, "ID": "12", "TTL": "5"}
        return {"header": HEADER, **answer}

    with Hostile(answering(told)) as member:
        settings = pair(member.url)
        with closing(Etcd(settings, 2.0)) as etcd:
            word = Lease(etcd, settings).tend()
        assert (word.lease, word.token) == (None, 0)
        assert "nonsense" in word.error


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"404 page not found\n", "answered with status 404"),
        (502, b"<html>", "answered with status 502"),
        (500, b'{"header": {"revision": "7"}}', "answered with status 500"),
        (503, b'{"error": "etcdserver: no leader", "code": 14}', "refused: etcdserver: no leader"),
    ],
)
def test_what_is_no_answer_of_etcds_is_told_by_its_status(status: int, body: bytes, said: str) -> None:
    """As of one whose gateway is switched off, or of a proxy before it."""
    with (
        Hostile(always(http_answer(body, status))) as member,
        closing(Etcd(pair(member.url), 2.0)) as etcd,
        pytest.raises(EtcdError) as told,
    ):
        etcd.call("kv/range", {})
    assert said in str(told.value)


def echoing(connection: Connection) -> None:
    """A proxy that quotes what it was asked."""
    asked = connection.hear().body.decode()
    connection.send(http_answer(json.dumps({"message": f"cannot take {asked}", "code": 3}).encode(), 400))


def test_a_password_that_a_member_quotes_stands_in_no_error(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    with Hostile(echoing) as member:
        settings = replace(pair(member.url), user="vrmon", password_file=secret)
        with closing(Etcd(settings, 2.0)) as etcd, pytest.raises(EtcdError) as told:
            etcd.call("kv/range", {})
    assert "does not let vrmon in: cannot take" in str(told.value)
    assert "correct" not in str(told.value)
    assert "***" in str(told.value)


def standing(value: str, state: bytes = b"") -> Callable[[str], object]:
    """Another host leads, by what stands in its key, and has shared `state`."""

    def entry(value: str) -> dict[str, Any]:
        one = {"key": encoded("any"), "value": value, "create_revision": "7", "mod_revision": "8"}
        return {"kvs": [{**one, "lease": "12"}]}

    def told(path: str) -> object:
        if path == "kv/range":
            return {"header": HEADER, **entry(encoded(state))}
        found = [entry(encoded(value)), entry("") if state else {}]
        return {"header": HEADER, "succeeded": True, "responses": [{"response_range": one} for one in found]}

    return told


def told_by(told: Callable[[str], object]) -> EtcdWord:
    with Hostile(answering(told)) as member:
        settings = pair(member.url)
        with closing(Etcd(settings, 2.0)) as etcd:
            return Lease(etcd, settings).tend()


@pytest.mark.parametrize(
    "number", ["1e999", "NaN", "-1", "1e15", pytest.param("9" * 400, id="400 digits"), '"5"', "true"]
)
def test_a_time_that_is_none_is_not_believed(number: str) -> None:
    """Neither since when another one leads, nor when it wrote what it shares, nor its clock."""
    word = told_by(standing(f'{{"node": "b", "since": {number}}}'))
    assert (word.error, word.leader, word.since) == ("", "somebody", None)
    head = f'{{"node": "b", "written": {number}, "token": 7}}\n{{}}'
    word = told_by(standing('{"node": "b", "since": 1}', zlib.compress(head.encode())))
    assert (word.error, word.leader, word.since, word.shared) == ("", "b", 1.0, None)
    told = '{"site": "studio", "node": "b", "role": "standby", "configuration": "", "unready": "", "clock": '
    with Hostile(always(http_answer(f"{told}{number}}}".encode()))) as host:
        other = OtherHost(replace(pair("http://127.0.0.1:1"), peer=host.url))
        heard = other.ask()
        other.close()
    assert "answered nonsense" in heard.error
    assert (heard.node, heard.role, heard.clock) == ("", None, 0.0)


def test_numbers_that_nothing_counts_to_are_none() -> None:
    grant = {"header": HEADER, "ID": "12", "TTL": "9" * 400}
    nobody = {"header": HEADER, "succeeded": True, "responses": [{}, {}]}
    assert "nonsense" in told_by(lambda path: grant if path == "lease/grant" else nobody).error
    head = b'{"node": "b", "written": 1, "token": 1e999}\n{}'
    word = told_by(standing('{"node": "b", "since": 1}', zlib.compress(head)))
    assert (word.error, word.leader, word.shared) == ("", "b", None)


def test_a_certificate_that_is_renewed_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """Also where the CA cannot be used at first, or was another one; nobody restarts a vrmond for it."""
    pem, other = (certificate(tmp_path, name, "IP:127.0.0.1") for name in ("member", "other"))
    context = server_context(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pem)
    ca, shown = tmp_path / "ca.pem", tmp_path / "shown.pem"
    with Hostile(always(http_answer(json.dumps({"header": HEADER}).encode())), context) as member:
        settings = replace(pair(member.url), ca_file=ca, certificate_file=shown, key_file=shown)
        with closing(Etcd(settings, 5.0)) as etcd:

            def complaint() -> str:
                with pytest.raises(EtcdError) as told:
                    etcd.call("kv/range", {})
                return str(told.value)

            shown.write_bytes(other.read_bytes())
            assert "ca.pem is not a usable CA file" in complaint()
            ca.write_bytes(other.read_bytes())
            complaint()
            assert complaint().endswith("Its CA belongs into ca_file of [pair]")
            ca.write_bytes(pem.read_bytes())
            complaint()
            told = complaint()  # as the system has it: the one or the other
            assert "TLS" in told or "broke off" in told
            shown.write_bytes(pem.read_bytes())
            complaint()
            assert etcd.call("kv/range", {}) == {"header": HEADER}


def test_the_other_host_is_trusted_by_a_ca_that_comes_later(tmp_path: Path) -> None:
    pem, ca = certificate(tmp_path, "peer", "IP:127.0.0.1"), tmp_path / "ca.pem"
    told = {"site": "studio", "node": "b", "role": "standby", "configuration": "", "unready": "", "clock": 1}
    with Hostile(always(http_answer(json.dumps(told).encode())), server_context(pem)) as host:
        other = OtherHost(replace(pair("https://127.0.0.1:1"), peer=host.url, ca_file=ca))
        assert "ca.pem is not a usable CA file" in other.ask().error
        ca.write_bytes(pem.read_bytes())
        other.ask()
        assert other.ask().node == "b"
        other.close()


def test_numbers_come_as_strings_and_zero_is_left_out() -> None:
    assert [number(one) for one in ("7587899179303963909", 5, None)] == [7587899179303963909, 5, 0]
    nonsense: list[object] = [True, "x", [], 1.5]
    for one in nonsense:
        with pytest.raises(EtcdError):
            number(one)
    assert list(entries({})) == []
