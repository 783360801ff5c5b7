"""The package's files agree with the program: version, manual pages, the unit."""

from __future__ import annotations

import argparse
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vrmon
from vrmon import cli
from vrmon.alarm import configured
from vrmon.cli import site
from vrmon.cli.commands import status
from vrmon.cli.options import make_parser
from vrmon.config import Directories
from vrmon.config.schema import TABLES
from vrmon.daemon.clock import BOOT_VARIABLE
from vrmon.devices.contract import Kind
from vrmon.devices.keys import REQUIRED, Key
from vrmon.devices.kinds import KINDS

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "packaging/man"


def test_the_changelog_begins_with_this_version() -> None:
    first = (ROOT / "debian/changelog").read_text().splitlines()[0]
    assert first.startswith(f"vrmon ({vrmon.__version__}) ")


@pytest.mark.skipif(shutil.which("scdoc") is None, reason="scdoc makes the manual pages")
@pytest.mark.parametrize("page", sorted(MANUAL.glob("*.scd")), ids=lambda page: page.name)
def test_scdoc_makes_every_manual_page(page: Path) -> None:
    done = subprocess.run(["scdoc"], input=page.read_bytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def sections(page: str) -> dict[str, str]:
    """The text of each section of a manual page by its heading."""
    pieces = re.split(r"^# (.+)\n", (MANUAL / page).read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


HEADINGS = {
    "primary": "[primary.NAME]",
    "dvr": "[dvr.NAME]",
    "channel": "[[channel]]",
    "sync": "[sync]",
    "drill": "[drill]",
    "api": "[api]",
    "log": "[log]",
    "history": "[history]",
    "alarm": "[alarm]",
    "alarm.snmp": "[alarm.snmp]",
    "eyes": "[eyes]",
    "pair": "[pair]",
}


def shown(default: object) -> str:
    if isinstance(default, dict):
        return f"{{ {', '.join(f'{key} = {shown(value)}' for key, value in default.items())} }}"
    return json.dumps(default)  # which writes texts, numbers and arrays as TOML does


@pytest.mark.parametrize("page", sorted(MANUAL.glob("*.scd")), ids=lambda page: page.stem)
def test_no_indented_line_of_a_page_looks_like_a_table(page: Path) -> None:
    """Which stops the build of the package."""
    assert re.findall(r"^\t+[\[|\]].*", page.read_text(), flags=re.MULTILINE) == []


@pytest.mark.parametrize("table", TABLES)
def test_vrmon_toml_5_describes_every_key_with_its_default(table: str) -> None:
    described = sections("vrmon.toml.5.scd")[HEADINGS[table]].replace("\\_", "_")
    for key in TABLES[table]:
        if table == "dvr" and key in TABLES["primary"]:
            continue  # "Its keys are those of a primary, and:"
        assert f"*{key.name}*" in described
        assert default_of(key) in entry(described, key.name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_vrmon_toml_5_describes_every_kind_and_its_own_keys(kind: Kind) -> None:
    described = sections("vrmon.toml.5.scd")[HEADINGS[kind.role.value]].replace("\\_", "_")
    (name,) = (name for name, one in KINDS.items() if one is kind)
    assert f'"{name}"' in entry(described, "kind")
    for key in kind.keys:
        assert default_of(key) in entry(described, key.name)


def default_of(key: Key) -> str:
    if key.default is REQUIRED:
        return "Required."
    return "" if key.default is None else f"Default: {shown(key.default)}"


def entry(section: str, name: str) -> str:
    """What a section says below the line that names a key, in one line."""
    below = section.split(f"*{name}*", 1)[1].split("\n", 1)[1]
    return " ".join(re.split(r"^\*", below, flags=re.MULTILINE)[0].split())


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [a for a in make_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(action.choices)


def usage(action: argparse.Action) -> str:
    """An argument as a manual page writes it."""
    value = "|".join(f"_{one}_" for one in str(action.metavar).split("|"))
    if action.choices is not None:
        value = "|".join(f"*{choice}*" for choice in action.choices)
    if not action.option_strings:
        return value
    option = "|".join(f"*{text}*" for text in action.option_strings)
    return option if action.nargs == 0 else f"{option} {value}"


def usages(command: argparse.ArgumentParser, actions: list[argparse.Action]) -> list[str]:
    """Every argument, those of which one excludes the other joined; in brackets what may be left out."""
    groups = command._mutually_exclusive_groups
    found = []
    for action in actions:
        group = next((one for one in groups if action in one._group_actions), None)
        members = [action] if group is None else group._group_actions
        if action is members[0]:
            optional = (
                bool(action.option_strings) or action.nargs == "?" if group is None else not group.required
            )
            text = "|".join(map(usage, members))
            found.append(f"[{text}]" if optional else text)
    return found


@pytest.mark.parametrize("command", commands())
def test_vrmon_1_has_every_command_with_its_arguments(command: str) -> None:
    parser = commands()[command]
    actions = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]
    actions.sort(key=lambda action: bool(action.option_strings))
    synopsis = " ".join([f"*vrmon {command}*", *usages(parser, actions)])
    page = (MANUAL / "vrmon.1.scd").read_text()
    assert re.search(rf"^{re.escape(synopsis)}(\+\+)?$", page, flags=re.MULTILINE), synopsis
    explained = page.split(synopsis, 1)[1].split("\n\n", 1)[0] + sections("vrmon.1.scd")["COMMON OPTIONS"]
    for action in actions:
        assert not action.option_strings or f"*{action.option_strings[-1]}*" in explained


def test_vrmon_1_has_every_exit_status() -> None:
    described = re.findall(r"^\*(\d+)\*$", sections("vrmon.1.scd")["EXIT STATUS"], flags=re.MULTILINE)
    ours = {cli.REFUSED, cli.NO_DAEMON, cli.INTERRUPTED, cli.UNREAD, *status._CODES.values()}
    statuses = ours | {os.EX_OK, os.EX_USAGE, os.EX_IOERR, os.EX_CONFIG}
    assert [int(text) for text in described] == sorted(statuses)


def test_vrmon_1_has_no_other_commands() -> None:
    page = (MANUAL / "vrmon.1.scd").read_text()
    assert set(re.findall(r"^\*vrmon ([\w-]+)\*", page, flags=re.MULTILINE)) == set(commands())


def test_vrmond_8_has_every_option() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "vrmon.daemon", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    described = re.findall(r"^\*(--[a-z-]+)\*", sections("vrmond.8.scd")["OPTIONS"], flags=re.MULTILINE)
    assert set(described) == set(re.findall(r"--[a-z-]+", usage)) - {"--help"}


def test_every_file_that_the_program_reads_is_installed_with_it() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    installed = {
        file for one in setup["options.package_data"]["vrmon"].split() for file in (ROOT / "vrmon").glob(one)
    }
    files = {one for one in (ROOT / "vrmon").rglob("*") if one.is_file()}
    assert {one for one in files if one.suffix not in (".py", ".pyc", ".md")} == installed


def test_the_unit_starts_what_the_package_installs() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    scripts = re.findall(r"^([\w-]+) =", setup["options.entry_points"]["console_scripts"], flags=re.MULTILINE)
    units = [(ROOT / f"systemd/{name}.service").read_text() for name in ("vrmon", "vrmon-alarm")]
    started = [re.findall(r"^Exec\w+=/usr/bin/([\w-]+)", unit, flags=re.MULTILINE) for unit in units]
    assert started == [["vrmond", "vrmon"], ["vrmon-alarm"]]
    assert {one for names in started for one in names} == set(scripts)


def test_the_units_folders_are_those_that_the_program_uses() -> None:
    unit = (ROOT / "systemd/vrmon.service").read_text()
    assert f"StateDirectory={Directories.state.name}\n" in unit
    assert f"RuntimeDirectory={Directories.runtime.name}\n" in unit
    assert f"LoadCredential=dvr:{Directories.configuration}/credentials\n" in unit
    alarm = (ROOT / "systemd/vrmon-alarm.service").read_text()
    assert f"StateDirectory={configured.STATE.name}\n" in alarm
    assert f"RuntimeDirectory={configured.RUNTIME.name}\n" in alarm


def test_the_alarms_unit_starts_whichever_credentials_are_missing() -> None:
    """systemd ignores a default that is empty, and fails without one."""
    unit = (ROOT / "systemd/vrmon-alarm.service").read_text()
    loaded = re.findall(r"^LoadCredential=([\w-]+):/etc/vrmon/credentials/\1$", unit, flags=re.MULTILINE)
    assert loaded == ["alarm", "alarm-snmp", "alarm-heartbeat"]
    assert re.findall(r"^SetCredential=([\w-]+):\\n$", unit, flags=re.MULTILINE) == loaded


def test_vrmonds_unit_starts_where_somebody_has_removed_the_folder_of_the_passwords() -> None:
    for name in ("vrmon", "vrmon@"):
        unit = (ROOT / f"systemd/{name}.service").read_text()
        assert "\nSetCredential=dvr:\\n\n" in unit


@pytest.mark.parametrize("name", ["vrmon", "vrmon@", "vrmon-alarm", "vrmon-alarm@"])
def test_a_unit_that_hides_the_boots_id_says_it(name: str) -> None:
    unit = (ROOT / f"systemd/{name}.service").read_text()
    assert ("ProcSubset=pid\n" in unit, f"Environment={BOOT_VARIABLE}=%b\n" in unit) == (True, True)


IN_ONE_CASE = [
    r"Description=.*",
    r"(Wants|After)=.*",
    r"PartOf=vrmon-sites.target",
    r"Exec\w+=.*",
    r"(Runtime|State|Logs)Directory=.*",
    r"LoadCredential=.*",
    r"Environment=(CONFIGURATION_DIRECTORY|VRMON_ALARM_SOCKET)=.*",
    r"ReadWritePaths=.*",
]


@pytest.mark.parametrize("name", ["vrmon", "vrmon-alarm"])
def test_a_sites_unit_is_the_other_one_with_folders_of_its_own(name: str) -> None:
    usual, of_a_site = (
        [line for line in (ROOT / f"systemd/{unit}.service").read_text().splitlines() if line[:1] != "#"]
        for unit in (name, f"{name}@")
    )
    for one, other in ((usual, of_a_site), (of_a_site, usual)):
        differing = [line for line in one if line not in other]
        assert [line for line in differing if not re.fullmatch("|".join(IN_ONE_CASE), line)] == []
    # The site named everywhere, the folders of the usual unit are what is left.
    written = (line.replace("@%i", "") for line in of_a_site if "=" in line and "@%i" in line)
    folders = [line for line in written if re.match(r"(Runtime|State|Logs)Directory=|LoadCredential=", line)]
    assert folders == [
        line for line in usual if re.match(r"(Runtime|State|Logs)Directory=|LoadCredential=", line)
    ]
    assert f"/etc/{name}" not in "\n".join(of_a_site).replace("/etc/vrmon@%i", "")


def test_a_site_has_the_folders_that_the_command_looks_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    site.enter(argparse.Namespace(site="NORTH"))
    directories = Directories.from_environ(os.environ)
    unit = (ROOT / "systemd/vrmon@.service").read_text().replace("%i", "NORTH")
    assert f"StateDirectory={directories.state.name}\n" in unit
    assert f"RuntimeDirectory={directories.runtime.name}\n" in unit
    assert f"Environment=CONFIGURATION_DIRECTORY={directories.configuration}\n" in unit
    assert f"LoadCredential=dvr:{directories.configuration}/credentials\n" in unit
    alarm = (ROOT / "systemd/vrmon-alarm@.service").read_text().replace("%i", "NORTH")
    assert f"RuntimeDirectory={configured.door_of(os.environ).parent.name}\n" in alarm
    assert f"Environment=VRMON_ALARM_SOCKET={configured.door_of(os.environ)}\n" in alarm
    assert f"ExecStart=/usr/bin/vrmon-alarm --socket {directories.unix_socket}\n" in alarm
    assert (site.service(), site.alarm_service()) == ("vrmon@NORTH", "vrmon-alarm@NORTH")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze knows every key")
def test_systemd_understands_the_units_of_a_site(tmp_path: Path) -> None:
    """And says that the programs are not installed, where they are not."""
    for unit in (ROOT / "systemd").glob("*.[st][ea]r*"):
        (tmp_path / unit.name).write_bytes(unit.read_bytes())
    for name in ("vrmon@", "vrmon-alarm@"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", tmp_path / f"{name}NORTH.service"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )
        said = [line for line in done.stderr.splitlines() if "/usr/bin/vrmon" not in line]
        assert [line for line in said if str(tmp_path) in line or "vrmon" in line] == []
