"""Changes that the vrmon command makes to vrmon.toml: what they do not concern stays as it was, to the byte.

tomlkit reads and formats here but does not place: it would put a new key below the comment that
introduces the next table.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from vrmon.config.complaints import dotted
from vrmon.config.document import SIZE_LIMIT, parse_toml
from vrmon.config.layout import KeyPath, Layout
from vrmon.config.reading import examine
from vrmon.errors import ConfigError
from vrmon.files import read_small, replace

_ANY = Path("vrmon.toml")


def put_channel(text: str, name: str, values: Mapping[str, str | int]) -> str:
    """`text` in which the channel `name`, in whatever case, has `values`; a new one where there was none."""
    document, layout = parse_toml(text, _ANY)
    index = _index(document, name)
    if index is not None:
        return _put(text, layout, ("channel", index), values)
    lines = ["[[channel]]", *(_assignment(key, value) for key, value in {"name": name, **values}.items())]
    newline = _newline(text)
    ends = [end for path, end in layout.tables.items() if path[0] == "channel"]
    if ends:
        block = newline.join(lines)
        return text[: max(ends)] + newline * 2 + block + (text[max(ends) :] or newline)
    if "channel" in document:
        raise _cannot_place(("channel",))
    return _append(text, lines)


def put_device(text: str, table: str, name: str, values: Mapping[str, str | float]) -> str:
    """`text` in which the device [`table`.`name`] has `values`; a new one where there was none."""
    document, layout = parse_toml(text, _ANY)
    if (table, name) in layout.tables:
        return _put(text, layout, (table, name), values)
    devices = document.get(table, {})
    if not isinstance(devices, dict) or name in devices:
        raise _cannot_place((table, name))
    return _append(text, [f"[{dotted((table, name))}]", *(_assignment(*one) for one in values.items())])


def remove_channel(text: str, name: str) -> str:
    """`text` without the channel `name`, in whatever case; comments around its table stay. ConfigError."""
    document, layout = parse_toml(text, _ANY)
    index = _index(document, name)
    if index is None:
        raise ConfigError([f"Cannot remove {name}: the file has no channel of that name."])
    path = ("channel", index)
    if path not in layout.tables:
        raise _cannot_place(("channel",))
    # Line ends are those of TOML and of Layout: splitlines() knows others, such as U+2028 in a comment.
    before = "".join(f"{line}\n" for line in text.split("\n")[: layout.line(path) - 1])
    after = text[layout.tables[path] :].removeprefix("\r").removeprefix("\n")
    if before.endswith(("\n\n", "\r\n\r\n")) and (not after or after[0] in "\r\n"):
        after = after.removeprefix("\r").removeprefix("\n")
    return before + after


def channel_names(text: str) -> list[str]:
    """Of the channels that have one."""
    channels = parse_toml(text, _ANY)[0].get("channel", [])
    found = (
        [one.get("name") for one in channels if isinstance(one, dict)] if isinstance(channels, list) else []
    )
    return [one for one in found if isinstance(one, str)]


def channel_of(text: str, name: str) -> dict[str, Any]:
    """What the file says of the channel `name`, in whatever case; nothing where there is none."""
    document, _ = parse_toml(text, _ANY)
    index = _index(document, name)
    return {} if index is None else dict(document["channel"][index])


def set_tls(text: str, kind: str, name: str, tls: str) -> str:
    """`text` in which the device [`kind`.`name`], which must be there, has this `tls`."""
    document, layout = parse_toml(text, _ANY)
    devices = document.get(kind, {})
    if not isinstance(devices, dict) or name not in devices:
        raise ConfigError(
            [f"Cannot set tls: the file has no [{dotted((kind, name))}] table. Write one first."]
        )
    return _put(text, layout, (kind, name), {"tls": tls})


def rewrite(path: Path, before: str, after: str, environ: Mapping[str, str]) -> None:
    """Puts `after` in place of `before` in the file at `path`, or raises ConfigError and changes nothing.

    The reader must accept `after` (not the password files: the command may not read them), and the
    file must still hold `before`. Mode, owner and a symbolic
    link to the file stay as they are.
    """
    _, complaints = examine(after, path, environ)
    if complaints.refusing:
        raise ConfigError(complaints.refusing)
    try:
        # The file itself cannot be locked: another edit replaces it.
        file = Path(os.path.realpath(path, strict=True))
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            content, status = read_small(file, SIZE_LIMIT)
            if content != before.encode():
                raise ConfigError([f"Cannot write {path}: somebody changed it meanwhile. Try again."])
            replace(file, after.encode(), stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid))
        finally:
            os.close(folder)
    except OSError as error:
        hint = (
            "Run this as the file's owner." if isinstance(error, PermissionError) else "Nothing was changed."
        )
        raise ConfigError([f"Cannot write {path}: {error.strerror}. {hint}"]) from None


def _append(text: str, lines: Sequence[str]) -> str:
    newline = _newline(text)
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    return text + gap + newline.join(lines) + newline


def _index(document: dict[str, Any], name: str) -> int | None:
    """The place of the channel `name`, in whatever case."""
    channels = document.get("channel", [])
    for index, channel in enumerate(channels if isinstance(channels, list) else ()):
        if (
            isinstance(channel, dict)
            and str(channel.get("name", "")).strip().casefold() == name.strip().casefold()
        ):
            return index
    return None


def _put(text: str, layout: Layout, table: KeyPath, values: Mapping[str, str | float]) -> str:
    """Replaces the values of the keys that `table` has; the others follow its last line."""
    changes: list[tuple[int, int, str]] = []
    added = ""
    for key, value in values.items():
        path = (*table, key)
        if path in layout.values:
            changes.append((*layout.values[path], _literal(value)))
        else:
            added += _newline(text) + _assignment(key, value)
    if added:
        if table not in layout.tables:
            raise _cannot_place(table)
        changes.append((layout.tables[table], layout.tables[table], added))
    # From the end, so that the offsets before stay true.
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _assignment(key: str, value: str | float) -> str:
    return f"{key} = {_literal(value)}"


def _literal(value: str | float) -> str:
    return tomlkit.item(value).as_string()


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _cannot_place(path: KeyPath) -> ConfigError:
    table = "[[channel]]" if path[0] == "channel" else f"[{dotted(path)}]"
    return ConfigError(
        [f"Cannot edit {dotted(path)}: it is no {table} table of its own. Edit the file by hand."]
    )
