"""A report for a terminal, or for the mail that cron sends: a line for each job, its gaps below it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from vrmon.cli.lenient import moment, parts, text
from vrmon.cli.reports import sentences, unwatched
from vrmon.cli.reports.sentences import Document
from vrmon.cli.reports.times import Times

SIGNS = {
    sentences.COMPLETE: ("●", "green"),
    sentences.RUNNING: ("◌", "cyan"),
    sentences.PARTIAL: ("▲", "yellow"),
    sentences.MISSED: ("✖", "red"),
}
UNHEARD_OF = ("?", "yellow")
_WIDEST = 40


def lines(document: Document, called: str) -> Iterator[Text]:
    """The last one is about the whole of it."""
    times = Times(document)
    if moment(document, "from") is not None and moment(document, "to") is not None:
        yield Text(times.span, "dim")
    jobs = parts(document, "jobs")
    cells = [_cells(job, times) for job in jobs]
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*cells, strict=True)]
    for job, row in zip(jobs, cells, strict=True):
        yield _line(job, row, widths)
        yield from (Text(f"    {told}") for told in sentences.told(job, times))
    yield from (Text(f"  {told}", "dim") for told in unwatched.lines(document, times))
    yield Text(sentences.whole(document, called), "bold")


def job_lines(jobs: list[Document], document: Document) -> Iterator[Text]:
    """Without what is said of the whole."""
    alone: Document = {"absences": [], "losses": [], "silences": [], "from": None}
    yield from [*lines({**document, "jobs": jobs, **alone}, "")][:-1]


def _cells(job: Document, times: Times) -> list[str]:
    span = sentences.span_told(job, times)
    files = ", ".join(sentences.files(job)) or "no file"
    lag = sentences.lag_told(job)
    return [text(job, "channel"), sentences.name(job), span, f"lag {lag}", sentences.coverage(job), files]


def _line(job: Document, cells: list[str], widths: list[int]) -> Text:
    sign, style = SIGNS.get(text(job, "status"), UNHEARD_OF)
    channel, *others = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    shown = Text(f"{sign} ", style).append(channel, "bold")
    for place, cell in enumerate(others):
        shown.append(f"  {cell}", style if place == len(others) - 2 else "")
    shown.rstrip()
    return shown
