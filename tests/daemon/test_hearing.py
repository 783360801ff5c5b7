"""Who commands, as a host of a pair says it to people who ask for something."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest

from vrmon.catalog import Code
from vrmon.daemon import pair_status
from vrmon.daemon.hearing import Hearing
from vrmon.daemon.loop import Loop
from vrmon.pair.word import EtcdWord, PeerWord
from vrmon.plan.rights import Role
from vrmon.settings import Pair, Settings

PAIR = Pair("studio", "a", ("http://127.0.0.1:1",), "http://127.0.0.1:1")
STANDS_BY = "this host (a) stands by."
ASK_B = "b leads: ask its vrmon."
NOBODY = "No host leads at the moment. See vrmon pair."
NOT_KNOWN = "Who leads is not known: neither etcd nor the other host says so. See vrmon pair."
LONG = 600.0  # seconds
JUST_NOW = -LONG  # however late the machine is


class Alone:
    """A loop with no devices, as far as a pair looks at one."""

    settings = Settings(pair=PAIR)
    primaries: Mapping[str, object] = {}
    dvrs: Mapping[str, object] = {}


def heard(lease: float | None, leader: str, etcd: float, peer: Role, peer_heard: float) -> Hearing:
    """The lease ends in so many seconds; etcd and the peer were heard so many ago."""
    now, made = time.monotonic(), Hearing(PAIR)
    made.lease, made.leader = None if lease is None else now + lease, leader
    made.take_in(EtcdWord(now - etcd, now - etcd, leader=leader))
    made.take_in_peer(PeerWord(now - peer_heard, "b", peer))
    return made


@pytest.mark.parametrize(
    ("lease", "leader", "etcd", "peer", "peer_heard", "refusal"),
    [
        (LONG, "a", JUST_NOW, Role.STANDBY, JUST_NOW, ""),
        (None, "b", JUST_NOW, Role.LEADER, JUST_NOW, f"{STANDS_BY} {ASK_B}"),
        (None, "b", JUST_NOW, Role.STANDBY, JUST_NOW, f"{STANDS_BY} {ASK_B}"),
        (None, "b", JUST_NOW, Role.LEADER, LONG, f"{STANDS_BY} {ASK_B}"),
        (None, "b", LONG, Role.SUSPENDED, JUST_NOW, f"{STANDS_BY} {ASK_B}"),
        (None, "b", LONG, Role.LEADER, LONG, f"{STANDS_BY} {NOT_KNOWN}"),
        (None, "", LONG, Role.STANDBY, JUST_NOW, f"{STANDS_BY} {NOT_KNOWN}"),
        (None, "", JUST_NOW, Role.STANDBY, JUST_NOW, f"{STANDS_BY} {NOBODY}"),
        (-LONG, "a", LONG, Role.STANDBY, JUST_NOW, ""),
        (-LONG, "a", LONG, Role.LEADER, LONG, ""),
        (-LONG, "a", LONG, Role.LEADER, JUST_NOW, f"this host (a) leads no longer. {ASK_B}"),
    ],
)
def test_nobody_is_sent_to_a_leader_of_whom_nothing_is_known(
    lease: float | None, leader: str, etcd: float, peer: Role, peer_heard: float, refusal: str
) -> None:
    assert heard(lease, leader, etcd, peer, peer_heard).refusal() == refusal


@pytest.mark.parametrize(
    ("word", "what"),
    [
        (PeerWord(JUST_NOW, "b", Role.STANDBY, configuration="other"), "b has another configuration than a"),
        (PeerWord(JUST_NOW, "b", Role.STANDBY, unready="it sleeps"), "b could not take over: it sleeps."),
    ],
)
def test_one_answer_that_is_lost_ends_no_problem(word: PeerWord, what: str) -> None:
    host = heard(LONG, "a", JUST_NOW, Role.STANDBY, JUST_NOW)
    loop = cast("Loop", Alone())

    def told() -> str:
        return dict(pair_status.problems(host, loop, "", time.monotonic()))[Code.PAIR_NOT_READY]

    assert told() == ""
    host.take_in_peer(replace(word, heard=time.monotonic() + LONG))
    assert told().startswith(what)
    host.take_in_peer(PeerWord(time.monotonic(), error="the peer did not answer within 1 s"))
    assert told().startswith(what)
    host.peer_heard -= 2 * LONG
    assert told() == ""


def test_an_etcd_that_refuses_is_not_said_to_be_silent() -> None:
    host = heard(LONG, "a", LONG, Role.STANDBY, JUST_NOW)
    why = "etcd (127.0.0.1:1) refused: etcdserver: permission denied"
    host.take_in(EtcdWord(0.0, 0.0, error=why))
    told = dict(pair_status.problems(host, cast("Loop", Alone()), "", time.monotonic()))
    assert told[Code.PAIR_ETCD_AWAY] == f"No member of etcd gives an answer of use: {why}."
