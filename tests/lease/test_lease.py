"""Who leads, by a real etcd."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from tests.world.etcds import Etcds, etcds
from vrmon.pair.etcd import Etcd, encoded
from vrmon.pair.lease import Lease
from vrmon.pair.members import ask_members
from vrmon.settings import Pair

PATIENCE = 60.0


class Make(Protocol):
    def __call__(self, settings: Pair, proof: str = "") -> Lease: ...


Two = tuple[Lease, Lease]


def pair(etcd: Etcds, site: str, node: str = "a", ttl: float = 2.0) -> Pair:
    return Pair(site, node, etcd.urls, "http://127.0.0.1:1", ttl)


@pytest.fixture(scope="module")
def one_etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcds]:
    """Each test has a site of its own in it."""
    with etcds(tmp_path_factory.mktemp("etcd")) as running:
        yield running


@pytest.fixture
def lease() -> Iterator[Make]:
    with ExitStack() as closing:

        def made(settings: Pair, proof: str = "") -> Lease:
            etcd = Etcd(settings, 5.0)
            closing.callback(etcd.close)
            return Lease(etcd, settings, proof)

        yield made


@pytest.fixture
def two(one_etcd: Etcds, lease: Make, request: pytest.FixtureRequest) -> Two:
    """The hosts "a" and "b" of a site."""
    settings = pair(one_etcd, request.node.name, ttl=30.0)
    return lease(settings), lease(replace(settings, node="b"))


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_leads_and_the_other_hears_who(two: Two) -> None:
    first, second = two
    asked = time.monotonic()
    led = first.tend()
    assert led.lease is not None
    assert asked < led.lease <= time.monotonic() + 30.0 * 0.8
    assert (led.leader, led.shared, led.error) == ("a", None, "")
    told = second.tend()
    assert (told.lease, told.leader) == (None, "a")
    assert told.since == pytest.approx(led.since, abs=0.01)
    again = first.tend()
    assert again.lease is not None
    assert again.lease > led.lease
    assert again.token == led.token > 0


def test_it_passes_on_with_what_was_known(two: Two) -> None:
    first, second = two
    led = first.tend()
    assert first.write('{"before":1}', led.token)
    first.resign('{"known":"Été"}')
    mine = second.tend()
    assert mine.token > led.token
    assert mine.shared is not None
    assert (mine.shared.node, mine.shared.token) == ("a", led.token)
    assert json.loads(mine.shared.state) == {"known": "Été"}
    assert first.tend().leader == "b"
    assert not first.write('{"late":1}', led.token), "an old leader writes nothing"
    second.resign(None)
    assert first.tend().lease is None or first.token > mine.token


def test_one_that_has_resigned_leaves_it_to_the_other(
    one_etcd: Etcds, lease: Make, request: pytest.FixtureRequest
) -> None:
    one = lease(pair(one_etcd, request.node.name, ttl=30.0))
    assert one.tend().lease is not None
    one.resign(None)
    word = one.tend()
    assert (word.lease, word.leader, word.error) == (None, "", "")
    wait_for(lambda: one.tend().lease is not None)


def test_what_an_ended_process_has_left_is_taken_anew(
    one_etcd: Etcds, lease: Make, request: pytest.FixtureRequest
) -> None:
    """By the proof that it has ended, and by nothing else; its token is no longer good for anything."""
    settings = pair(one_etcd, request.node.name, ttl=30.0)
    ended = lease(settings, "locked")
    led = ended.tend()
    assert led.lease is not None
    others = (
        lease(settings),
        lease(settings, "locked elsewhere"),
        lease(replace(settings, node="b"), "locked"),
    )
    for other in others:
        assert (other.tend().lease, other.tend().leader) == (None, "a")
    anew = lease(settings, "locked").tend()
    assert anew.lease is not None
    assert anew.token > led.token
    assert not ended.write('{"late":1}', led.token)


def test_a_lease_that_was_not_kept_is_the_others(
    one_etcd: Etcds, lease: Make, request: pytest.FixtureRequest
) -> None:
    settings = pair(one_etcd, request.node.name)
    first, second = lease(settings), lease(replace(settings, node="b"))
    led = first.tend()
    wait_for(lambda: second.tend().lease is not None)
    assert led.lease is not None
    assert time.monotonic() > led.lease, "it was over for its holder before it was for etcd"
    told = first.tend()
    assert (told.lease, told.leader) == (None, "b")


def test_whose_key_was_taken_away_leads_no_longer(one_etcd: Etcds, two: Two) -> None:
    first, second = two
    assert first.tend().lease is not None
    with closing(Etcd(pair(one_etcd, "any"), 5.0)) as etcd:
        etcd.call("kv/deleterange", {"key": encoded(first.leader_key)})
    assert second.tend().lease is not None
    assert first.tend().leader == "b"


def test_a_user_and_a_password(tmp_path: Path, lease: Make) -> None:
    """As an administrator sets it up: vrmon may write its own keys, and nothing else."""
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text("right\n")
    with etcds(tmp_path) as own, closing(Etcd(pair(own, "any"), 5.0)) as root:
        settings = replace(pair(own, "user", ttl=30.0), user="vrmon", password_file=secret)
        assert "authentication is not enabled" in lease(settings).tend().error
        for user in ("root", "vrmon"):
            root.call("auth/user/add", {"name": user, "password": "right"})
            root.call("auth/role/add", {"name": user})
            root.call("auth/user/grant", {"user": user, "role": user})
        keys = {"permType": "READWRITE", "key": encoded("/vrmon/"), "range_end": encoded("/vrmon0")}
        root.call("auth/role/grant", {"name": "vrmon", "perm": keys})
        root.call("auth/enable", {})
        first, second = lease(settings), lease(replace(settings, node="b"))
        led = first.tend()
        assert (led.error, led.leader) == ("", "a")
        assert first.write("{}", led.token)
        assert second.tend().leader == "a"
        assert first.tend().token == led.token
        own.members[0].end()
        own.members[0].start()  # which knows nothing of the tokens that it gave
        wait_for(lambda: first.tend().token == led.token and second.tend().leader == "a")
        first.resign("{}")
        assert second.tend().token > led.token
        assert [one.error for one in ask_members(settings, 5.0)] == [""]
        secret.write_text("wrong\n")
        error = lease(settings).tend().error
        assert "does not let vrmon in: " in error
        assert "wrong" not in error


def test_no_single_member_keeps_a_lease(tmp_path: Path, lease: Make) -> None:
    """As the one that leads the others would for a moment, and does after its machine was paused."""
    with etcds(tmp_path, 3) as three:
        settings = pair(three, "alone", ttl=30.0)
        wait_for(lambda: any(one.leads for one in ask_members(settings, 5.0)))
        (leads,) = (one.url for one in ask_members(settings, 5.0) if one.leads)
        one = lease(replace(settings, etcd=(leads,)))
        wait_for(lambda: one.tend().lease is not None)
        for member in three.members:
            if member.url != leads:
                member.freeze()
        assert one.tend().lease is None


def test_without_a_quorum_there_is_no_word_and_with_it_again_there_is(tmp_path: Path, lease: Make) -> None:
    with etcds(tmp_path, 3) as three:
        settings = pair(three, "quorum", ttl=30.0)
        one = lease(settings)
        wait_for(lambda: one.tend().lease is not None)
        three.members[0].end()
        wait_for(lambda: one.tend().lease is not None)
        three.members[1].freeze()
        wait_for(lambda: one.tend().lease is None)
        error = one.tend().error
        assert "did not answer" in error or "refused" in error
        states = {told.url: told.error for told in ask_members(settings, 1.0)}
        assert "refused the connection" in states[three.members[0].url]
        assert "did not answer within 1 s" in states[three.members[1].url]
        three.members[1].go_on()
        wait_for(lambda: one.tend().lease is not None)
        wait_for(lambda: [one.leads for one in ask_members(settings, 5.0)].count(True) == 1)
