"""A site of its own beside vrmon.service: another process, other folders, and the same confinement."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.system.machine import Machine, eventually
from tests.system.site import PASSWORD, Site

UNITS = ("vrmon@NORTH", "vrmon-alarm@NORTH")
FOLDER = "/etc/vrmon@NORTH"


def process(machine: Machine, unit: str) -> str:
    return machine.run("systemctl", "show", unit, "--property=MainPID", "--value").stdout.strip()


def text_of_north(site: Site) -> str:
    """The same devices, and of the channels the fourth alone, which the other vrmond does not have."""
    devices, *channels = site.configuration(4).partition("[sync]")[0].split("[[channel]]\n")
    return f'[api]\nlisten = "127.0.0.1:8002"\n{devices}[[channel]]\n{channels[3]}'


@pytest.fixture
def north(site: Site) -> Iterator[Machine]:
    """Set up as vrmond(8) says."""
    machine = site.machine
    site.configure(site.configuration(3))
    machine.run("systemctl", "reload", "vrmon")
    machine.run("install", "--directory", "--mode=0700", FOLDER + "/credentials")
    machine.run("chmod", "0755", FOLDER)
    machine.path(f"{FOLDER}/vrmon.toml").write_text(text_of_north(site))
    machine.path(f"{FOLDER}/credentials/movierecorder").write_text(PASSWORD + "\n")
    machine.run("systemctl", "enable", "--now", UNITS[0])
    yield machine
    machine.run("systemctl", "disable", "--now", *UNITS)
    machine.run("sh", "-c", f"rm -r {FOLDER} /var/lib/vrmon*@NORTH")


def test_each_records_its_own_and_neither_touches_the_others(site: Site, north: Machine) -> None:
    site.record("NEWS")
    site.playbox.start_job(3, "NORTHERN NEWS.mxf")
    eventually(lambda: site.takes(3) == ["NORTHERN NEWS"])
    told = eventually(lambda: north.run("vrmon", "--site", "NORTH", user="engineer", check=False).stdout)
    assert "PCR 4" in told
    assert "PCR 1" not in told
    north.run("systemctl", "restart", UNITS[0])
    north.run("vrmon", "--site", "NORTH", "reload")
    north.run("systemctl", "stop", "vrmon")
    assert north.run("systemctl", "is-active", *UNITS).stdout.split() == ["active", "active"]
    assert (site.takes(0), site.takes(3)) == (["NEWS"], ["NORTHERN NEWS"])
    assert site.runs(0)
    assert site.runs(3)


def test_all_sites_restart_at_once_as_an_upgrade_does_it(site: Site, north: Machine) -> None:
    before = [process(north, unit) for unit in UNITS]
    others = process(north, "vrmon")
    north.run("systemctl", "restart", "vrmon-sites.target")
    eventually(lambda: [process(north, unit) for unit in UNITS if process(north, unit) not in ("0", *before)])
    eventually(
        lambda: north.run("systemctl", "is-active", *UNITS, check=False).stdout.split() == ["active"] * 2
    )
    assert all(process(north, unit) not in before for unit in UNITS)
    assert process(north, "vrmon") == others


def test_it_starts_without_a_folder_for_passwords_and_says_what_it_lacks(north: Machine) -> None:
    north.run("rm", "-r", FOLDER)
    north.run("systemctl", "restart", UNITS[0])
    assert FOLDER in north.run("vrmon", "--site", "NORTH", "check", check=False).stdout
    north.run("mkdir", FOLDER)  # for the clean-up


@pytest.mark.parametrize("unit", UNITS)
def test_exposure(north: Machine, unit: str) -> None:
    report = north.run("systemd-analyze", "security", "--no-pager", unit).stdout
    (level,) = re.findall(rf"Overall exposure level for {unit}.service: ([\d.]+)", report)
    assert float(level) <= 1.1
    assert north.run("systemd-analyze", "verify", "--man=no", f"{unit}.service").stderr == ""


def test_who_owns_what(north: Machine) -> None:
    wanted = {
        "/var/lib/vrmon@NORTH": "750 _vrmon vrmon",
        "/run/vrmon@NORTH/vrmon.sock": "660 _vrmon vrmon",
        "/var/lib/vrmon-alarm@NORTH": "750 _vrmon-alarm vrmon",
        "/run/vrmon-alarm@NORTH/alarm.sock": "660 _vrmon-alarm vrmon",
    }
    eventually(lambda: north.path("/run/vrmon-alarm@NORTH/alarm.sock").exists())
    modes = north.run("stat", "--format=%n %a %U %G", *wanted).stdout.splitlines()
    assert modes == [f"{path} {mode}" for path, mode in wanted.items()]


def test_a_cold_standby_is_promoted_unless_the_other_one_answers(site: Site, north: Machine) -> None:
    """The other one is played by the site."""
    north.run("systemctl", "disable", "--now", "vrmon", "vrmon-alarm")
    refused = north.run("vrmon", "promote", "--peer", "http://127.0.0.1:8002", "--yes", check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert north.run("systemctl", "is-active", "vrmon", check=False).stdout == "inactive\n"
    north.run("systemctl", "stop", UNITS[0])
    said = north.run("vrmon", "promote", "--peer", "http://127.0.0.1:8002", "--yes").stdout
    assert "vrmond runs on this host now" in said
    assert north.run("systemctl", "is-enabled", "vrmon", "vrmon-alarm").stdout == "enabled\n" * 2
    site.record("NEWS")
    assert site.takes(0) == ["NEWS"]
