"""What `vrmon map` and `vrmon trust` share: show a change of vrmon.toml, make it, have it read."""

from __future__ import annotations

import os
from argparse import Namespace
from difflib import unified_diff
from pathlib import Path

from rich.text import Text

from vrmon import config
from vrmon.cli import control
from vrmon.cli.document import clean
from vrmon.cli.terminal import console
from vrmon.config import Directories

_STYLES = {"+": "green", "-": "red"}


def file_of(options: Namespace) -> Path:
    """The configuration file that is meant."""
    return Path(options.config) if options.config else Directories.from_environ(os.environ).configuration_file


def change(options: Namespace, before: str, after: str) -> int:
    """Puts `after` in place of `before`, shows the lines that differ, and has vrmond read it if asked to."""
    path = file_of(options)
    if before == after:
        print(f"{path} says so already.")
    else:
        config.rewrite(path, before, after, os.environ)
        _show_difference(path, before, after)
    if options.reload:
        return control.reload(options)
    if before != after:
        print("It takes effect with: vrmon reload")
    return 0


def _show_difference(path: Path, before: str, after: str) -> None:
    out = console()
    for line in unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), "", "", 1, ""):
        out.print(Text(clean(line), _STYLES.get(line[:1], "")), soft_wrap=True)
