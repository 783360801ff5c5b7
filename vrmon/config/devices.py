"""The [primary.NAME] and [dvr.NAME] tables, and the files that they name: a DVR's password, a CA."""

from __future__ import annotations

import hashlib
import re
import ssl
from pathlib import Path
from typing import Any

from vrmon.config import passwords
from vrmon.config.complaints import Complaints
from vrmon.config.environment import Directories
from vrmon.config.layout import KeyPath
from vrmon.config.schema import TABLES, keys_of
from vrmon.config.table import read_table
from vrmon.devices import kinds
from vrmon.devices.contract import Kind, Role
from vrmon.files import read_small
from vrmon.settings import DeviceSettings

_CA_LIMIT = 4 << 20  # bytes; all authorities of a Debian are 200 KiB


def read_devices(
    role: Role, document: dict[str, Any], folder: Path, directories: Directories, complaints: Complaints
) -> dict[str, DeviceSettings]:
    """The devices in this role by name; relative paths in them start at `folder`."""
    table = role.value
    tables = document.get(table, {})
    if not isinstance(tables, dict):
        complaints.add((table,), "is not a table", f"[{table}.NAME] tables")
        return {}
    devices: dict[str, DeviceSettings] = {}
    for name, raw in tables.items():
        path: KeyPath = (table, name)
        if not isinstance(raw, dict):
            complaints.add(
                path, "is not a table", f"[{table}.NAME] tables, with the keys of the device in them"
            )
            continue
        if not re.fullmatch("[A-Za-z0-9_-]{1,64}", name):
            complaints.add(
                path, "is not a name that a device can have", "letters, digits, _ and - only, at most 64"
            )
        kind = _kind(role, raw)
        own_keys = _without_foreign(role, kind, path, raw, complaints)
        values = read_table(table, path, own_keys, complaints, keys_of(role, kind))
        common = {key.name for key in TABLES[table]}
        own = tuple((key, values.pop(key)) for key in [*values] if key not in common)
        if kind is not None:
            values |= {"options": own, "traits": kind.traits}
        if "tls" in values:
            values["tls"], values["authorities"] = _trust(path, values["tls"], folder, complaints)
        if "password_file" in values:
            named = values.pop("password_file")
            file = folder / named if named else None
            values["password"] = _password(path, file, directories.credentials, complaints)
            values["password_hint"] = passwords.hint(name, passwords.place(name, file, directories))
        if "url" in values:
            _complain_of_twin(path, values["url"], devices, complaints)
            devices[name] = DeviceSettings(name, **values)
    return devices


def _kind(role: Role, raw: dict[str, Any]) -> Kind | None:
    """What the device says that it is, or what one is that does not say; None where there is no such kind."""
    known = kinds.of(role)
    name = raw.get("kind", next(iter(known)))
    return known.get(name) if isinstance(name, str) else None


def _without_foreign(
    role: Role, kind: Kind | None, path: KeyPath, raw: dict[str, Any], complaints: Complaints
) -> dict[str, Any]:
    """The table less what only other kinds have, which is complained of: whoever wrote it relies on it."""
    known = [key.name for key in keys_of(role, kind)]
    foreign = {key.name for key in keys_of(role, None)}.difference(known).intersection(raw)
    for name in foreign:
        wrong = f'means nothing to a device of kind "{raw.get("kind", next(iter(kinds.of(role))))}"'
        complaints.add((*path, name), wrong, f"one of {', '.join(known)}")
    return {name: value for name, value in raw.items() if name not in foreign}


def _trust(path: KeyPath, tls: str, folder: Path, complaints: Complaints) -> tuple[str, str]:
    """What is trusted, and what stands for the content of a CA file."""
    if tls in ("system", "insecure") or tls.startswith("sha256:"):
        return tls, ""
    file, found = folder / tls, ""
    try:
        found = _authorities(file)
    except ValueError as wrong:
        expected = '"system", "insecure", "sha256:AB:CD:…" or the path of a CA file'
        complaints.add((*path, "tls"), str(wrong), expected, outside=True)
    return str(file), found


def _password(path: KeyPath, file: Path | None, credentials: Path | None, complaints: Complaints) -> str:
    try:
        return passwords.password(str(path[-1]), file, credentials)
    except ValueError as wrong:
        expected = "a file that only its owner can read, with the password on its one line"
        complaints.add((*path, "password_file"), str(wrong), expected, outside=True)
        return ""


def _complain_of_twin(
    path: KeyPath, url: str, others: dict[str, DeviceSettings], complaints: Complaints
) -> None:
    twin = next((other.name for other in others.values() if other.url.lower() == url.lower()), None)
    if twin is not None:
        # Under two names, one source could be given to two channels unnoticed.
        complaints.add(
            (*path, "url"), f"is the same as that of {path[0]}.{twin}", "one table for each device"
        )


def _authorities(file: Path) -> str:
    """What stands for the content of a CA file. ValueError where TLS cannot use it."""
    try:
        content, _ = read_small(file, _CA_LIMIT)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        raise ValueError(f"{file} holds no certificate in PEM form") from None
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
    return hashlib.sha256(content).hexdigest()
