"""The stage itself: what is cut is cut, what is frozen is frozen, and etcd is what it is said to be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
import requests

from tests.two_hosts.cluster import Cluster
from tests.two_hosts.network import Host, Net
from tests.two_hosts.reigns import KEY, reigns
from tests.world.mirror import wait


def reaches(host: Host, address: str) -> bool:
    """Whether so much as a refusal comes back."""
    knock = f"import socket; print(socket.create_connection(('{address}', 9), 1))"
    done = subprocess.run(host.inside(sys.executable, "-c", knock), capture_output=True, check=False)
    return b"ConnectionRefusedError" in done.stderr


def test_a_host_is_cut_from_one_network_or_from_both(three: list[Host]) -> None:
    a, b, _ = three
    for net in Net:
        wait(lambda: reaches(a, b.address(net)) and reaches(a, net.here), "the network")  # noqa: B023
    a.cut(Net.CLUSTER)
    assert not reaches(a, b.address(Net.CLUSTER))
    wait(lambda: reaches(a, b.address(Net.DEVICES)), "the other network")
    a.cut(Net.DEVICES)
    assert not reaches(a, Net.DEVICES.here)
    wait(lambda: reaches(b, Net.DEVICES.here), "the other host")
    a.join()
    for net in Net:
        wait(lambda: reaches(a, b.address(net)), "the way back")  # noqa: B023


def test_two_of_three_are_a_majority_and_one_is_not(etcd: Cluster) -> None:
    a, b, witness = etcd.members
    etcd.put(a, "word", "one")
    witness.signal(signal.SIGSTOP)
    wait(lambda: etcd.answers(a) and etcd.answers(b), "two")
    etcd.put(b, "word", "two")
    b.signal(signal.SIGSTOP)
    wait(lambda: not etcd.answers(a), "one alone")
    for member in (b, witness):
        member.signal(signal.SIGCONT)
    etcd.wait()
    assert [etcd.get(member, "word") for member in etcd.members] == ["two"] * 3


def test_one_that_is_cut_off_knows_that_it_does_not_know(etcd: Cluster) -> None:
    cut_off = etcd.leader()
    cut_off.host.cut(Net.CLUSTER)
    rest = [member for member in etcd.members if member is not cut_off]
    wait(lambda: all(map(etcd.answers, rest)), "the other two")
    etcd.put(rest[0], "word", "new")
    assert not etcd.answers(cut_off)
    cut_off.host.join()
    etcd.wait()
    assert etcd.get(cut_off, "word") == "new"


def test_a_member_whose_disk_is_full_costs_no_majority(etcd: Cluster) -> None:
    full = etcd.members[0]
    full.fill()
    for number in range(40):
        etcd.put(etcd.members[1], f"key{number}", "x" * 100_000)
    wait(lambda: not full.runs() or not etcd.answers(full), "the end of the one with the full disk")
    assert etcd.get(etcd.members[1], "key39") == "x" * 100_000
    full.kill()
    full.clear()
    full.start()
    etcd.wait()
    assert etcd.get(full, "key39") == "x" * 100_000


def test_a_member_is_replaced_by_an_empty_one(etcd: Cluster) -> None:
    etcd.put(etcd.members[0], "word", "kept")
    etcd.replace(etcd.members[2])
    assert etcd.get(etcd.members[2], "word") == "kept"


def test_nobody_without_a_certificate_is_let_in(etcd: Cluster) -> None:
    with pytest.raises(requests.RequestException):
        requests.post(
            f"{etcd.members[0].url}/v3/kv/range", json={"key": "YQ=="}, timeout=5, verify=etcd.verify
        )


def test_who_leads_is_known_whichever_member_is_asked(etcd: Cluster) -> None:
    a, b, _ = etcd.members
    with reigns(etcd) as known:
        began = time.monotonic()
        etcd.put(a, KEY, json.dumps({"node": "a", "since": time.time()}))
        wait(lambda: "a" in known.between(began, time.monotonic()), "the word of the first leader")
        a.signal(signal.SIGSTOP)
        etcd.put(b, KEY, json.dumps({"node": "b", "since": time.time()}))
        wait(lambda: known.changes[-1][1] == "b", "the word of the second")
        followed = known.changes[-1][0]
        assert known.between(followed, time.monotonic()) == {"b"}
        assert known.between(began, followed) >= {"a", "b"}
        a.signal(signal.SIGCONT)
