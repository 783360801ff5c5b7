"""vrmon.toml as others may see it: the keys that vrmon knows, without comments and whatever is secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vrmon.catalog import Severity
from vrmon.config import text_of
from vrmon.config.complaints import dotted
from vrmon.config.document import parse_toml
from vrmon.config.layout import KeyPath
from vrmon.config.reading import examine
from vrmon.config.schema import TABLES
from vrmon.devices.kinds import KINDS

_SECRET = {"webhook"}  # whoever knows the address can post there
_SHOWN = {key.name for table in TABLES.values() for key in table} | {
    key.name for kind in KINDS.values() for key in kind.keys
}
_TIMES = {severity.value for severity in Severity}  # keys of the inline tables of [alarm]
_IN_AN_ADDRESS = re.compile(r"(?<=//)[^/@\s]*@|[?#].*")


def lines(file: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """`a.b = value`, key by key, then what is wrong. ConfigError where it cannot be read, or is not TOML."""
    text = text_of(file)
    document, _ = parse_toml(text, file)
    yield f"# {file}"
    for path, value in _leaves((), document):
        yield f"{dotted(path)} = {_shown(path, value)}"
    _, complaints = examine(text, file, environ)
    yield from (*complaints.refusing, *complaints.outside)


def _leaves(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves((*path, key), one)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for index, one in enumerate(value):
            yield from _leaves((*path, index), one)
    else:
        yield path, value


def _shown(path: KeyPath, value: object) -> str:
    names = {part for part in path if isinstance(part, str)}
    if names & _SECRET or path[-1] not in _SHOWN | _TIMES:
        return "(not shown)"
    if isinstance(value, str) and "//" in value:
        value = _IN_AN_ADDRESS.sub("***", value)
    return json.dumps(value, ensure_ascii=False, default=str)
