"""`vrmon check`: the configuration first, then every device itself, without the daemon."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from vrmon.cli.editing import file_of
from vrmon.cli.inspection import Finding, inspect_dvr, inspect_primary, show
from vrmon.cli.terminal import console
from vrmon.config import Directories, text_of
from vrmon.config.complaints import Complaints
from vrmon.config.devices import secret
from vrmon.config.reading import examine
from vrmon.errors import ConfigError
from vrmon.settings import DeviceSettings, Settings


def run(options: Namespace) -> int:
    """0 when all is well, 1 when something is not, 78 when the configuration is refused."""
    directories = Directories.from_environ(os.environ)
    path, out, well = file_of(options), console(), True
    try:
        settings, complaints = _read(path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        for complaint in error.complaints if options.json else ():
            show(_complained_of(complaint), out, json=True)
        return os.EX_CONFIG
    for finding in chain(_of_configuration(path, settings, complaints), _of_devices(settings, directories)):
        show(finding, out, json=options.json)
        well = well and finding.ok is not False
    return 0 if well else 1


def _read(path: Path) -> tuple[Settings, Complaints]:
    """ConfigError where vrmond would refuse the file."""
    settings, complaints = examine(text_of(path), path, os.environ)
    if complaints.refusing or not all(map(_is_hidden, complaints.outside)):
        raise ConfigError((*complaints.refusing, *complaints.outside))
    return settings, complaints


def _is_hidden(complaint: str) -> bool:
    """Whether it is of a file that vrmond may well read, though whoever runs this may not."""
    return "Permission denied" in complaint


def _of_configuration(path: Path, settings: Settings, complaints: Complaints) -> Iterator[Finding]:
    count = f"{len(settings.channels)} channels, {len(settings.primaries) + len(settings.dvrs)} devices"
    yield Finding(True, str(path), f"is in order: {count}.")
    for complaint in complaints.outside:
        yield _complained_of(complaint)
    if not settings.channels:
        yield Finding(None, str(path), "names no channel: nothing is protected.", "See `vrmon map --help`.")


def _complained_of(complaint: str) -> Finding:
    hint = "Check as root, who may read it." if _is_hidden(complaint) else ""
    return Finding(False, "configuration", complaint, hint)


def _of_devices(settings: Settings, directories: Directories) -> Iterator[Finding]:
    """The findings device by device, in the file's order, however long each one takes."""
    dvrs = []
    for device in settings.dvrs.values():
        try:
            dvrs.append(_with_credential(device, directories))
        except ValueError as error:
            yield Finding(False, device.name, f"has a credential that vrmond refuses: {error}.")
    channels = settings.channels
    jobs = [
        partial(inspect_primary, device, [one for one in channels if one.primary == device.name])
        for device in settings.primaries.values()
    ]
    jobs += [
        partial(
            inspect_dvr,
            device,
            [one for one in channels if one.dvr == device.name],
            _credential(device, directories),
        )
        for device in dvrs
    ]
    with ThreadPoolExecutor(max_workers=len(jobs) or 1) as threads:
        for findings in threads.map(lambda job: job(), jobs):
            yield from findings


def _with_credential(device: DeviceSettings, directories: Directories) -> DeviceSettings:
    """With the password that systemd hands to the service. ValueError where vrmond would refuse it."""
    file = _credential(device, directories)
    if device.password or directories.credentials is not None or not os.access(file, os.R_OK):
        return device
    return replace(device, password=secret(file, private=False))


def _credential(device: DeviceSettings, directories: Directories) -> Path:
    return directories.configuration / "credentials" / device.name
