"""`vrmon reload`: vrmond reads its configuration again."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli import steering


def run(options: Namespace) -> int:
    return steering.reload(options)
