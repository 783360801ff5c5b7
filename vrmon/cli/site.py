"""One site of several on this machine: `vrmon --site NORTH` is about vrmon@NORTH.service and its folders."""

from __future__ import annotations

import os
from argparse import Namespace

from vrmon.config import Directories

_INSTANCE = "vrmon@"


def enter(options: Namespace) -> None:
    """From here on this process has the folders of --site, where that is given."""
    site: str | None = getattr(options, "site", None)
    if site is None:
        return
    named = _INSTANCE + site
    os.environ |= {
        "CONFIGURATION_DIRECTORY": f"/etc/{named}",
        "STATE_DIRECTORY": f"/var/lib/{named}",
        "RUNTIME_DIRECTORY": f"/run/{named}",
        "VRMON_ALARM_SOCKET": f"/run/vrmon-alarm@{site}/alarm.sock",
    }


def service() -> str:
    """What systemd calls the vrmond that this process is about."""
    name = Directories.from_environ(os.environ).configuration.name
    return name if name.startswith(_INSTANCE) else "vrmon"


def alarm_service() -> str:
    """The same of its vrmon-alarm."""
    return service().replace("vrmon", "vrmon-alarm", 1)
