"""Channels asked for and put into force: what `vrmon setup` and `vrmon add` share."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from vrmon import config
from vrmon.cli import asking, steering
from vrmon.cli.choosing import choose
from vrmon.cli.naming import names_in
from vrmon.cli.terminal import console
from vrmon.cli.vrmond import Vrmond


def add_channels(options: Namespace, path: Path) -> int:
    """How many were added; vrmond has them when this returns."""
    client = Vrmond.of(options)
    names = names_in(client.status())
    chosen = list(choose(client.ask("GET", "/devices"), names, console()))
    if not chosen:
        print("No channel was added.")
        return 0
    print()
    for one in chosen:
        source = f"{one.source.name} ({one.source.id}) on {one.source.dvr}"
        print(f"{one.name}: the ingest {one.ingest.id} of {one.ingest.primary}, recorded by {source}")
    if not asking.yes(f"Write this into {path} and put it in force?", default=True):
        print("Nothing was changed.")
        return 0
    before = after = config.text_of(path)
    for one in chosen:
        after = config.put_channel(after, one.name, one.values())
    config.rewrite(path, before, after, os.environ)
    steering.reload(options)
    return len(chosen)
