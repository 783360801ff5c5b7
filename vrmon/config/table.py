"""One table of the document against the table of keys."""

from __future__ import annotations

import difflib
from typing import Any

from vrmon.config.complaints import Complaints
from vrmon.config.layout import KeyPath
from vrmon.config.schema import TABLES
from vrmon.devices.keys import REQUIRED, Key


def read_table(
    table: str,
    path: KeyPath,
    raw: object,
    complaints: Complaints,
    keys_of_it: tuple[Key, ...] | None = None,
) -> dict[str, Any]:
    """The checked values of a table and the defaults of what it leaves out.

    A key that is at fault, or required and missing, is complained of and is not in the result.
    """
    if not isinstance(raw, dict):
        complaints.add(path, "is not a table", f"a [{table}] table")
        return {}
    keys = {key.name: key for key in keys_of_it or TABLES[table]}
    for name in raw.keys() - keys.keys():
        add_unknown((*path, name), list(keys), complaints)
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name in raw:
            try:
                values[name] = key.value.read(raw[name])
            except ValueError as wrong:
                complaints.add((*path, name), str(wrong), key.value.expected)
        elif key.default is REQUIRED:
            complaints.add((*path, name), "is missing", key.value.expected)
        else:
            values[name] = key.default
    return values


def add_unknown(path: KeyPath, known: list[str], complaints: Complaints) -> None:
    """Complains of a key that vrmon does not know and names the nearest that it does."""
    near = difflib.get_close_matches(str(path[-1]).lower(), known, n=1)
    complaints.add(path, "unknown key", f"one of {', '.join(known)}", guess=near[0] if near else "")
