"""`vrmon show`: one channel, as it is now and with its last jobs."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from rich.text import Text

from vrmon.cli import tables
from vrmon.cli.lenient import exact, moment, part, parts, text
from vrmon.cli.naming import exactly
from vrmon.cli.news import SIGNS, UNHEARD_OF
from vrmon.cli.reports import sentences
from vrmon.cli.reports.printed import job_lines
from vrmon.cli.reports.times import Times
from vrmon.cli.terminal import console, print_json, print_line
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import Declined

_SINCE = timedelta(days=7)
_PATIENCE = 60.0  # seconds


def run(options: Namespace) -> int:
    client = Vrmond.of(options)
    status = client.status()
    name = exactly(options.channel, status)
    channel = next(one for one in parts(status, "channels") if exact(one, "name") == name)
    itself = _key(part(channel, "problem"))  # may be that of a device, which keeps it from being ready
    problems = [
        one for one in parts(status, "problems") if exact(one, "subject") == name or _key(one) == itself
    ]
    report, refusal = _report(client, name, moment(status, "now") or datetime.now(timezone.utc))
    jobs = parts(report, "jobs")[-options.most :]
    if options.json:
        print_json({"channel": channel, "problems": problems, "jobs": jobs})
        return 0
    out = console()
    out.print(tables.channels([channel]))
    for line in _now(channel, problems):
        print_line(out, line)
    print_line(out, Text(refusal or f"Its last jobs: {len(jobs) or 'none in the last week'}", "bold"))
    for line in job_lines(jobs, report):
        print_line(out, line)
    return 0


def _key(problem: Document) -> tuple[str, str]:
    return exact(problem, "code"), exact(problem, "subject")


def _report(client: Vrmond, name: str, now: datetime) -> tuple[Document, str]:
    """The document, or why there is none."""
    query = urlencode({"from": (now - _SINCE).isoformat(), "channel": name})
    try:
        return client.ask("GET", f"/report?{query}", seconds=_PATIENCE), ""
    except Declined as error:
        return {}, str(error)


def _now(channel: Document, problems: list[Document]) -> list[Text]:
    """Its problems with what to do about them, and what the job that runs lacks so far."""
    lines = []
    for problem in problems:
        sign, style = SIGNS.get(text(problem, "severity"), UNHEARD_OF)
        lines.append(Text(f"{sign} ", style).append(text(problem, "message"), ""))
        lines += [Text(f"    → {text(problem, 'hint')}")] if text(problem, "hint") else []
    gaps = parts(part(channel, "coverage"), "gaps")
    return lines + [Text(f"  so far {sentences.gap_told(gap, {}, Times({}))}") for gap in gaps]
