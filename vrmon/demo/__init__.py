"""`vrmon demo`: simulated devices, a real vrmond, and a drama that shows what it is good for."""

from __future__ import annotations

import time
from argparse import Namespace

from vrmon.cli.feed import Feed
from vrmon.cli.terminal import console, until_interrupted
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.demo.drama import Drama
from vrmon.demo.output import JsonLines, Output, PlainLines, Screen
from vrmon.demo.stage import Stage
from vrmon.errors import ControlError
from vrmon.text import rfc3339

_PACE = 0.1  # seconds


def run(options: Namespace) -> int:
    """Plays until Ctrl-C, or for `options.seconds`. Nothing is left behind."""
    return until_interrupted(lambda: _play(options))


def _play(options: Namespace) -> None:
    terminal = console()
    with Stage.set(kinds=options.kinds) as stage:
        end = None if options.seconds is None else time.monotonic() + options.seconds
        drama, began = Drama(stage, options.seed), time.time()
        feed = Feed(stage.socket)
        output: Output
        if options.json:
            output = JsonLines(stage.url)
        elif terminal.is_terminal:
            output = Screen(stage.url, terminal)
        else:
            output = PlainLines(stage.url, terminal)
        try:
            with output:
                _go_on(stage, drama, feed, output, end)
        finally:
            output.over(_report(stage, began))


def _go_on(stage: Stage, drama: Drama, feed: Feed, output: Output, end: float | None) -> None:
    while end is None or time.monotonic() < end:
        if stage.daemon_ended():
            raise ControlError(f"Cannot continue the demo: vrmond ended.\n{stage.log()}")
        for stroke in drama.due(time.monotonic()):
            output.stroke(stroke)
        output.seen(feed)
        time.sleep(_PACE)


def _report(stage: Stage, began: float) -> Document:
    """What vrmond has to say of its own show; nothing where a fault has just struck vrmond itself."""
    try:
        return Vrmond(stage.socket).ask("GET", f"/report?from={rfc3339(began)}")
    except ControlError:
        return {}
