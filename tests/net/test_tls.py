"""Whom the client trusts, and the fingerprint to trust a device by."""

from __future__ import annotations

import hashlib
import ssl
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.world.hostile import Connection, Hostile, always, certificate, http_answer, server_context
from tests.world.http_client import client_of, get
from vrmon.errors import BadAnswer, Unreachable
from vrmon.net.client import Client
from vrmon.net.endpoint import Endpoint, fingerprint
from vrmon.settings import DeviceSettings


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "device", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def other_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "elsewhere", "DNS:elsewhere.example")


def ask(server: Hostile, tls: str) -> bytes:
    client = client_of(server.url, tls)
    try:
        return get(client).content
    finally:
        client.close()


def test_each_setting_accepts_the_device_at_a_bare_ip_address(pem: Path) -> None:
    with Hostile(always(http_answer(b"[1]")), server_context(pem)) as server:
        pin = fingerprint(server.url, 3)
        for tls in ("insecure", f"sha256:{pin}", f"sha256:{pin.replace(':', '').lower()}", str(pem)):
            assert ask(server, tls) == b"[1]"


def test_the_threads_of_a_device_share_one_context(pem: Path) -> None:
    with Hostile(always(http_answer(b"[1]")), server_context(pem)) as server:
        endpoint = Endpoint(DeviceSettings("dvr-1", server.url, timeout=3, tls=str(pem)))
        clients = [Client(endpoint) for _ in range(8)]
        with ThreadPoolExecutor(len(clients)) as pool:
            assert [answer.content for answer in pool.map(get, clients)] == [b"[1]"] * len(clients)
        for client in clients:
            client.close()


def test_another_device_is_refused_before_anything_is_sent(pem: Path, other_pem: Path) -> None:
    advice = r"\. If it is the right device: vrmon trust dvr-1$"
    with Hostile(always(http_answer()), server_context(other_pem)) as server:
        for tls, text in (
            ("system", f"shows a certificate that is not trusted: self-signed certificate{advice}"),
            (str(pem), f"shows a certificate that is not trusted: self-signed certificate{advice}"),
            (str(other_pem), f"certificate (for another name or address|.*IP address mismatch.*){advice}"),
            ("sha256:" + ":".join(["AB"] * 32), f"shows another certificate than the trusted one{advice}"),
            ("sha256:nonsense", f"shows another certificate than the trusted one{advice}"),
        ):
            with pytest.raises(Unreachable, match=text):
                ask(server, tls)
    assert server.heard == []


@pytest.mark.parametrize(("trust", "advice"), [("", ""), ("See [pair]", ". See [pair]")])
def test_what_is_no_device_has_an_advice_of_its_own(pem: Path, trust: str, advice: str) -> None:
    """`vrmon trust` knows those of vrmon.toml."""
    with Hostile(always(http_answer()), server_context(pem)) as server:
        client = Client(Endpoint(DeviceSettings("etcd", server.url, timeout=3), trust=trust))
        with pytest.raises(Unreachable) as told:
            get(client)
        client.close()
    assert str(told.value).endswith(f"not trusted: self-signed certificate{advice}")


def test_a_ca_file_that_cannot_be_used_is_named_by_every_exchange(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        client = client_of("https://127.0.0.1:9", str(tmp_path / name))
        with pytest.raises(Unreachable, match=f"{name} is not a usable CA file"):
            get(client)
        client.close()


def test_plain_http_where_tls_is_expected() -> None:
    def behave(connection: Connection) -> None:
        connection.sock.recv(5)
        connection.send(http_answer(b"", 400))

    with Hostile(behave) as server, pytest.raises(Unreachable, match=r"does not agree on TLS: .* https://"):
        fingerprint(server.url.replace("http:", "https:"), 3)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_device_that_knows_no_tls_that_is_safe(pem: Path, version: ssl.TLSVersion) -> None:
    context = server_context(pem)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    text = r"does not agree on TLS: it knows none above TLS 1\.1, which is not safe any more\. Update it"
    with Hostile(always(http_answer()), context) as server:
        with pytest.raises(Unreachable, match=text):
            ask(server, "insecure")
        with pytest.raises(Unreachable, match=text):
            fingerprint(server.url, 3)
    assert server.heard == []


def test_fingerprint(pem: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert(pem.read_text().split("-----BEGIN PRIVATE")[0])
    with Hostile(lambda connection: connection.hang(), server_context(pem)) as server:
        shown = fingerprint(server.url, 3)
    assert shown == hashlib.sha256(der).digest().hex(":").upper()


def test_fingerprint_of_a_device_without_tls() -> None:
    with Hostile(lambda connection: connection.hang()) as server:
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            fingerprint(server.url.replace("http:", "https:"), 0.2)
        with pytest.raises(BadAnswer, match="does not begin with https://"):
            fingerprint(server.url, 0.2)
