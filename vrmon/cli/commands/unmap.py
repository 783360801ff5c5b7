"""`vrmon unmap`: a channel taken out of vrmon.toml."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import suppress

from vrmon import config
from vrmon.cli.editing import change, file_of
from vrmon.cli.lenient import clean, exact, part, parts, text
from vrmon.cli.naming import there_are
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError


def run(options: Namespace) -> int:
    path = file_of(options)
    before = config.text_of(path)
    names = config.channel_names(before)
    if options.channel not in names:
        why = f"{path} has no channel of that name. {there_are(options.channel, names)}"
        raise ControlError(f"Cannot unmap {clean(options.channel)}: {why}")
    _warn_of_take(options)
    return change(options, before, config.remove_channel(before, options.channel))


def _warn_of_take(options: Namespace) -> None:
    with suppress(ControlError):
        for one in parts(Vrmond.of(options).status(), "channels"):
            take = text(part(one, "take"), "name")
            if exact(one, "name") == options.channel and take:
                left = "Once this is in force, vrmon leaves that recording alone: nobody stops it."
                print(f"Warning: {clean(options.channel)} records {take} now. {left}", file=sys.stderr)
