"""`vrmon watch`: the status, live, on the whole screen."""

from __future__ import annotations

import time
from argparse import Namespace

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from vrmon.cli.address import where
from vrmon.cli.board import fitted, lately
from vrmon.cli.feed import Feed
from vrmon.cli.lenient import clean
from vrmon.cli.terminal import console, until_interrupted
from vrmon.errors import ControlError
from vrmon.text import span

_PACE = 0.25  # seconds


def run(options: Namespace) -> int:
    screen = console()
    if not screen.is_terminal:
        raise ControlError(
            "Cannot watch: this is not a terminal. Use `vrmon events --follow`, or `vrmon status`."
        )
    return until_interrupted(lambda: _watch(Feed(where(options)), screen))


def _watch(feed: Feed, screen: Console) -> None:
    with Live(console=screen, screen=True, auto_refresh=False) as live:
        while True:
            live.update(_shown(feed, screen), refresh=True)
            time.sleep(_PACE)


def _shown(feed: Feed, screen: Console) -> RenderableType:
    document = feed.document
    if document is None:
        return _not_live(feed) if feed.trouble else Text("Connecting to vrmond …")
    warning = [] if feed.is_live else [_not_live(feed), Text()]
    return Group(*warning, fitted(document, screen, screen.height - 2 * len(warning)), lately(document, 5))


def _not_live(feed: Feed) -> Text:
    shown = Text("✖ NOT LIVE", "bold red reverse")
    why = clean(feed.trouble.replace("\n", " ")) or "vrmond sends nothing."
    shown.append(f" for {span(feed.silence)}. {why}\nTrying again.", "not reverse")
    return shown.append(" What follows is how it was then." if feed.document else "", "not reverse")
