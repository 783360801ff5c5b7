"""The demo as people and programs see it: on the whole screen, as plain lines, or as JSON."""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from vrmon.cli.board import fitted, lately
from vrmon.cli.feed import Feed
from vrmon.cli.news import Event, News, clock, line
from vrmon.cli.reports.printed import lines
from vrmon.cli.reports.sentences import Document
from vrmon.cli.terminal import print_json
from vrmon.demo.drama import Stroke
from vrmon.text import rfc3339


class Output(AbstractContextManager["Output"]):
    """Shows what the demo does (`stroke`) and what vrmond makes of it (`seen`, called ten times a second)."""

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        return

    def stroke(self, stroke: Stroke) -> None:
        raise NotImplementedError

    def seen(self, feed: Feed) -> None:
        raise NotImplementedError

    def over(self, report: Document) -> None:
        """The last word: what was recorded of the show and what is missing."""
        raise NotImplementedError


class _Lines(Output):
    """One line for each thing that happens."""

    def __init__(self) -> None:
        self._news = News()

    def seen(self, feed: Feed) -> None:
        for event in self._news.of(feed.document or {}):
            self.event(event)

    def event(self, event: Event) -> None:
        raise NotImplementedError


class JsonLines(_Lines):
    """The first line gives the page's address; the others are told apart by their `from`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        print_json({"from": "demo", "url": url})

    def stroke(self, stroke: Stroke) -> None:
        moment, subject, message = stroke
        print_json({"from": "demo", "time": rfc3339(moment), "subject": subject, "message": message})

    def event(self, event: Event) -> None:
        print_json({"from": "vrmon", **event})

    def over(self, report: Document) -> None:
        print_json({"from": "report", "report": report})


class PlainLines(_Lines):
    def __init__(self, url: str, console: Console) -> None:
        super().__init__()
        self._console = console
        self._print(Text(f"The page: {url}"))

    def stroke(self, stroke: Stroke) -> None:
        self._print(_told(stroke))

    def event(self, event: Event) -> None:
        self._print(line(event))

    def over(self, report: Document) -> None:
        for told in _report_lines(report):
            self._print(told)

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)
        self._console.file.flush()


class Screen(Output):
    """What the demo does, above what vrmon sees, above what happened lately."""

    def __init__(self, url: str, console: Console) -> None:
        self._url = url
        self._console = console
        self._strokes: deque[Stroke] = deque(maxlen=6)
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def over(self, report: Document) -> None:
        for told in _report_lines(report):
            self._console.print(told, soft_wrap=True)
        self._console.print("The demo is over; nothing of it is left.")

    def stroke(self, stroke: Stroke) -> None:
        self._strokes.append(stroke)

    def seen(self, feed: Feed) -> None:
        document = feed.document or {}
        head = Text("vrmon demo", "bold").append(f"  page: {self._url}  Ctrl-C ends it", "not bold")
        vrmon = "what vrmon sees and does" if feed.is_live else "vrmon is away: what it saw last"
        shown = Group(
            head,
            Rule("what the demo does", align="left"),
            *(_told(stroke) for stroke in self._strokes),
            Rule(vrmon, align="left"),
            fitted(document, self._console, self._console.height - len(self._strokes) - 3),
            lately(document, 12),
        )
        self._live.update(shown, refresh=True)


def _report_lines(report: Document) -> list[Text]:
    return [*lines(report, "The demo")] if report else []


def _told(stroke: Stroke) -> Text:
    when = datetime.fromtimestamp(stroke.at, timezone.utc)
    told = Text(f"{clock(when)}  ", "dim").append("* demo      ", "blue")
    return told.append(stroke.subject, "bold not dim").append(f"  {stroke.text}", "not dim")
