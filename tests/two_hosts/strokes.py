"""What befalls a pair. Each stroke takes the site and who leads, and tells when it struck, if not at once."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.two_hosts.network import Net
from tests.two_hosts.site import TTL, Node, Site
from tests.world.mirror import wait

HOUR = 3600.0


@dataclass(frozen=True)
class Stroke:
    """`takes_over`: the other one has to, by itself, and acts `within` so many seconds; else it may.

    `goes_on`: takes are ended while it lasts, and not only afterwards. `is_extra`: not in the short form.
    """

    name: str
    strike: Callable[[Site, Node, random.Random], float | None]
    takes_over: bool
    within: float = 2 * TTL
    goes_on: bool = True
    is_extra: bool = False


def _kill(site: Site, leader: Node, _: random.Random) -> None:
    leader.daemon.kill()


def _kill_as_it_starts(site: Site, leader: Node, _: random.Random) -> float:
    """With a take begun of which etcd has not heard."""
    for member in site.etcd.members:
        member.signal(signal.SIGSTOP)
    begun = len(site.recorder.arrivals("*/record"))
    wait(lambda: len(site.recorder.arrivals("*/record")) > begun, "the next take")
    leader.daemon.kill()
    for member in site.etcd.members:
        member.signal(signal.SIGCONT)
    return time.monotonic()


def _freeze(site: Site, leader: Node, _: random.Random) -> None:
    leader.daemon.process.send_signal(signal.SIGSTOP)


def _freeze_for_seconds(site: Site, leader: Node, drawn: random.Random) -> None:
    """Until about the moment at which its lease is over."""
    _freeze(site, leader, drawn)
    time.sleep(drawn.uniform(0.5 * TTL, 1.5 * TTL))
    leader.daemon.process.send_signal(signal.SIGCONT)


def _cut_for_seconds(site: Site, leader: Node, drawn: random.Random) -> None:
    leader.host.cut(*drawn.choice(((Net.CLUSTER,), (Net.CLUSTER, Net.DEVICES))))
    time.sleep(drawn.uniform(0.5 * TTL, 1.5 * TTL))
    leader.host.join()


def _cut_from_etcd(site: Site, leader: Node, _: random.Random) -> None:
    leader.host.cut(Net.CLUSTER)


def _cut_from_everything(site: Site, leader: Node, _: random.Random) -> None:
    leader.host.cut(*Net)


def _freeze_the_majority(site: Site, leader: Node, drawn: random.Random) -> None:
    for member in drawn.sample(site.etcd.members, 2):
        member.signal(signal.SIGSTOP)


def _leave_it_alone(site: Site, leader: Node, drawn: random.Random) -> None:
    """No etcd, and no leader."""
    _freeze_the_majority(site, leader, drawn)
    leader.daemon.kill()


def _step_a_clock(site: Site, leader: Node, drawn: random.Random) -> None:
    drawn.choice(site.nodes).step_clock(drawn.choice((HOUR, -HOUR)))


def _fill_a_disk(site: Site, leader: Node, drawn: random.Random) -> None:
    full = drawn.choice(site.etcd.members)
    full.fill()
    other = next(member for member in site.etcd.members if member is not full)
    for number in range(20):
        site.etcd.put(other, f"ballast {number}", "x" * 100_000)


def _kill_a_member(site: Site, leader: Node, drawn: random.Random) -> None:
    drawn.choice(site.etcd.members).kill()


def _replace_a_member(site: Site, leader: Node, drawn: random.Random) -> None:
    site.etcd.replace(drawn.choice(site.etcd.members))


def _hang_the_recorder(site: Site, leader: Node, _: random.Random) -> None:
    """For as long as a take-over takes."""
    leader.daemon.kill()
    site.recorder.fault("hang")
    threading.Timer(TTL, site.recorder.clear_faults).start()


def _hand_over(site: Site, leader: Node, _: random.Random) -> None:
    done = leader.vrmon("pair", "hand-over")
    assert done.returncode == 0, done.stdout + done.stderr


def _upgrade(site: Site, leader: Node, _: random.Random) -> float:
    """One after the other, the one that stands by first."""
    began = 0.0
    for node in (site.other(leader), leader):
        site.leader()
        began = time.monotonic()
        node.daemon.restart()
    return began


STROKES = (
    Stroke("the leader is killed", _kill, takes_over=True),
    Stroke("the leader is killed as it starts a take", _kill_as_it_starts, takes_over=True),
    Stroke("the leader is frozen", _freeze, takes_over=True),
    Stroke("the leader is cut from etcd", _cut_from_etcd, takes_over=True),
    Stroke("the leader is cut from everything", _cut_from_everything, takes_over=True),
    Stroke("two etcds are frozen", _freeze_the_majority, takes_over=False),
    Stroke(
        "the leader dies while two etcds are frozen",
        _leave_it_alone,
        True,
        15 + 6 + 3 + 2 * TTL,
        goes_on=False,
        is_extra=True,
    ),
    Stroke("the leader is frozen for seconds", _freeze_for_seconds, takes_over=False, is_extra=True),
    Stroke("the leader is cut off for seconds", _cut_for_seconds, takes_over=False, is_extra=True),
    Stroke("a clock is stepped by an hour", _step_a_clock, takes_over=False),
    Stroke("the disk of an etcd is full", _fill_a_disk, takes_over=False),
    Stroke("an etcd is killed", _kill_a_member, takes_over=False, is_extra=True),
    Stroke("an etcd is replaced", _replace_a_member, takes_over=False),
    Stroke("the recorder hangs while the leader dies", _hang_the_recorder, takes_over=True),
    Stroke("hand-over under load", _hand_over, takes_over=True),
    Stroke("an upgrade, one host after the other", _upgrade, takes_over=True),
)
