"""`vrmon check`: the configuration, then every device, as vrmond sees them; without it, as this user does."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from vrmon.cli.alarm_inspection import inspect_alarm, inspect_eyes
from vrmon.cli.editing import file_of
from vrmon.cli.inspection import Finding, inspect_dvr, inspect_primary, show
from vrmon.cli.lenient import parts, text
from vrmon.cli.pair_inspection import inspect_pair
from vrmon.cli.steering import asker
from vrmon.cli.terminal import console
from vrmon.cli.vrmond import Vrmond
from vrmon.config import Directories, passwords, text_of
from vrmon.config.complaints import Complaints
from vrmon.config.reading import examine
from vrmon.errors import ConfigError, ControlError, NoDaemon
from vrmon.settings import DeviceSettings, Settings

_PATIENCE = 75.0  # seconds; vrmond ends a check after 70
_COMPLAINT = "configuration"


def run(options: Namespace) -> int:
    """0 when nothing fails, 1 when something does, 78 when the configuration is refused."""
    if options.here or options.config:
        return _look(options)
    try:
        answer = Vrmond.of(options).ask("POST", "/check", {"by": asker()}, _PATIENCE)
    except ControlError as error:
        if not isinstance(error, NoDaemon):
            raise
        return _look(options, _looks_itself(error))
    code = answer.get("exit_status")
    findings = [_told(one) for one in parts(answer, "findings")]
    _show(findings, options)
    if code == os.EX_CONFIG and not options.json:
        print(f"vrmond refuses {file_of(options)}.", file=sys.stderr)
    return code if isinstance(code, int) else 1


def _looks_itself(error: NoDaemon) -> Finding:
    hint = "What follows is what you can read and reach; the service may see it otherwise."
    return Finding(None, "vrmond", str(error), hint)


def _told(finding: dict[str, object]) -> Finding:
    ok = finding.get("ok")
    told = (text(finding, key) for key in ("subject", "message", "hint"))
    return Finding(ok if isinstance(ok, bool) else None, *told)


def _look(options: Namespace, *before: Finding) -> int:
    """With this process' own eyes."""
    directories, path = Directories.from_environ(os.environ), file_of(options)
    _show(before, options)
    try:
        settings, complaints = _read(path)
    except ConfigError as error:
        if options.json:
            _show([Finding(False, _COMPLAINT, one) for one in error.complaints], options)
        print(error, file=sys.stderr)
        return os.EX_CONFIG
    found = chain(
        _of_configuration(path, settings, complaints),
        inspect_alarm(settings.alarm, directories),
        inspect_eyes(settings.eyes),
        inspect_pair(settings),
        _of_devices(settings, directories),
    )
    return 0 if _show(found, options) else 1


def _show(findings: Iterable[Finding], options: Namespace) -> bool:
    """Each as soon as it is there: whether none of them fails."""
    out, well = console(), True
    for finding in findings:
        show(finding, out, json=options.json)
        well = well and finding.ok is not False
    return well


def _read(path: Path) -> tuple[Settings, Complaints]:
    """ConfigError where vrmond would refuse the file."""
    settings, complaints = examine(text_of(path), path, os.environ)
    if complaints.refusing or not all(map(_is_hidden, complaints.outside)):
        raise ConfigError((*complaints.refusing, *complaints.outside))
    return settings, complaints


def _is_hidden(complaint: str) -> bool:
    """Whether it is of a file that vrmond may well read, though whoever runs this may not."""
    return "Permission denied" in complaint and not _is_vrmond()


def _is_vrmond() -> bool:
    """Whether this is a process of the service, which systemd hands the passwords."""
    return Directories.from_environ(os.environ).credentials is not None


def _of_configuration(path: Path, settings: Settings, complaints: Complaints) -> Iterator[Finding]:
    count = f"{len(settings.channels)} channels, {len(settings.primaries) + len(settings.dvrs)} devices"
    yield Finding(True, str(path), f"is in order: {count}.")
    for complaint in complaints.outside:
        yield Finding(None, _COMPLAINT, complaint, "Check as root, who may read it.")
    if not settings.channels:
        yield Finding(None, str(path), "names no channel: nothing is protected.", "Add one: vrmon add")


def _of_devices(settings: Settings, directories: Directories) -> Iterator[Finding]:
    """The findings device by device, in the file's order, however long each one takes."""
    dvrs = []
    for device in settings.dvrs.values():
        try:
            dvrs.append(_with_credential(device, directories))
        except ValueError as error:
            yield Finding(False, device.name, f"has a password that vrmond refuses: {error}.")
    channels = settings.channels
    jobs = [
        partial(inspect_primary, device, [one for one in channels if one.primary == device.name])
        for device in settings.primaries.values()
    ]
    sees_password = os.geteuid() == 0 or _is_vrmond()
    jobs += [
        partial(
            inspect_dvr,
            device,
            [one for one in channels if one.dvr == device.name],
            sees_password=sees_password or bool(device.password),
        )
        for device in dvrs
    ]
    with ThreadPoolExecutor(max_workers=len(jobs) or 1) as threads:
        for findings in threads.map(lambda job: job(), jobs):
            yield from findings


def _with_credential(device: DeviceSettings, directories: Directories) -> DeviceSettings:
    """With the password that systemd hands to the service. ValueError where vrmond would refuse it."""
    file = passwords.place(device.name, None, directories)
    if device.password or file is None or _is_vrmond() or not os.access(file, os.R_OK):
        return device
    return replace(device, password=passwords.secret(file, private=False))
