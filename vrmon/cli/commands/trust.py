"""`vrmon trust`: a device's certificate shown, and pinned in vrmon.toml when it is the right one."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from vrmon import config
from vrmon.cli.editing import change, file_of
from vrmon.config.reading import examine
from vrmon.errors import ControlError
from vrmon.net.endpoint import fingerprint
from vrmon.settings import DeviceSettings


def run(options: Namespace) -> int:
    path = file_of(options)
    before = config.text_of(path)
    kind, device = _device(options, path, before)
    pin = f"sha256:{fingerprint(device.url, device.timeout)}"
    print(f"{device.name} ({device.url}) shows the certificate with the SHA-256 fingerprint")
    print(f"  {pin.removeprefix('sha256:')}")
    if device.tls == pin:
        print("It is the one that is trusted already.")
        return 0
    if device.tls.startswith("sha256:"):
        print(f"which is NOT the one that is trusted so far:\n  {device.tls.removeprefix('sha256:')}")
    if not options.yes:
        _ask(device)
    return change(options, before, config.set_tls(before, kind, device.name, pin))


def _device(options: Namespace, path: Path, text: str) -> tuple[str, DeviceSettings]:
    # Of a configuration with faults as well: a certificate that is not trusted may be one of them.
    settings, _ = examine(text, path, os.environ)
    groups = {"primary": settings.primaries, "dvr": settings.dvrs}
    found = [
        (kind, devices[options.name])
        for kind, devices in groups.items()
        if options.name in devices and options.kind in (None, kind)
    ]
    if not found:
        names = ", ".join(f"{kind} {name}" for kind, devices in groups.items() for name in devices) or "none"
        raise ControlError(f"Cannot trust {options.name}: {path} has no such device. There are: {names}.")
    if len(found) > 1:
        why = "a primary and a DVR have that name. Add --kind primary or --kind dvr."
        raise ControlError(f"Cannot trust {options.name}: {why}")
    return found[0]


def _ask(device: DeviceSettings) -> None:
    """ControlError unless a person says yes."""
    print("Compare it with what the device itself shows. Is it the same?")
    if not sys.stdin.isatty():
        raise ControlError(f"Cannot trust {device.name}: this is not a terminal. Compare it, then add --yes.")
    try:
        answer = input("Trust it and no other from now on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().casefold() not in ("y", "yes"):
        raise ControlError(f"Cannot trust {device.name}: it was not confirmed. Nothing was changed.")
