"""From nothing to a service that runs, says what it lacks and shuts its doors to the right people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.system.clients import ask, status
from tests.system.machine import Machine, eventually
from tests.system.manual import commands_of
from tests.system.site import CHANNELS, PASSWORD, Site
from tests.system.terminal import interactive_shell

CREDENTIALS = "/etc/vrmon/credentials"


def test_a_repository_that_was_tampered_with_is_refused(machine: Machine) -> None:
    repository = machine.root / "srv/repository"
    sources = machine.path("/etc/apt/sources.list.d/vrmon.sources")
    sources.write_text((repository / "vrmon.sources").read_text())
    release = repository / "dists/stable/InRelease"
    signed = release.read_text()
    release.write_text(signed.replace("Origin: vrmon", "Origin: other"))
    try:
        assert machine.run("apt-get", "update", check=False).returncode != 0
        assert machine.run("apt-get", "install", "--yes", "vrmon", check=False).returncode != 0
    finally:
        release.write_text(signed)
        sources.unlink()


def test_a_new_installation_runs_and_says_what_it_lacks(installed: Machine) -> None:
    assert installed.run("systemctl", "is-enabled", "vrmon").stdout == "enabled\n"
    assert installed.run("systemctl", "is-active", "vrmon").stdout == "active\n"
    document = status()
    assert "no-channels" in {problem["code"] for problem in document["problems"]}
    assert "channel" in installed.show("StatusText")["StatusText"]
    assert installed.run("dpkg", "--verify", "vrmon").stdout == ""


def test_the_readmes_commands_after_the_installation(site: Site) -> None:
    (_, _, afterwards) = commands_of("Install")
    assert len(afterwards) == 3
    for command in afterwards:
        site.machine.run("sh", "-c", command)


@pytest.fixture
def fresh(site: Site) -> Site:
    """As right after the installation: the shipped configuration, no password, nothing remembered."""
    machine = site.machine
    machine.run("systemctl", "stop", "vrmon")
    for leftover in (*machine.path("/var/lib/vrmon").glob("*"), *machine.path(CREDENTIALS).glob("*")):
        leftover.unlink()
    site.configure(machine.shipped)
    machine.run("systemctl", "start", "vrmon")
    return site


def test_the_readmes_two_commands_and_the_answers_end_with_a_green_board(fresh: Site) -> None:
    site, steps = fresh, 1  # the installation
    install, (setup,), _ = commands_of("Install")
    assert len(install) == 2
    site.playbox.start_job(0, "NEWS.mxf")
    with interactive_shell(site.machine, "root") as shell:

        def step(keys: str, until: str) -> None:
            nonlocal steps
            shell.type(f"{keys}\n")
            shell.wait_for(until)
            steps += 1

        step(setup, "Address of the PlayBox: ")
        step(site.playbox.url.removeprefix("https://"), "trusted from now on [Y/n]: ")
        step("y", " [movierecorder]: ")
        step("", "Address of the MovieRecorder: ")
        step(site.recorder.url.removeprefix("http://"), "Password of movierecorder: ")
        step(PASSWORD, "Once more: ")
        step(PASSWORD, " [0]: ")
        for number in range(CHANNELS):
            step("1", f"Name of the channel [Backup {number + 1}]: ")
            last = number == CHANNELS - 1
            step(f"PCR {number + 1}", "does not list now (empty: none): " if last else " [0]: ")
        step("", "put it in force? [Y/n]: ")
        step("", "# ")
        shown = shell.shown
    assert re.search("● (Safe|Ready) ", shown)
    assert "schnalle" not in shown
    assert steps == 2 + 7 + 2 * CHANNELS + 1
    (board,) = re.findall(r"The board for the control room: http://(\S+):(\d+)/", shown)
    assert ask((board[0], int(board[1])), "/")[0] == 200
    assert status()["health"] == "ok"
    eventually(lambda: site.channel("PCR 1")["phase"] == "recording")
    assert site.takes(0) == ["NEWS"]
    assert (
        site.machine.run("stat", "--format=%a %U %G", f"{CREDENTIALS}/movierecorder").stdout
        == "600 root root\n"
    )
    assert site.machine.run("vrmon", "check", user="engineer").returncode == 0
    everywhere = site.machine.run("journalctl", "--output=json", "--all").stdout
    everywhere += site.machine.path("/etc/vrmon/vrmon.toml").read_text()
    assert "schnalle" not in everywhere


def test_who_owns_what(installed: Machine) -> None:
    modes = installed.run(
        "stat", "--format=%n %a %U %G",
        "/etc/vrmon/credentials", "/etc/vrmon/vrmon.toml", "/var/lib/vrmon", "/run/vrmon/vrmon.sock",
    ).stdout.splitlines()  # fmt: skip
    assert modes == [
        "/etc/vrmon/credentials 700 root root",
        "/etc/vrmon/vrmon.toml 644 root root",
        "/var/lib/vrmon 750 _vrmon vrmon",
        "/run/vrmon/vrmon.sock 660 _vrmon vrmon",
    ]


def test_the_packages_own_test(installed: Machine, site: Site) -> None:
    """debian/tests/installed, as autopkgtest would run it, with the shipped configuration."""
    site.configure("# as it is shipped: nothing is set up yet\n")
    installed.run("systemctl", "restart", "vrmon")
    script = installed.path("/root/installed")
    script.write_bytes(Path("debian/tests/installed").read_bytes())
    installed.run("sh", "/root/installed")


def test_jobs_are_mirrored(site: Site) -> None:
    jobs = site.record("NEWS", "SPORT", "WEATHER", "TALK")
    assert [site.takes(number) for number in range(4)] == [["NEWS"], ["SPORT"], ["WEATHER"], ["TALK"]]
    eventually(lambda: site.machine.show("StatusText")["StatusText"].startswith("4 of 4 jobs recorded"))
    site.playbox.end_job(jobs[1])
    eventually(lambda: not site.runs(1), what="the end of SPORT's take")
    eventually(lambda: site.channel("PCR 2")["phase"] == "idle")
    assert [site.runs(number) for number in range(4)] == [True, False, True, True]


def test_members_of_the_group_may_use_the_socket_and_others_not(site: Site) -> None:
    site.record("NEWS")
    member = site.machine.run("vrmon", "status", "--json", user="engineer")
    assert json.loads(member.stdout)["channels"][0]["take"]["name"] == "NEWS"
    stranger = site.machine.run("vrmon", "status", "--json", user="stranger", check=False)
    assert stranger.returncode == 3
    assert "group vrmon" in stranger.stderr
    assert stranger.stdout == ""


def test_control_is_for_the_socket_only(site: Site) -> None:
    site.record("NEWS")
    code, _ = ask(("127.0.0.1", 8001), "/channels/PCR%201/hold", "POST")
    assert code in (403, 404, 405)
    assert site.channel("PCR 1")["mode"] == "auto"
    site.machine.run("vrmon", "hold", "PCR 1", "--reason", "rehearsal", user="engineer")
    assert site.channel("PCR 1")["mode"] == "hold"
    site.machine.run("vrmon", "auto", "PCR 1", user="engineer")
    assert site.channel("PCR 1")["mode"] == "auto"


def test_a_real_shell_completes_commands_and_channels(site: Site) -> None:
    assert len(status()["channels"]) == 4
    with interactive_shell(site.machine, "engineer") as shell:
        shell.type("vrmon ho\t")
        shell.wait_for("vrmon hold ")
        shell.type("P\t")
        shell.wait_for("PCR\\ ")
        shell.type("3\t--rea\t")
        shell.wait_for("PCR\\ 3 --reason ")
