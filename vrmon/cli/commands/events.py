"""`vrmon events`: what happened lately, and with --follow what happens from here on."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from vrmon.cli.address import socket_path
from vrmon.cli.feed import follow
from vrmon.cli.news import News, line
from vrmon.cli.terminal import console, print_json, until_interrupted
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError


def run(options: Namespace) -> int:
    path, news, out = socket_path(options), News(), console()

    def show(document: Document) -> None:
        for event in news.of(document):
            if options.json:
                print_json(event)
            else:
                out.print(line(event), soft_wrap=True)

    show(Vrmond(path).status())
    return until_interrupted(lambda: _follow(path, show)) if options.follow else 0


def _follow(path: Path, show: Callable[[Document], None]) -> None:
    trouble = ""
    for one in follow(path):
        if not isinstance(one, ControlError):
            trouble = ""
            show(one)
        elif not trouble:
            trouble = str(one)
            print(f"{trouble}\nNot live meanwhile; vrmon goes on trying.", file=sys.stderr, flush=True)
