"""One table of the document against the table of keys."""

from __future__ import annotations

import difflib
from typing import Any

from vrmon.config.complaints import Complaints
from vrmon.config.layout import KeyPath
from vrmon.config.schema import REQUIRED, TABLES


def read_table(kind: str, path: KeyPath, raw: object, complaints: Complaints) -> dict[str, Any]:
    """The checked values of a table of `kind` and the defaults of what it leaves out.

    A key that is at fault, or required and missing, is complained of and is not in the result.
    """
    if not isinstance(raw, dict):
        complaints.add(path, "is not a table", f"a [{kind}] table")
        return {}
    keys = {key.name: key for key in TABLES[kind]}
    for name in raw.keys() - keys.keys():
        add_unknown((*path, name), list(keys), complaints)
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name in raw:
            try:
                values[name] = key.kind.read(raw[name])
            except ValueError as wrong:
                complaints.add((*path, name), str(wrong), key.kind.expected)
        elif key.default is REQUIRED:
            complaints.add((*path, name), "is missing", key.kind.expected)
        else:
            values[name] = key.default
    return values


def add_unknown(path: KeyPath, known: list[str], complaints: Complaints) -> None:
    """Complains of a key that vrmon does not know and names the nearest that it does."""
    near = difflib.get_close_matches(str(path[-1]).lower(), known, n=1)
    expected = f'"{near[0]}", perhaps' if near else f"one of {', '.join(known)}"
    complaints.add(path, "unknown key", expected)
