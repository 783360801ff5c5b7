"""`vrmon map`: a channel put into vrmon.toml, or changed there."""

from __future__ import annotations

import sys
from argparse import Namespace

from vrmon import config
from vrmon.cli.editing import change, file_of
from vrmon.cli.offers import doubts, insist_on_source, offers


def run(options: Namespace) -> int:
    """What is not given stays as it is; a new channel that lacks something is refused like any other."""
    before = config.text_of(file_of(options))
    given = {key: getattr(options, key) for key in ("ingest", "source", "primary", "dvr")}
    values = {key: value for key, value in given.items() if value is not None}
    if not options.force:
        there = config.channel_of(before, options.name)
        meant: dict[str, object] = {key: there[key] for key in ("primary", "dvr") if key in there}
        meant.update(values)
        devices = offers(options)
        insist_on_source(options.name, devices, meant)
        for doubt in doubts(devices, meant):
            print(f"Warning: {doubt}", file=sys.stderr)
    return change(options, before, config.put_channel(before, options.name, values))
