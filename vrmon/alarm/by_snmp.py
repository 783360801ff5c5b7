"""A message as an SNMP notification, sent by net-snmp's snmptrap; its MIB is VRMON-MIB.

What is secret goes into a snmp.conf that only this process can read. Debian ships no MIBs: all is numbers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from vrmon.alarm.message import Occasion
from vrmon.alarm.undelivered import Undelivered
from vrmon.catalog import Severity

MISSING = "cannot be used: snmptrap is not installed. Run: apt install snmp"
_ROOT = ".1.3.6.1.4.1.8072.9999.9999.8001"
_NOTIFICATIONS = {
    Occasion.RAISED: 1, Occasion.REPEATED: 2, Occasion.ESCALATED: 3, Occasion.ENDED: 4,
    Occasion.HELLO: 5, Occasion.TEST: 6,
}  # fmt: skip
_SEVERITIES = {Severity.INFO: 1, Severity.DEGRADED: 2, Severity.CRITICAL: 3}
_LONGEST = 255
_PATIENCE = 3  # seconds for an answer to an inform, asked for twice


def is_installed() -> bool:
    return shutil.which("snmptrap") is not None


def carry(order: dict[str, Any]) -> None:
    if not is_installed():
        raise Undelivered(MISSING)
    known = order["known"]
    with tempfile.TemporaryDirectory(prefix="vrmon-snmp-") as folder:
        # Made with a mode that lets nobody else in.
        configuration = Path(folder, "snmp.conf")
        configuration.touch(0o600)
        configuration.write_text(_configuration(known))
        environ = {
            **os.environ, "MIBS": "", "SNMPCONFPATH": folder, "SNMP_PERSISTENT_DIR": folder, "LC_ALL": "C"
        }  # fmt: skip
        command = ["snmptrap", "-t", str(_PATIENCE), "-r", "1", *(["-Ci"] if known["inform"] else [])]
        if "engine_id" in known and not known["inform"]:
            # snmptrap itself calls each start the first one, which receivers take for an old message.
            engine = order["sender"]
            command += ["-e", f"0x{known['engine_id']}", "-Z", f"{engine['starts']},{engine['seconds']}"]
        command += [_transport(known["target"]), "", *_notification(order["document"])]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Undelivered(_reason(done.stderr, inform=known["inform"]))


def _configuration(known: dict[str, Any]) -> str:
    lines = [f"defVersion {known['version']}"]  # which net-snmp understands without quotes only
    if known["version"] == "3":
        level = "authPriv" if "priv" in known else "authNoPriv" if "auth" in known else "noAuthNoPriv"
        lines += [f"defSecurityName {_quoted(known['user'])}", f"defSecurityLevel {level}"]
        for name in ("auth", "priv"):
            if name in known:
                lines.append(f"def{name.title()}Type {known[name]}")
                lines.append(f"def{name.title()}Passphrase {_quoted(known[f'{name}_passphrase'])}")
    else:
        lines.append(f"defCommunity {_quoted(known['community'])}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _transport(target: str) -> str:
    return f"udp6:{target}" if target.startswith("[") else f"udp:{target}"


def _notification(document: dict[str, Any]) -> list[str]:
    """Every notification carries every variable; those of one problem share the key."""
    channels = document["channels"]
    text = {
        1: document["event"],
        2: f"{document['code']}/{document['subject']}",
        3: document["code"],
        5: document["subject"],
        6: document["message"],
        7: document["hint"],
        8: document["since"],
        11: ", ".join(channels),
        12: document["host"],
    }
    numbers = {
        4: ("i", _SEVERITIES[Severity(document["severity"])]),
        9: ("u", min(int(document["lasted"]), 2**32 - 1)),
        10: ("u", len(channels)),
    }
    variables = {number: ("s", _ascii(value)) for number, value in text.items()}
    variables |= {number: (kind, str(value)) for number, (kind, value) in numbers.items()}
    arguments = [f"{_ROOT}.0.{_NOTIFICATIONS[Occasion(document['event'])]}"]
    for number in sorted(variables):
        arguments += [f"{_ROOT}.1.{number}.0", *variables[number]]
    return arguments


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()[:_LONGEST]


def _reason(said: str, *, inform: bool) -> str:
    """In our own words: what the program says may hold what it was given."""
    if "Timeout" in said:
        return "did not confirm the inform"
    if "Unknown host" in said or "Invalid address" in said:
        return "has a name that cannot be resolved"
    if "Authentication failure" in said or "Unknown user" in said or "Unsupported security level" in said:
        return "refused the user or the passphrase of SNMP version 3"
    return "refused the inform" if inform else "could not be sent a trap"
