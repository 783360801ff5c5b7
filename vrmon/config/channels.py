"""The [[channel]] tables, and what they must not have in common."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from vrmon.config.complaints import Complaints, quoted
from vrmon.config.layout import KeyPath
from vrmon.config.table import read_table
from vrmon.settings import Channel


def read_channels(document: dict[str, Any], complaints: Complaints) -> tuple[Channel, ...]:
    """The channels in the file's order, each with its primary and its DVR named."""
    tables = document.get("channel", [])
    if not isinstance(tables, list):
        complaints.add(("channel",), "is not an array of tables", "[[channel]], in double brackets")
        return ()
    channels = []
    seen: dict[Hashable, str] = {}
    for index, raw in enumerate(tables):
        path: KeyPath = ("channel", index)
        values = read_table("channel", path, raw, complaints)
        for kind in ("primary", "dvr"):
            if kind in values:
                values[kind] = _device(kind, path, values[kind], document, complaints)
        _complain_of_twins(path, values, seen, complaints)
        if len(values) == len(Channel.__dataclass_fields__) and values["primary"] and values["dvr"]:
            channels.append(Channel(**values))
    return tuple(channels)


def _device(
    kind: str, path: KeyPath, name: str | None, document: dict[str, Any], complaints: Complaints
) -> str | None:
    """The device that the channel names, or the only one of its kind; None when complained of."""
    devices = document.get(kind, {})
    names = sorted(devices) if isinstance(devices, dict) else []
    one_of = f"one of {', '.join(names)}" if names else f"a [{kind}.NAME] table in the file"
    if name is None and len(names) != 1:
        wrong = "is missing, and there are several" if names else f"is missing, and no {kind} is configured"
        complaints.add((*path, kind), wrong, one_of)
        return None
    if name is not None and name not in names:
        complaints.add((*path, kind), f"there is no {kind} {quoted(name)}", one_of)
        return None
    return name or names[0]


def _complain_of_twins(
    path: KeyPath, values: dict[str, Any], seen: dict[Hashable, str], complaints: Complaints
) -> None:
    name, primary, dvr = values.get("name"), values.get("primary"), values.get("dvr")
    here = f"channel[{int(path[1]) + 1}]" + (f" {quoted(name)}" if name else "")
    identities: dict[str, tuple[Hashable, str]] = {}
    if name:
        identities["name"] = (name.casefold(), "a name of its own for each channel")
    if dvr and primary and "ingest" in values:
        identities["ingest"] = ((dvr, primary, values["ingest"]), f"each ingest once on {dvr}")
    if dvr and "source" in values:
        identities["source"] = ((dvr, values["source"]), f"each source once on {dvr}")
    for key, (identity, expected) in identities.items():
        other = seen.setdefault((key, identity), here)
        if other is not here:
            complaints.add((*path, key), f"is also that of {other}", expected)
