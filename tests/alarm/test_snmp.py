"""Notifications of SNMP before net-snmp's own snmptrapd, and that nobody else learns a secret."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.alarm.alarming import PATIENCE
from vrmon.alarm.by_snmp import _NOTIFICATIONS
from vrmon.alarm.child import send
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.sender import Sender
from vrmon.alarm.ways import Secrets, Way, find
from vrmon.catalog import Severity
from vrmon.settings import Alarm, Snmp

ROOT = Path(__file__).parents[2]
MIB = ROOT / "packaging/snmp/VRMON-MIB.txt"
BASE = ".1.3.6.1.4.1.8072.9999.9999.8001"
ENGINE = "80001f88047465737473"
AUTH, PRIV, COMMUNITY = 'auth "pass" \\word', "priv#pass word", "SECRET community"
MESSAGE = Message(
    Occasion.RAISED, "dvr-blind", Severity.CRITICAL, "Süd 1", "nothing – at all", "Look.",
    1_795_000_000.0, 12.5, ("Süd 1", "PCR 2"),
)  # fmt: skip


class Trapd:
    """One snmptrapd. `said` is what it has logged so far."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._log = folder / "trapd.log"

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while text not in self.said():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)
        return self.said()


@contextmanager
def trapd(folder: Path) -> Iterator[Trapd]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quoted = [one.replace("\\", "\\\\").replace('"', '\\"') for one in (AUTH, PRIV)]
    user = f'vrmon SHA "{quoted[0]}" AES "{quoted[1]}"'
    etc = folder / "etc"
    etc.mkdir()
    (etc / "snmptrapd.conf").write_text(
        f'authCommunity log "{COMMUNITY}"\nauthUser log vrmon\n'
        f"createUser {user}\ncreateUser -e 0x{ENGINE} {user}\n"
    )
    one = Trapd(folder, port)
    environ = {"PATH": os.environ["PATH"], "MIBS": "", "SNMPCONFPATH": str(etc)}
    with (folder / "trapd.log").open("wb") as log:
        process = subprocess.Popen(
            ["snmptrapd", "-f", "-n", "-On", "-Lo", f"udp:127.0.0.1:{port}"],
            env={**environ, "SNMP_PERSISTENT_DIR": str(folder / "kept")},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        one.wait_for("NET-SNMP version")
        yield one
    finally:
        process.terminate()
        process.wait(PATIENCE)


def way(folder: Path, port: int, secrets: str, **snmp: object) -> Way:
    file = folder / "secrets"
    file.touch(0o600)
    file.write_text(secrets)
    settings = replace(Snmp((f"127.0.0.1:{port}",), secrets_file=file), **snmp)  # type: ignore[arg-type]
    (one,), faults = find(Alarm(snmp=settings), Secrets(folder, None))
    assert faults == ()
    return one


V2C = f"community {COMMUNITY}\n"
V3 = f"auth {AUTH}\npriv {PRIV}\n"


@pytest.mark.parametrize("inform", [False, True])
@pytest.mark.parametrize("version", ["2c", "3"])
def test_a_notification_arrives_with_all_its_variables(tmp_path: Path, version: str, inform: bool) -> None:
    with trapd(tmp_path) as target:
        secrets = V2C if version == "2c" else V3
        one = way(
            tmp_path, target.port, secrets, version=version, inform=inform, user="vrmon", engine_id=ENGINE
        )
        assert send(one, MESSAGE, Sender("tv")).why == ""
        said = target.wait_for(f"{BASE}.0.1")
    found = dict(re.findall(rf"{re.escape(BASE)}\.1\.(\d+)\.0 = (.*?)(?=\t|\n)", said))
    assert found == {
        "1": 'STRING: "raised"', "2": 'STRING: "dvr-blind/S?d 1"', "3": 'STRING: "dvr-blind"',
        "4": "INTEGER: 3", "5": 'STRING: "S?d 1"', "6": 'STRING: "nothing ? at all"', "7": 'STRING: "Look."',
        "8": 'STRING: "2026-11-18T11:06:40.000Z"', "9": "Gauge32: 12", "10": "Gauge32: 2",
        "11": 'STRING: "S?d 1, PCR 2"', "12": 'STRING: "tv"',
    }  # fmt: skip


def test_a_trap_of_version_3_arrives_after_a_restart_as_well(tmp_path: Path) -> None:
    """A receiver drops what seems older than the last that it has got."""
    before = Sender("tv", 7, time.monotonic() - 1000.0)
    with trapd(tmp_path) as target:
        one = way(tmp_path, target.port, V3, version="3", user="vrmon", engine_id=ENGINE, inform=False)
        again, later = Sender("tv", 7), Sender("tv", 8)
        for subject, sender in (("A", before), ("OLD", again), ("B", later), ("C", later)):
            assert send(one, replace(MESSAGE, subject=subject), sender).why == ""
        said = target.wait_for("dvr-blind/C")
    assert re.findall("dvr-blind/([A-Z]+)", said) == ["A", "B", "C"]


def test_an_inform_that_nobody_confirms_is_not_delivered(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        one = way(tmp_path, deaf.getsockname()[1], V2C)
        assert send(one, MESSAGE, Sender("tv")).why == "did not confirm the inform"


def test_a_wrong_passphrase_is_not_delivered_and_not_told(tmp_path: Path) -> None:
    with trapd(tmp_path) as target:
        one = way(tmp_path, target.port, f"auth {AUTH}\npriv another one\n", version="3", user="vrmon")
        why = send(one, MESSAGE, Sender("tv")).why
        assert why
        assert "another" not in why
        one = way(tmp_path, target.port, f"auth another one\npriv {PRIV}\n", version="3", user="vrmon")
        assert send(one, MESSAGE, Sender("tv")).why


@pytest.mark.parametrize(("version", "secrets"), [("2c", V2C), ("3", V3)], ids=["2c", "3"])
def test_no_secret_is_on_the_command_line_or_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, secrets: str
) -> None:
    """In place of snmptrap stands a program that keeps what it is given."""
    program = tmp_path / "snmptrap"
    program.write_text(
        f"#!/bin/sh\nexec >{tmp_path}/given\nprintf '%s\\n' \"$@\"\nenv\n"
        f'stat -c %a:%n "$SNMPCONFPATH" "$SNMPCONFPATH"/*\ncp "$SNMPCONFPATH"/snmp.conf {tmp_path}/conf\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    one = way(tmp_path, 162, secrets, version=version, user="vrmon")
    assert send(one, MESSAGE, Sender("tv")).why == ""
    given = (tmp_path / "given").read_text()
    assert f"{BASE}.0.1" in given
    modes = re.findall(r"^(\d+):(.*)$", given, flags=re.MULTILINE)
    assert [mode for mode, _ in modes] == ["700", "600"]
    assert not any(Path(path).exists() for _, path in modes), "nothing is left behind"
    for word in ("SECRET", "pass"):
        assert word not in given
        assert (word in (tmp_path / "conf").read_text()) == (word in secrets)


@pytest.mark.parametrize(
    ("secrets", "why"), [("x", "community"), ("community é", "community"), ("# only this", "nothing in")]
)
def test_bad_secrets_are_refused_and_not_told(tmp_path: Path, secrets: str, why: str) -> None:
    file = tmp_path / "secrets"
    file.touch(0o600)
    file.write_text(secrets)
    ways, (fault,) = find(Alarm(snmp=Snmp(("nms",), secrets_file=file)), Secrets(tmp_path, None))
    assert ways == ()
    assert why in fault.why
    assert "é" not in fault.why


BASES = {
    "SNMPv2-SMI": "enterprises OBJECT IDENTIFIER ::= { iso 3 6 1 4 1 }",
    "SNMPv2-TC": 'DisplayString ::= TEXTUAL-CONVENTION\nDISPLAY-HINT "255a"\nSTATUS current\n'
    'DESCRIPTION "text"\nSYNTAX OCTET STRING (SIZE (0..255))',
    "SNMPv2-CONF": "",
}
"""As much of the modules that it imports as net-snmp needs: Debian ships none of them."""


def test_the_mib_names_what_is_sent(tmp_path: Path) -> None:
    for name, text in BASES.items():
        (tmp_path / f"{name}.txt").write_text(f"{name} DEFINITIONS ::= BEGIN\n{text}\nEND\n")
    notifications = [f"{BASE}.0.{number}" for number in _NOTIFICATIONS.values()]
    variables = [f"{BASE}.1.{number}" for number in range(1, 13)]
    done = subprocess.run(
        ["snmptranslate", "-M", f"{MIB.parent}:{tmp_path}", "-m", "VRMON-MIB", "-Pew", "-Os",
         *notifications, *variables],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path)},
        capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if not line.startswith("Created directory: ")] == []
    names = done.stdout.split()
    assert names[: len(notifications)] == [f"vrmon{one.value.title()}" for one in _NOTIFICATIONS]
    assert names[len(notifications) :] == [
        "vrmonEvent", "vrmonKey", "vrmonCode", "vrmonSeverity", "vrmonSubject", "vrmonMessage", "vrmonHint",
        "vrmonSince", "vrmonLasted", "vrmonChannelCount", "vrmonChannels", "vrmonHost",
    ]  # fmt: skip
