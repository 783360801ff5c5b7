"""The times of a report of which nothing is known, or not all, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vrmon.cli.lenient import moment, number, parts, text
from vrmon.cli.reports.times import Times
from vrmon.history.holes import Why
from vrmon.text import span

_A_RESTART = 60.0  # seconds


def absence(one: dict[str, Any], times: Times) -> str:
    """Such as "vrmon was away from 03:01:08 to 03:02:10"."""
    told = "there is no history" if text(one, "why") == Why.NO_HISTORY else "vrmon was away"
    return f"{told}{_from_to(one, times)}"


def loss(one: dict[str, Any], times: Times) -> str:
    """Such as "the disk did not keep 30 entries of the history from 03:01:08 to 03:02:10"."""
    rows = number(one, "rows") or 0.0
    if text(one, "why") == Why.WAITING:
        began = moment(one, "from")
        since = "" if began is None else f" since {times.clock(began)}"
        wait = f"{rows:.0f} {'entry waits' if rows == 1.0 else 'entries wait'} in vrmond's memory"
        return f"the disk has taken nothing of the history{since}: {wait}, and would be lost with it"
    entries = f"{rows:.0f} {'entry' if rows == 1.0 else 'entries'}" if rows else "a part"
    when = _from_to(one, times)
    return f"the disk did not keep {entries} of the history{when}: jobs and gaps may be missing here"


def silence(one: dict[str, Any], times: Times) -> str:
    """Such as "playbox did not answer as it should from 20:01:08 to 23:02:10: …"."""
    when = _from_to(one, times)
    return f"{text(one, 'primary')} did not answer as it should{when}: jobs that ran only then are not known"


def lines(document: dict[str, Any], times: Times) -> list[str]:
    """A line for each time of which not all is known."""
    return [
        *(absence(one, times) for one in parts(document, "absences")),
        *(loss(one, times) for one in parts(document, "losses")),
        *(silence(one, times) for one in parts(document, "silences")),
    ]


def in_short(document: dict[str, Any]) -> Iterator[str]:
    """The same in short. A restart is no news where jobs are known of."""
    shortest = _A_RESTART if parts(document, "jobs") else 0.0
    away = parts(document, "absences")
    for is_away, told in ((True, "vrmon was away for {}"), (False, "there is no history of {}")):
        found = [one for one in away if (text(one, "why") != Why.NO_HISTORY) is is_away]
        seconds = sum(_length(one, document) for one in found)
        if found and seconds >= shortest:
            yield told.format(span(seconds))
    silent = parts(document, "silences")
    for primary in dict.fromkeys(text(one, "primary") for one in silent):
        seconds = sum(_length(one, document) for one in silent if text(one, "primary") == primary)
        if seconds >= shortest:
            yield f"{primary} did not answer as it should for {span(seconds)}"
    losses = [text(one, "why") for one in parts(document, "losses")]
    if Why.WAITING in losses:
        yield "the disk does not take the history"
    if any(why != Why.WAITING for why in losses):
        yield "a part of the history is lost"


def _length(one: dict[str, Any], document: dict[str, Any]) -> float:
    """How many seconds of the document's time it is."""
    began, ended = moment(one, "from"), moment(one, "to")
    first, last = moment(document, "from"), moment(document, "to")
    if began is None or ended is None:
        return 0.0
    began, ended = max(began, first or began), min(ended, last or ended)
    return max((ended - began).total_seconds(), 0.0)


def _from_to(one: dict[str, Any], times: Times) -> str:
    began, ended = moment(one, "from"), moment(one, "to")
    return "" if began is None or ended is None else f" from {times.clock(began)} to {times.clock(ended)}"
