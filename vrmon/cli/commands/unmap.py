"""`vrmon unmap`: a channel taken out of vrmon.toml."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import suppress

from vrmon import config
from vrmon.cli.editing import change, file_of
from vrmon.cli.lenient import part, parts, text
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError
from vrmon.text import known


def run(options: Namespace) -> int:
    path = file_of(options)
    before = config.text_of(path)
    names = config.channel_names(before)
    if options.channel not in names:
        why = f"{path} has no channel of that name. {known(options.channel, names)}"
        raise ControlError(f"Cannot unmap {options.channel}: {why}")
    _warn_of_take(options)
    return change(options, before, config.remove_channel(before, options.channel))


def _warn_of_take(options: Namespace) -> None:
    with suppress(ControlError):
        for one in parts(Vrmond.of(options).status(), "channels"):
            take = text(part(one, "take"), "name")
            if text(one, "name") == options.channel and take:
                left = "Once this is in force, vrmon leaves that recording alone: nobody stops it."
                print(f"Warning: {options.channel} records {take} now. {left}", file=sys.stderr)
