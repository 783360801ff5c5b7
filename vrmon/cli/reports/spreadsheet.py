"""A report as a spreadsheet reads it: the columns of an as-run log, one row for each job."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from vrmon.cli.lenient import number, part, parts, text
from vrmon.cli.reports import sentences
from vrmon.cli.reports.sentences import Document
from vrmon.cli.reports.times import Times

_COLUMNS = (
    "channel", "name", "status",
    "began_earliest", "began_latest", "ended_earliest", "ended_latest",
    "start_lag_least", "start_lag_most", "missing_least", "missing_most", "coverage_least", "coverage_most",
    "files", "dvr", "source", "takes", "gaps", "primary", "ingest", "job",
)  # fmt: skip
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"  # by which spreadsheets know that it is UTF-8


def table(document: Document) -> str:
    """CSV; times in RFC 3339 with the offset of here, lengths in seconds, coverage from 0 to 1."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    times = Times(document)
    rows.writerows(_row(job, times) for job in parts(document, "jobs"))
    return f"{_MARK}{written.getvalue()}"


def _row(job: Document, times: Times) -> list[str]:
    takes = parts(job, "takes")
    lag = sentences.lag(job) or (None, None)
    coverage = part(job, "coverage")
    numbers = (*lag, *sentences.missing(job), number(coverage, "least"), number(coverage, "most"))
    return [
        _text(text(job, "channel")),
        _text(text(job, "basename")),
        _text(text(job, "status")),
        *(_time(when) for what in ("began", "ended") for when in sentences.bounds(job, what)),
        *("" if one is None else f"{one:.6f}".rstrip("0").rstrip(".") for one in numbers),
        _text("; ".join(sentences.files(job))),
        _text("; ".join(dict.fromkeys(text(take, "dvr") for take in takes))),
        _text("; ".join(dict.fromkeys(text(take, "source") for take in takes))),
        str(len(takes)),
        _text("; ".join(sentences.told(job, times))),
        _text(text(job, "primary")),
        _text(text(job, "ingest")),
        _text(text(job, "job")),
    ]


def _text(value: str) -> str:
    """A name is never a formula."""
    return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value


def _time(when: datetime | None) -> str:
    return "" if when is None else when.isoformat(timespec="milliseconds")
