"""`vrmon add`: channels chosen among what the devices offer."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli import editing, mapping


def run(options: Namespace) -> int:
    path = editing.file_of(options)
    editing.insist_on_its_file(options, path)
    mapping.add_channels(options, path)
    return 0
