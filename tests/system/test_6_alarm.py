"""vrmon-alarm beside vrmond: there after an installation, confined, and still there when vrmond is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.alarm.receiver import Receiver, receiving
from tests.system.machine import Machine, eventually
from tests.system.site import Site

UNIT = "vrmon-alarm"


def shown(machine: Machine, name: str) -> str:
    return machine.run("systemctl", "show", UNIT, f"--property={name}", "--value").stdout.strip()


@pytest.fixture
def receiver(site: Site) -> Iterator[Receiver]:
    """Who is told, by a webhook and a dead-man's switch whose address only root can read."""
    with receiving() as receiver:
        machine = site.machine
        credential = machine.path("/etc/vrmon/credentials/alarm-heartbeat")
        credential.write_text(f"{receiver.url}/alive\n")
        credential.chmod(0o600)
        alarm = [
            "[alarm]",
            f'webhook = "{receiver.url}"',
            'heartbeat_url_file = "/etc/vrmon/credentials/alarm-heartbeat"',
            "after = { critical = 1.0 }",
            "silent_after = 5.0",
        ]
        site.configure("\n".join([site.configuration(), *alarm]) + "\n")
        machine.run("systemctl", "reload", "vrmon")
        machine.run("systemctl", "restart", UNIT)
        yield receiver
        credential.unlink()
        site.configure(site.configuration())
        machine.run("systemctl", "start", "vrmon")
        machine.run("systemctl", "reload", "vrmon")
        machine.run("systemctl", "restart", UNIT)


def test_it_rests_where_nobody_is_to_be_told(site: Site) -> None:
    machine = site.machine
    assert machine.run("systemctl", "is-enabled", UNIT).stdout == "enabled\n"
    assert machine.run("systemctl", "is-active", UNIT).stdout == "active\n"
    eventually(lambda: shown(machine, "StatusText").startswith("Nobody is told of problems"))
    assert site.problems() & {"alarm-silent", "alarm-failing"} == set()


def test_exposure(site: Site) -> None:
    report = site.machine.run("systemd-analyze", "security", "--no-pager", UNIT).stdout
    (level,) = re.findall(rf"Overall exposure level for {UNIT}.service: ([\d.]+)", report)
    assert float(level) <= 1.1
    assert site.machine.run("systemd-analyze", "verify", "--man=no", f"{UNIT}.service").stderr == ""


def test_vrmond_is_gone_and_people_hear_of_it(site: Site, receiver: Receiver) -> None:
    machine = site.machine
    receiver.wait_for(lambda _: receiver.asked)
    process = shown(machine, "MainPID")
    machine.run("systemctl", "stop", "vrmon")
    receiver.wait_for(lambda got: [one["event"] for one in got] == ["raised"])
    machine.run("systemctl", "start", "vrmon")
    receiver.wait_for(lambda got: [(one["event"], one["subject"]) for one in got][1:] == [("ended", "vrmon")])
    assert shown(machine, "MainPID") == process
    assert "alarm-failing" not in site.problems()


def test_a_member_of_the_group_tries_the_ways_and_sees_what_was_told(site: Site, receiver: Receiver) -> None:
    machine = site.machine
    tried = machine.run("vrmon", "test-alarm", user="engineer").stdout
    assert re.search(r"webhook delivered in", tried)
    assert re.search(r"heartbeat delivered in", tried)
    assert [one["event"] for one in receiver.got] == ["test"]
    assert "webhook" in machine.run("vrmon", "alarms", user="engineer").stdout
    assert machine.run("vrmon", "alarms", user="stranger", check=False).returncode == 3


def test_it_starts_again_when_it_is_killed(site: Site) -> None:
    machine = site.machine
    before = shown(machine, "MainPID")
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", UNIT)
    eventually(lambda: shown(machine, "MainPID") not in ("0", before))
    assert machine.run("systemctl", "is-active", "vrmon").stdout == "active\n"


def test_who_owns_what(site: Site) -> None:
    modes = site.machine.run(
        "stat", "--format=%n %a %U %G", "/var/lib/vrmon-alarm", "/run/vrmon-alarm/alarm.sock"
    ).stdout.splitlines()
    assert modes == [
        "/var/lib/vrmon-alarm 750 _vrmon-alarm vrmon",
        "/run/vrmon-alarm/alarm.sock 660 _vrmon-alarm vrmon",
    ]
