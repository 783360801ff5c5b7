"""The [primary.NAME] and [dvr.NAME] tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vrmon.config import outside
from vrmon.config.complaints import Complaints
from vrmon.config.layout import KeyPath
from vrmon.config.tables import read_table
from vrmon.settings import Device


def read_devices(
    kind: str, document: dict[str, Any], folder: Path, credentials: Path | None, complaints: Complaints
) -> dict[str, Device]:
    """The devices of `kind` by name; relative paths in them start at `folder`."""
    tables = document.get(kind, {})
    if not isinstance(tables, dict):
        complaints.add((kind,), "is not a table", f"[{kind}.NAME] tables")
        return {}
    devices: dict[str, Device] = {}
    for name, raw in tables.items():
        path: KeyPath = (kind, name)
        if not isinstance(raw, dict):
            complaints.add(
                path, "is not a table", f"[{kind}.NAME] tables, with the keys of the device in them"
            )
            continue
        if not re.fullmatch("[A-Za-z0-9_-]{1,64}", name):
            complaints.add(path, "is no name for a device", "letters, digits, _ and - only, at most 64")
        values = read_table(kind, path, raw, complaints)
        if "tls" in values:
            values["tls"] = _trust(path, values["tls"], folder, complaints)
        if "password_file" in values:
            file = values.pop("password_file")
            values["password"] = _password(path, folder / file if file else None, credentials, complaints)
        if "url" in values:
            _complain_of_twin(path, values["url"], devices, complaints)
            devices[name] = Device(name, **values)
    return devices


def _trust(path: KeyPath, tls: str, folder: Path, complaints: Complaints) -> str:
    if tls in ("system", "insecure") or tls.startswith("sha256:"):
        return tls
    file = folder / tls
    try:
        outside.check_ca(file)
    except ValueError as wrong:
        expected = '"system", "insecure", "sha256:AB:CD:…" or the path of a CA file'
        complaints.add((*path, "tls"), str(wrong), expected, outside=True)
    return str(file)


def _password(path: KeyPath, file: Path | None, credentials: Path | None, complaints: Complaints) -> str:
    try:
        return outside.password(str(path[-1]), file, credentials)
    except ValueError as wrong:
        expected = "a file that only its owner can read, with the password on its one line"
        complaints.add((*path, "password_file"), str(wrong), expected, outside=True)
        return ""


def _complain_of_twin(path: KeyPath, url: str, others: dict[str, Device], complaints: Complaints) -> None:
    twin = next((other.name for other in others.values() if other.url.lower() == url.lower()), None)
    if twin is not None:
        # Under two names, one source could be given to two channels unnoticed.
        complaints.add(
            (*path, "url"), f"is the same as that of {path[0]}.{twin}", "one table for each device"
        )
