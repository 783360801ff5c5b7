"""What people and the other host are told of a pair: made of what this host has heard, and of its devices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from vrmon.catalog import Code
from vrmon.daemon.hearing import ETCD_PATIENCE, Hearing
from vrmon.daemon.loop import Loop
from vrmon.pair.configuration import fingerprint
from vrmon.pair.word import PeerWord
from vrmon.plan.rights import Role
from vrmon.settings import Pair
from vrmon.text import rfc3339

_PEER_PATIENCE = 10.0  # seconds of silence that are told as a problem
_BLINK = 1.0  # seconds of silence that are nobody's concern
_NO_WORD = "the request is still pending"
_FAILURES = 2  # polls in a row after which a device is out of reach


def document(pair: Pair, heard: Hearing) -> dict[str, Any]:
    """/status.pair."""
    now = time.monotonic()
    error = heard.etcd.error if now > heard.etcd_heard + _BLINK else ""
    return {
        "site": pair.site,
        "node": pair.node,
        "role": heard.role.value,
        "leader": heard.leader or None,
        "since": None if heard.since is None else rfc3339(heard.since),
        "etcd": {
            "state": "unreachable" if error else "ok",
            "error": error,
            "age": round(now - heard.etcd_heard, 3),
            "latency": round(heard.etcd.took, 4),
            "members": [
                {
                    "url": one.url,
                    "latency": None if one.error and not one.version else round(one.took, 4),
                    "version": one.version,
                    "leads": one.leads,
                    "error": one.error,
                }
                for one in heard.members
            ],
        },
        "peer": {
            "url": pair.peer,
            "node": heard.peer_node or None,
            "role": None if heard.peer_role is None else heard.peer_role.value,
            "age": round(now - heard.peer_heard, 3) if heard.peer_role is not None else None,
            "error": heard.peer.error,
            "unready": heard.peer.unready,
        },
    }


def word(pair: Pair, heard: Hearing, loop: Loop) -> dict[str, Any]:
    """What the other host asks for."""
    return {
        "site": pair.site,
        "node": pair.node,
        "role": heard.role.value,
        "clock": time.time(),
        "configuration": fingerprint(loop.settings),
        "unready": _unready(heard, loop),
    }


def problems(heard: Hearing | None, loop: Loop, unshared: str, now: float) -> Iterator[tuple[Code, str]]:
    """Each code of a pair with what is wrong, "" where nothing is, or this host is alone. `unshared`: why
    etcd takes nothing of what is to be shared, "" where it does."""
    told = {} if heard is None else dict(_problems(heard, loop, unshared, now))
    for code in (Code.PAIR_ETCD_AWAY, Code.PAIR_MEMBER_AWAY, Code.PAIR_PEER_AWAY, Code.PAIR_NOT_READY):
        yield code, told.get(code, "")


def _problems(heard: Hearing, loop: Loop, unshared: str, now: float) -> Iterator[tuple[Code, str]]:
    away = [one for one in heard.members if one.error]
    if now > heard.etcd_heard + ETCD_PATIENCE:
        why = heard.etcd.error or _NO_WORD
        yield Code.PAIR_ETCD_AWAY, f"No member of etcd gives an answer of use: {why}."
    elif away:
        some = f"{len(away)} of {len(heard.members)} members of etcd: {away[0].error}."
        yield Code.PAIR_MEMBER_AWAY, some
    if now > heard.peer_heard + _PEER_PATIENCE:
        yield Code.PAIR_PEER_AWAY, f"The other host does not answer: {heard.peer.error or _NO_WORD}."
    why = _not_ready(heard, loop, now)
    if not why and unshared and heard.role is Role.LEADER:
        why = f"The standby would take over without the holds and names of {heard.node}: {unshared}."
    yield Code.PAIR_NOT_READY, why


def _not_ready(heard: Hearing, loop: Loop, now: float) -> str:
    is_silent = now > heard.peer_heard + _PEER_PATIENCE
    node, peer = heard.node, PeerWord(now) if is_silent else heard.peer
    if peer.node == node:
        return f"Both hosts are called {node}: node in [pair] has to be another on each."
    if peer.configuration and peer.configuration != fingerprint(loop.settings):
        other = heard.peer_node or "the other host"
        return f"{other} has another configuration than {node}: channels, devices or [sync]."
    if heard.role is Role.STANDBY:
        mine = _unready(heard, loop)
        return f"{node} could not take over: {mine}." if mine else ""
    if heard.peer_role is Role.STANDBY and peer.unready:
        return f"{heard.peer_node} could not take over: {peer.unready}."
    return ""


def _unready(heard: Hearing, loop: Loop) -> str:
    """Why this host could not take over, "" where it could."""
    failures = {name: one.counts.failures for name, one in loop.primaries.items()}
    failures |= {name: one.counts.failures for name, one in loop.dvrs.items()}
    silent = [name for name, count in failures.items() if count >= _FAILURES]
    if silent:
        return f"it gets no answer from {', '.join(silent)}"
    if heard.etcd.error and time.monotonic() > heard.etcd_heard + ETCD_PATIENCE:
        return "it cannot reach etcd"
    return ""
