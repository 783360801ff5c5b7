"""What `vrmon map` and `vrmon trust` share: show a change of vrmon.toml, make it, have it read."""

from __future__ import annotations

import os
from argparse import Namespace
from difflib import unified_diff
from pathlib import Path

from rich.text import Text

from vrmon import config
from vrmon.cli import steering
from vrmon.cli.lenient import clean, part, text
from vrmon.cli.terminal import console, print_line
from vrmon.cli.vrmond import Vrmond
from vrmon.config import Directories
from vrmon.errors import ControlError

_STYLES = {"+": "green", "-": "red"}


def file_of(options: Namespace) -> Path:
    """The configuration file that is meant."""
    return Path(options.config) if options.config else Directories.from_environ(os.environ).configuration_file


def change(options: Namespace, before: str, after: str) -> int:
    """Puts `after` in place of `before`, shows the lines that differ, and has vrmond read it if asked to.

    ControlError where vrmond reads another file: the change is made nevertheless.
    """
    path = file_of(options)
    if before == after:
        print(f"{path} says so already.")
    else:
        config.rewrite(path, before, after, os.environ)
        _show_difference(path, before, after)
    if options.reload:
        insist_on_its_file(options, path)
        return steering.reload(options)
    if before != after:
        print("It takes effect with: vrmon reload")
    return 0


def insist_on_its_file(options: Namespace, path: Path) -> None:
    """ControlError where vrmond reads another file."""
    status = Vrmond.of(options).status()
    read = text(part(status, "configuration"), "file")
    if read and os.path.realpath(read) != os.path.realpath(path):
        raise ControlError(
            f"Cannot put {path} in force: it is written, but vrmond reads {read}. "
            "Make the change there, or give --socket of the vrmond that is meant."
        )


def _show_difference(path: Path, before: str, after: str) -> None:
    out = console()
    for line in unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), "", "", 1, ""):
        print_line(out, Text(clean(line), _STYLES.get(line[:1], "")))
