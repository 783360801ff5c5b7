"""[pair]: what is accepted, and in which words the rest is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.configuring import complaints, read
from vrmon.settings import Pair, Settings

NEEDED = """
site = "studio-1"
node = "vrmon-a"
etcd = ["https://10.1.1.1:2379", "https://10.1.1.2:2379/", "https://10.1.1.3:2379"]
peer = "http://10.1.1.2:8001"
"""


def test_without_it_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing\n") == Settings()
    assert Settings().pair is None


def test_what_may_be_left_out(tmp_path: Path) -> None:
    etcd = ("https://10.1.1.1:2379", "https://10.1.1.2:2379", "https://10.1.1.3:2379")
    expected = Pair("studio-1", "vrmon-a", etcd, "http://10.1.1.2:8001", 5.0)
    assert read(tmp_path, f"[pair]{NEEDED}").pair == expected


def test_every_key(tmp_path: Path) -> None:
    pair = read(
        tmp_path,
        f"""
[pair]{NEEDED}
ttl = 8
ca_file = "etcd/ca.crt"
certificate_file = "/etc/etcd/client.crt"
key_file = "etcd/client.key"
user = "vrmon"
password_file = "etcd/password"
""",
    ).pair
    assert pair is not None
    assert (pair.ttl, pair.user) == (8.0, "vrmon")
    assert pair.ca_file == tmp_path / "etcd/ca.crt"
    assert pair.certificate_file == Path("/etc/etcd/client.crt")
    assert pair.key_file == tmp_path / "etcd/client.key"
    assert pair.password_file == tmp_path / "etcd/password"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pair = 1", "vrmon.toml:1: pair: is not a table"),
        ("[pair]", "vrmon.toml:1: pair.site: is missing"),
        ("[pair]\nnode = 'a/b'", "vrmon.toml:2: pair.node: is not a valid name"),
        ("[pair]\nnode = 1", "vrmon.toml:2: pair.node: is a number"),
        ("[pair]\netcd = 'http://SECRET'", "vrmon.toml:2: pair.etcd: is a text"),
        ("[pair]\netcd = []", "vrmon.toml:2: pair.etcd: is empty"),
        ("[pair]\netcd = ['http://a', 'http://a/']", "vrmon.toml:2: pair.etcd: lists a member twice"),
        ("[pair]\netcd = ['http://u:SECRET@a']", "vrmon.toml:2: pair.etcd: names a user or a password"),
        ("[pair]\netcd = ['http://a', 'https://b']", "vrmon.toml:2: pair.etcd: is partly https"),
        ("[pair]\nttl = 1", "vrmon.toml:2: pair.ttl: is out of range"),
        ("[pair]\npeer = 'b:8001'", "vrmon.toml:2: pair.peer: does not begin with http://"),
        ("[pair]\nkey_file = 'a'", "vrmon.toml:1: pair.certificate_file: is missing"),
        ("[pair]\ncertificate_file = 'a'", "vrmon.toml:1: pair.key_file: is missing"),
        ("[pair]\netcd = ['http://a']\nca_file = 'a'", "vrmon.toml:3: pair.ca_file: is of no use"),
        ("[pair]\nuser = 'a'", "vrmon.toml:1: pair.password_file: is missing"),
        ("[pair]\npassword_file = 'a'", "vrmon.toml:1: pair.user: is missing"),
        ("[pair]\nttk = 5", 'vrmon.toml:2: pair.ttk: unknown key (did you mean "ttl"?)'),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    said = complaints(tmp_path, text)
    assert any(one.startswith(complaint) for one in said), said
    assert not any("SECRET" in one for one in said)
