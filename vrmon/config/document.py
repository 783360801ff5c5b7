"""A configuration file's text, and the document in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from vrmon.config.complaints import dotted
from vrmon.config.layout import KeyPath, Layout
from vrmon.errors import ConfigError
from vrmon.files import read_small

SIZE_LIMIT = 256 * 1024  # bytes; tomlkit takes about a second for as much
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def text_of(path: Path) -> str:
    """The file's text, line ends as they are; ConfigError where it is no text file of a sane size, or holds
    nothing at all: that is what a full disk and a copy that failed leave behind."""
    try:
        content, _ = read_small(path, SIZE_LIMIT)
    except OSError as error:
        hint = "a TOML file that vrmon may read"
        raise ConfigError([f"{path}: cannot be read: {error.strerror} (expected {hint})"]) from None
    if not content:
        hint = "key = value under [table] lines, or a comment where nothing is to be set up"
        raise ConfigError([f"{path}: is empty (expected {hint})"])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{path}:{line}: not UTF-8 (expected a text file in UTF-8)"]) from None


def parse_toml(text: str, file: Path) -> tuple[dict[str, Any], Layout]:
    """The plain document and where its keys stand; ConfigError where `text` is not TOML."""
    _check_characters(text, file)
    try:
        document: dict[str, Any] = tomlkit.parse(text).unwrap()
        layout = Layout(text)
    except ParseError as error:
        # tomlkit ends its text with a place of its own, which counts columns from 0.
        what = re.sub(r" at line \d+ col \d+$", "", str(error))
        raise _not_toml(file, error.line, what) from None
    except TOMLKitError as error:
        # The kinds without a line are keys given twice.
        layout = Layout(text)
        if layout.repeated is None:
            raise _not_toml(file, None, str(error)) from None
        raise _not_toml(file, layout.repeated_line, f"{dotted(layout.repeated)} is given twice") from None
    except RecursionError:
        raise _not_toml(file, None, "nested too deeply") from None
    if layout.stopped_line is not None:
        # Older tomlkits let some faults pass, such as [[channel] with one bracket at its end.
        raise _not_toml(file, layout.stopped_line, "this line cannot be read")
    _check_tables(document, layout, file)
    return document, layout


def _check_tables(document: dict[str, Any], layout: Layout, file: Path) -> None:
    """Where tables of one family stand far from each other, older tomlkits lose one without a word."""
    if layout.repeated is not None:
        raise _not_toml(file, layout.repeated_line, f"{dotted(layout.repeated)} is given twice")
    for path in (*layout.tables, *layout.values):
        if not _is_in(document, path):
            what = f"{dotted(path)} would be lost where it stands"
            hint = f"expected all tables of {dotted(path[:1])} one below the other"
            raise ConfigError([f"{file}:{layout.line(path)}: {what} ({hint})"])


def _is_in(value: Any, path: KeyPath) -> bool:
    for key in path:
        try:
            value = value[key]
        except (LookupError, TypeError):
            return False
    return True


def _check_characters(text: str, file: Path) -> None:
    if text.startswith("\ufeff"):
        what = "a byte order mark before the first key"
        raise ConfigError([f"{file}:1: {what} (expected UTF-8 saved without one)"])
    control = _CONTROL.search(text.replace("\r\n", " \n"))
    if control:
        line = text.count("\n", 0, control.start()) + 1
        what = f"the control character U+{ord(control[0]):04X}"
        raise ConfigError([f"{file}:{line}: {what} (expected text, tabs and line ends only)"])


def _not_toml(file: Path, line: int | None, what: str) -> ConfigError:
    place = f"{file}:{line}" if line else str(file)
    return ConfigError([f"{place}: not TOML: {what.rstrip('.')} (expected key = value under [table] lines)"])
