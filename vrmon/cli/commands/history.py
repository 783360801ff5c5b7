"""`vrmon history`: what stands in the history, the newest first."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from rich.text import Text

from vrmon.cli.lenient import clean, moment, part, text
from vrmon.cli.news import clock, line
from vrmon.cli.paging import items
from vrmon.cli.reports import sentences
from vrmon.cli.terminal import console, print_json, print_line
from vrmon.cli.vrmond import Document, Vrmond

_LEFT = 60.0  # seconds: vrmond gives more signs of life than that


def run(options: Namespace) -> int:
    out, vrmond = console(), Vrmond.of(options)
    asked = {"from_": options.first, "to": options.last, "channel": options.channel}
    for item in items(vrmond, options.most, kind=options.kind, **asked):
        if options.json:
            print_json(item)
        else:
            print_line(out, _TOLD[options.kind](item))
    return 0


def _span(item: Document) -> str:
    """From when to when; both ends may be bounds."""
    began = moment(item, "began") or moment(part(item, "began"), "latest")
    ended = moment(item, "ended") or moment(part(item, "ended"), "earliest")
    return f"{clock(began)} to {_unknown_end(item) if ended is None else clock(ended)}"


def _unknown_end(item: Document) -> str:
    """What nobody has seen end goes on, unless a vrmond that is gone was the last to know of it."""
    until = moment(item, "until")
    is_left = until is not None and (datetime.now(timezone.utc) - until).total_seconds() > _LEFT
    return f"{clock(until)} or later" if is_left else "…"


def _told(when: str, subject: str, rest: str) -> Text:
    return Text(f"{when}  ", "dim").append(subject, "bold not dim").append(f"  {rest}", "not dim")


def _job(item: Document) -> Text:
    least, most = sentences.missing(item)
    lacks = f"missing {sentences.amount(least, most)}" if most > 0 else "whole"
    if sentences.was_running(item):
        lacks = f"ran before vrmon looked; since then {lacks}"
    if sentences.ran_on(item):
        lacks = f"ran on without its channel; until then {lacks}"
    return _told(_span(item), text(item, "channel"), f"{sentences.name(item)}  {lacks}")


def _take(item: Document) -> Text:
    names = item.get("names")
    files = ", ".join(clean(str(one)) for one in names) if isinstance(names, list) else ""
    end = "ran on" if sentences.ran_on(item) else "ended"
    why = f"  {end}: {sentences.cause(item, 'end_cause')}" if text(item, "end_cause") else ""
    return _told(_span(item), text(item, "channel"), f"{files}{why}")


def _problem(item: Document) -> Text:
    return _told(_span(item), text(item, "subject"), f"{text(item, 'severity')}: {text(item, 'message')}")


def _command(item: Document) -> Text:
    by, error = text(item, "by"), text(item, "error")
    what = f"{text(item, 'verb')} {text(item, 'take')}".strip()
    came = text(item, "outcome") or "no answer"
    rest = f"{what}: {came}{f' ({error})' if error else ''}{f', by {by}' if by else ''}"
    return _told(clock(moment(item, "time")), text(item, "channel"), rest)


_TOLD: Mapping[str, Callable[[Document], Text]] = {
    "job": _job,
    "take": _take,
    "problem": _problem,
    "command": _command,
    "event": lambda item: line(item, padded=True),
}
