"""Who leads, by a real etcd."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.world.etcds import Etcds, etcds
from vrmon.pair.etcd import Etcd, encoded
from vrmon.pair.lease import Lease
from vrmon.pair.members import ask_members
from vrmon.settings import Pair

PATIENCE = 60.0
Make = Callable[[Pair], Lease]
Two = tuple[Lease, Lease]


def pair(etcd: Etcds, site: str, node: str = "a", ttl: float = 2.0) -> Pair:
    return Pair(site, node, etcd.urls, "http://127.0.0.1:1", ttl)


@pytest.fixture(scope="module")
def one_etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcds]:
    """Each test has a site of its own in it."""
    with etcds(tmp_path_factory.mktemp("etcd")) as running:
        yield running


@pytest.fixture
def lease() -> Iterator[Callable[[Pair], Lease]]:
    with ExitStack() as closing:

        def made(settings: Pair) -> Lease:
            etcd = Etcd(settings, 5.0)
            closing.callback(etcd.close)
            return Lease(etcd, settings)

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
