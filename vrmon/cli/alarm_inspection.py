"""[alarm] and [eyes] looked at: can it be tried at all. Nothing is sent; `vrmon test-alarm` does that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

from vrmon.alarm import by_apprise, by_snmp
from vrmon.alarm.ways import Kind, Secrets, Way, find
from vrmon.cli.inspection import Finding
from vrmon.config import Directories
from vrmon.settings import Alarm, Eyes

_TRY = "Try it: vrmon test-alarm"


def inspect_eyes(settings: Eyes) -> Iterator[Finding]:
    """Nothing where nobody looks at pictures."""
    if not settings.enabled:
        return
    if find_spec("PIL") is None:
        yield _missing("Pillow", "python3-pil", "[eyes]", "eyes")
    else:
        yield Finding(True, "eyes", "can look at the pictures of what is recorded.")


def inspect_alarm(settings: Alarm, directories: Directories) -> Iterator[Finding]:
    """Nothing where nobody is to be told."""
    if not settings.tells_anybody:
        return
    if settings.urls_file is not None and not by_apprise.is_installed():
        yield _missing("Apprise", "apprise", "urls_file")
    if settings.snmp.targets and not by_snmp.is_installed():
        yield _missing("snmptrap", "snmp", "[alarm.snmp] targets")
    ways, faults = find(settings, Secrets(directories.configuration / "credentials", None))
    for fault in faults:
        if "Permission denied" in fault.why and os.geteuid() != 0:
            yield Finding(None, f"alarm {fault.way}", f"{fault.why}.", f"Check as root. {_TRY}")
        else:
            yield Finding(False, f"alarm {fault.way}", f"{fault.why}.")
    for way in ways:
        yield _way(way)


def _way(way: Way) -> Finding:
    subject = f"alarm {way.name}"
    if (
        way.kind is Kind.APPRISE
        and by_apprise.is_installed()
        and not by_apprise.understands(way.known["url"])
    ):
        return Finding(False, subject, "is not an address that Apprise understands.", "See: apprise --help")
    if "engine_id" in way.known:
        return Finding(
            True, subject, f"can be tried; this host's engine ID is 0x{way.known['engine_id']}.", _TRY
        )
    whom = "of the second line " if way.is_second else ""
    only = ", of what is critical only" if way.only_critical else ""
    return Finding(True, subject, f"{whom}can be tried{only}.", _TRY)


def _missing(what: str, package: str, key: str, subject: str = "alarm") -> Finding:
    return Finding(
        False, subject, f"{what} is not installed, which {key} needs.", f"Install it: apt install {package}"
    )
