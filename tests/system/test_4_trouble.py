"""A frozen daemon, a wedged loop, a full disk."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.system.clients import TCP, ask
from tests.system.machine import Machine, eventually
from tests.system.site import Site

WATCHDOG = 3

PACKAGES = "/usr/lib/python3/dist-packages"
# Loaded by every Python program: on SIGUSR1 the main thread, and with it the loop, hangs.
WEDGE = """
import signal, time
def hang_for_ever(*_):
    while True:
        time.sleep(3600)
signal.signal(signal.SIGUSR1, hang_for_ever)
"""


@pytest.fixture
def impatient(site: Site) -> Iterator[Site]:
    """A watchdog of seconds in place of half a minute; the rest of the unit is as shipped."""
    drop_in = site.machine.path("/run/systemd/system/vrmon.service.d/test.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(f"[Service]\nWatchdogSec={WATCHDOG}s\n")
    module, hook = site.machine.path(f"{PACKAGES}/wedge.py"), site.machine.path(f"{PACKAGES}/wedge.pth")
    module.write_text(WEDGE)
    hook.write_text("import wedge\n")
    site.machine.run("systemctl", "daemon-reload")
    site.machine.run("systemctl", "restart", "vrmon")
    yield site
    for path in (drop_in, module, hook):
        path.unlink()
    drop_in.parent.rmdir()
    site.machine.run("systemctl", "daemon-reload")
    site.machine.run("systemctl", "restart", "vrmon")


def restarted_by_watchdog(machine: Machine, before: int) -> None:
    eventually(lambda: machine.daemon not in (0, before), what="the watchdog")
    eventually(lambda: machine.show("SubState")["SubState"] == "running")
    assert any("Watchdog timeout" in str(entry["MESSAGE"]) for entry in machine.journal())


def test_a_frozen_daemon_is_restarted(impatient: Site) -> None:
    impatient.record("NEWS")
    before = impatient.machine.daemon
    impatient.machine.kill("STOP")
    restarted_by_watchdog(impatient.machine, before)
    eventually(lambda: impatient.channel("PCR 1")["phase"] == "recording")
    assert impatient.takes(0) == ["NEWS"]


def test_a_wedged_loop_is_restarted_and_leaves_its_stacks(impatient: Site) -> None:
    impatient.record("NEWS")
    before = impatient.machine.daemon
    impatient.machine.kill("USR1")
    began = time.monotonic()
    restarted_by_watchdog(impatient.machine, before)
    assert time.monotonic() - began < WATCHDOG + 15
    eventually(lambda: impatient.channel("PCR 1")["phase"] == "recording")
    assert impatient.takes(0) == ["NEWS"]
    last_words = [str(entry["MESSAGE"]) for entry in impatient.machine.journal(f"_PID={before}")]
    assert any("Fatal Python error: Aborted" in line for line in last_words)
    assert any("hang_for_ever" in line for line in last_words)
    assert len([line for line in last_words if line.startswith(("Thread 0x", "Current thread 0x"))]) > 2


def test_an_idle_daemon_and_one_without_devices_keep_their_heartbeat(impatient: Site) -> None:
    before = impatient.machine.daemon
    impatient.playbox.fault("hang")
    impatient.recorder.refuse()
    time.sleep(2 * WATCHDOG)  # what is awaited is that nothing happens
    assert impatient.machine.daemon == before
    assert ask(TCP, "/healthz")[0] == 200


@pytest.fixture
def small_disk(site: Site) -> Iterator[Site]:
    """/var/lib/vrmon on a disk of its own of 256 KiB."""
    machine = site.machine
    machine.run("systemctl", "stop", "vrmon")
    machine.run("mount", "-t", "tmpfs", "-o", "size=256k,mode=750", "small", "/var/lib/vrmon")
    machine.run("chown", "_vrmon:vrmon", "/var/lib/vrmon")
    machine.run("systemctl", "start", "vrmon")
    yield site
    machine.run("systemctl", "stop", "vrmon")
    machine.run("umount", "/var/lib/vrmon")


def test_a_full_disk_stops_no_recording(small_disk: Site) -> None:
    (news,) = small_disk.record("NEWS")
    machine = small_disk.machine
    machine.run("sh", "-c", "cat /dev/zero > /var/lib/vrmon/ballast || true")
    small_disk.playbox.start_job(1, "SPORT.mxf")
    eventually(lambda: small_disk.runs(1), what="SPORT's take")
    eventually(lambda: "state-failing" in small_disk.problems(), what="the problem in /status")
    small_disk.playbox.end_job(news)
    eventually(lambda: not small_disk.runs(0), what="the end of NEWS' take")
    machine.run("systemctl", "restart", "vrmon")
    eventually(lambda: small_disk.channel("PCR 2")["phase"] == "recording")
    assert small_disk.takes(1) == ["SPORT"]
    machine.run("rm", "/var/lib/vrmon/ballast")
    eventually(lambda: "state-failing" not in small_disk.problems(), what="the end of the problem")
