"""`vrmon events`: what happened lately, and with --follow what happens from here on."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path

from vrmon.catalog import Severity
from vrmon.cli.address import where
from vrmon.cli.feed import follow
from vrmon.cli.lenient import exact, moment, parts, text
from vrmon.cli.naming import exactly
from vrmon.cli.news import Event, News, line
from vrmon.cli.paging import items
from vrmon.cli.terminal import console, print_json, print_line, until_interrupted
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError, Declined

_RANKS: dict[str, int] = {severity.value: severity.rank for severity in Severity}


def run(options: Namespace) -> int:
    at, news, out = where(options), News(), console()

    def show(events: Iterable[Event]) -> None:
        for event in events:
            if options.json:
                print_json(event)
            else:
                print_line(out, line(event, padded=out.is_terminal))

    def fresh(document: Document) -> list[Event]:
        return [event for event in news.of(document) if _is_wanted(event, options)]

    client = Vrmond(at)
    document = client.status()
    if options.channel is not None:
        options.channel = exactly(options.channel, document)
    show(_before(client, document, fresh(document), options))
    return until_interrupted(lambda: _follow(at, lambda one: show(fresh(one)))) if options.follow else 0


def _before(client: Vrmond, document: Document, lately: list[Event], options: Namespace) -> list[Event]:
    """What happened up to now, the oldest first: `lately`, which the document has, or what the history has
    where more is asked for."""
    if _reaches(document, lately, options):
        return lately if options.most is None else lately[-options.most :]
    since = None if options.since is None else options.since.isoformat()
    found: list[Event] = []
    try:
        for event in items(client, kind="event", from_=since, channel=options.channel):
            if _is_wanted(event, options):
                found.append(event)
            if len(found) == options.most:
                break
    except Declined as error:
        print(f"{error}\nThese are only the last events.", file=sys.stderr)
        return lately if options.most is None else lately[-options.most :]
    return found[::-1]


def _reaches(document: Document, lately: list[Event], options: Namespace) -> bool:
    """Whether the document has all that is asked for."""
    if options.most is not None and len(lately) >= options.most:
        return True
    if options.since is None:
        return options.most is None
    first = moment(next(iter(parts(document, "recent")), {}), "first")
    return first is not None and first <= options.since


def _is_wanted(event: Event, options: Namespace) -> bool:
    when = moment(event, "time")
    subjects = event.get("subjects")
    return (
        options.channel in (None, exact(event, "subject"), *(subjects if isinstance(subjects, list) else ()))
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
