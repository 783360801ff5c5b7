"""Restart, crash, upgrade and downgrade in mid-recording: no take touched, no reader refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.clients import TCP, Readers, ask, reading_without_pause, status
from tests.system.machine import Machine, eventually
from tests.system.site import Site


@contextmanager
def nothing_is_lost(site: Site) -> Iterator[Readers]:
    """Two jobs are recorded before, during and after the block, each in one take; a third begins after it."""
    site.record("NEWS", "SPORT")
    began = time.monotonic()
    with reading_without_pause(TCP, site.socket) as readers:
        yield readers
        site.playbox.start_job(2, "TALK.mxf")
        eventually(lambda: site.runs(2), what="TALK's take")
        eventually(lambda: site.channel("PCR 1")["phase"] == "recording")
        eventually(lambda: site.channel("PCR 2")["phase"] == "recording")
        eventually(lambda: readers.answered > 50, what="readers without pause")
    assert [site.takes(number) for number in range(3)] == [["NEWS"], ["SPORT"], ["TALK"]]
    assert site.recorder.gaps("4XT00292 - 0", began, time.monotonic()) == []
    assert site.recorder.gaps("4XT00292 - 1", began, time.monotonic()) == []
    assert readers.failures == []
    assert readers.longest < 20.0


def another_daemon(site: Site, than: int) -> bool:
    return site.machine.daemon not in (0, than) and site.machine.show("SubState")["SubState"] == "running"


def test_restart(site: Site) -> None:
    before = site.machine.daemon
    with nothing_is_lost(site) as readers:
        site.machine.run("systemctl", "restart", "vrmon")
    assert readers.cut == 0
    assert site.machine.daemon != before


def test_crash(site: Site) -> None:
    before = site.machine.daemon
    with nothing_is_lost(site) as readers:
        site.machine.kill("KILL")
        eventually(lambda: another_daemon(site, before), what="a new vrmond")
    assert readers.cut <= 4  # the requests of four readers that were under way


@pytest.fixture
def later_release(site: Site, work: Path) -> Iterator[str]:
    """A later release in the repository, by its version; the tested one is put back at the end."""
    now = status()["version"]
    (deb,) = work.glob("vrmon_*+next1_all.deb")
    site.machine.publish(deb)
    yield deb.name.split("_")[1]
    install(site.machine, now)


def install(machine: Machine, version: str) -> None:
    machine.run("apt-get", "install", "--yes", "--allow-downgrades", f"vrmon={version}")


def test_upgrade_and_downgrade(site: Site, later_release: str) -> None:
    now = status()["version"]
    with nothing_is_lost(site) as readers:
        install(site.machine, later_release)
        eventually(lambda: status()["version"] == later_release)
        install(site.machine, now)
        eventually(lambda: status()["version"] == now)
    assert readers.cut == 0
    assert readers.versions == {now, later_release}
    assert site.machine.run("dpkg", "--verify", "vrmon").stdout in ("", "??5?????? c /etc/vrmon/vrmon.toml\n")


def test_stop_is_stop_and_leaves_the_takes_alone(site: Site) -> None:
    site.record("NEWS")
    site.machine.run("systemctl", "stop", "vrmon")
    with pytest.raises(ConnectionRefusedError):
        ask(TCP, "/healthz")
    assert not site.machine.path("/run/vrmon/vrmon.sock").exists()
    assert site.machine.run("vrmon", "status", check=False).returncode == 3
    assert site.runs(0)
    site.machine.run("systemctl", "start", "vrmon")
    eventually(lambda: site.channel("PCR 1")["phase"] == "recording")
    assert site.takes(0) == ["NEWS"]


def test_a_changed_address_is_not_listened_on_any_more(site: Site) -> None:
    site.configure(site.configuration() + '[api]\nlisten = "127.0.0.1:8002"\n')
    site.machine.run("systemctl", "restart", "vrmon")
    assert ask(("127.0.0.1", 8002), "/healthz")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        ask(TCP, "/healthz")
    site.configure(site.configuration())
    site.machine.run("systemctl", "restart", "vrmon")
    assert ask(TCP, "/healthz")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        ask(("127.0.0.1", 8002), "/healthz")
