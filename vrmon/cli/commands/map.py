"""`vrmon map`: a channel put into vrmon.toml, or changed there."""

from __future__ import annotations

from argparse import Namespace

from vrmon import config
from vrmon.cli.editing import change, file_of


def run(options: Namespace) -> int:
    """What is not given stays as it is; a new channel that lacks something is refused like any other."""
    before = config.text_of(file_of(options))
    given = {key: getattr(options, key) for key in ("ingest", "source", "primary", "dvr")}
    values = {key: value for key, value in given.items() if value is not None}
    return change(options, before, config.put_channel(before, options.name, values))
