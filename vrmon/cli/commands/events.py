"""`vrmon events`: what happened lately, and with --follow what happens from here on."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from vrmon.catalog import Severity
from vrmon.cli.address import where
from vrmon.cli.feed import follow
from vrmon.cli.lenient import moment, text, texts
from vrmon.cli.naming import exactly
from vrmon.cli.news import Event, News, line
from vrmon.cli.terminal import console, print_json, print_line, until_interrupted
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError

_RANKS: dict[str, int] = {severity.value: severity.rank for severity in Severity}


def run(options: Namespace) -> int:
    at, news, out = where(options), News(), console()

    def show(document: Document, most: int | None = None) -> None:
        found = [event for event in news.of(document) if _is_wanted(event, options)]
        for event in found if most is None else found[-most:]:
            if options.json:
                print_json(event)
            else:
                print_line(out, line(event, padded=out.is_terminal))

    document = Vrmond(at).status()
    if options.channel is not None:
        options.channel = exactly(options.channel, document)
    show(document, options.most)
    return until_interrupted(lambda: _follow(at, show)) if options.follow else 0


def _is_wanted(event: Event, options: Namespace) -> bool:
    when = moment(event, "time")
    return (
        options.channel in (None, text(event, "subject"), *texts(event, "subjects"))
        and (options.since is None or when is None or when >= options.since)
        and (options.severity is None or _rank(text(event, "severity")) <= _RANKS[options.severity])
    )


def _rank(severity: str) -> int:
    """A severity of a newer vrmond is as bad as can be."""
    return _RANKS.get(severity, 0)


def _follow(at: Path | str, show: Callable[[Document], None]) -> None:
    trouble = ""
    for one in follow(at):
        if not isinstance(one, ControlError):
            trouble = ""
            show(one)
        elif not trouble:
            trouble = str(one)
            print(f"{trouble}\nNot live until it is back; trying again.", file=sys.stderr, flush=True)
