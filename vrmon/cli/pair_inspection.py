"""[pair] looked at: whether etcd has a quorum, how fast it is, and whether the other host fits this one."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vrmon.cli.inspection import Finding
from vrmon.errors import EtcdError
from vrmon.pair.configuration import fingerprint
from vrmon.pair.etcd import Etcd, encoded
from vrmon.pair.members import ask_members
from vrmon.pair.other_host import OtherHost
from vrmon.settings import Pair, Settings

_TIMEOUT = 2.0
_SLOW = 0.1  # seconds
_CLOCKS = 2.0  # seconds by which the hosts' clocks may differ


def inspect_pair(settings: Settings) -> Iterator[Finding]:
    """Nothing for a host alone."""
    pair = settings.pair
    if pair is None:
        return
    if len(pair.etcd) < 3:
        text = f"has {len(pair.etcd)} of the three members that etcd needs to outlive one of them."
        yield Finding(None, "etcd", text, "Put the third on a third host, and name all in etcd of [pair].")
    yield from _members(pair)
    yield _quorum(pair)
    yield from _other_host(settings, pair)


def _members(pair: Pair) -> Iterator[Finding]:
    for one in ask_members(pair, _TIMEOUT):
        subject = f"etcd {one.url}"
        if one.error:
            yield Finding(False, subject, f"{one.error}.", _hint(pair, one.error))
        elif one.took > _SLOW:
            text = f"answers in {1000 * one.took:.0f} ms, which is slow: the lease must be kept every second."
            yield Finding(None, subject, text, "Look after its disk and the network to it.")
        else:
            leads = ", and leads etcd" if one.leads else ""
            yield Finding(True, subject, f"answers in {1000 * one.took:.0f} ms, etcd {one.version}{leads}.")


def _hint(pair: Pair, error: str) -> str:
    if "ermission denied" in error and os.geteuid() != 0:
        return "Check as root, or have the running vrmond check: it reads them as the service does."
    return "Its certificate, or ca_file in [pair]?" if "certificate" in error and pair.ca_file else ""


def _quorum(pair: Pair) -> Finding:
    etcd = Etcd(pair, _TIMEOUT)
    try:
        etcd.call("kv/range", {"key": encoded(f"/vrmon/{pair.site}/leader")})
    except EtcdError as error:
        return Finding(False, "etcd", f"gives no answer that a quorum stands for: {error}.")
    finally:
        etcd.close()
    return Finding(True, "etcd", f"has a quorum: it answers for it in {1000 * etcd.took:.0f} ms.")


def _other_host(settings: Settings, pair: Pair) -> Iterator[Finding]:
    other = OtherHost(pair)
    word = other.ask()
    other.close()
    subject = "the other host"
    if word.error:
        yield Finding(False, subject, f"does not answer: {word.error}.", "Does vrmond run there?")
        return
    if word.node == pair.node:
        text = f"is called {word.node} as well."
        yield Finding(False, subject, text, "Give each host a node of its own in [pair].")
    elif word.configuration != fingerprint(settings):
        text = f"({word.node}) runs on another configuration: channels, devices or [sync] differ."
        yield Finding(False, subject, text, "Copy vrmon.toml, but for node, peer and files; reload both.")
    else:
        yield Finding(True, subject, f"({word.node}) answers and has the same configuration.")
    if word.unready:
        yield Finding(False, subject, f"could not take over: {word.unready}.")
    if abs(word.clock) > _CLOCKS:
        text = f"has a clock that is {abs(word.clock):.0f} s {'ahead' if word.clock > 0 else 'behind'}."
        yield Finding(None, subject, text, "Have both hosts keep time: systemctl status systemd-timesyncd")
