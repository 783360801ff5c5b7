"""The faults found in one configuration, each told with its place and its key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from vrmon.config.layout import KeyPath, Layout
from vrmon.errors import ConfigError


class Complaints:
    """Collects ``FILE:LINE: key: what is wrong (what is expected)``, or the variable's name for FILE:LINE.

    `refusing` lie in the text or the environment. `outside` lie in the files that the text names
    (a password, a CA): as bad for a new configuration, but no reason to leave other devices unwatched.
    """

    def __init__(self, file: Path, layout: Layout, document: dict[str, Any]) -> None:
        self._file = file
        self._layout = layout
        self._document = document
        self._refusing: list[tuple[int, str]] = []
        self._outside: list[tuple[int, str]] = []
        self.variables: dict[KeyPath, str] = {}  # keys whose value came from the environment
        self.refused_variables: set[str] = set()
        self.tables: set[str] = set()  # the tables of the document that `refusing` are about

    def add(
        self, path: KeyPath, wrong: str, expected: str, *, guess: str = "", outside: bool = False
    ) -> None:
        """`guess`: what was probably meant; it is told in place of what is expected."""
        variable = self.variables.get(path)
        if variable is not None:
            self.refused_variables.add(variable)
        line = 0 if variable is not None else self._layout.line(path)
        place = variable or f"{self._file}:{line}"
        if not outside:
            self.tables.add(str(path[0]))
        faults = self._outside if outside else self._refusing
        more = f'did you mean "{guess}"?' if guess else f"expected {expected}"
        faults.append((line, f"{place}: {self._label(path)}: {wrong} ({more})"))

    def add_variable(self, variable: str, key: str, wrong: str, expected: str) -> None:
        self.refused_variables.add(variable)
        self.tables.add(key.partition(".")[0])
        self._refusing.append((0, f"{variable}: {key}: {wrong} (expected {expected})"))

    @property
    def refusing(self) -> tuple[str, ...]:
        return _in_order(self._refusing)

    @property
    def outside(self) -> tuple[str, ...]:
        return _in_order(self._outside)

    def raise_any(self) -> None:
        if self._refusing or self._outside:
            raise ConfigError(_in_order(self._refusing + self._outside))

    def _label(self, path: KeyPath) -> str:
        if len(path) < 2 or path[0] != "channel" or not isinstance(path[1], int):
            return dotted(path)
        label = f"channel[{path[1] + 1}]"
        channel = self._document["channel"][path[1]]
        name = channel.get("name") if isinstance(channel, dict) else None
        if isinstance(name, str) and len(name) <= 200:
            label += f" {quoted(name)}"
        return ".".join((label, *([dotted(path[2:])] if path[2:] else [])))


def _in_order(faults: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(text for _, text in sorted(faults, key=lambda fault: fault[0]))


def dotted(path: KeyPath) -> str:
    """A key as TOML writes it, `a."b c".d`."""
    return ".".join(
        part if isinstance(part, str) and re.fullmatch("[A-Za-z0-9_-]+", part) else quoted(str(part))
        for part in path
    )


def quoted(text: str) -> str:
    """In quotes, with nothing in it that could disturb a terminal or a log."""
    return text.join('""') if text.isprintable() and '"' not in text else json.dumps(text)
