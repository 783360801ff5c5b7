"""A report as one file for a browser, a printer or a mail: a timeline, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vrmon.cli.lenient import moment, number, parts, text
from vrmon.cli.reports import sentences, unwatched
from vrmon.cli.reports.printed import SIGNS, UNHEARD_OF
from vrmon.cli.reports.sentences import Document
from vrmon.cli.reports.times import Times

_LEFT, _RIGHT, _TOP, _LANE = 150.0, 1000.0, 24.0, 34.0
_THINNEST = 1.5
_TICKS = 14


class Bar(NamedTuple):
    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str


class Axis:
    """From moments to places, from the left to the right."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self.first = first
        self.last = last
        self._seconds = max((last - first).total_seconds(), 1.0)

    def x(self, when: datetime) -> float:
        share = (min(max(when, self.first), self.last) - self.first).total_seconds() / self._seconds
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    def bar(
        self, kind: str, first: datetime | None, last: datetime | None, y: float, height: float, told: str
    ) -> Bar | None:
        """None where it lies outside; what has no end goes on."""
        begin, end = first or self.first, last or self.last
        if end < self.first or begin > self.last:
            return None
        x = self.x(begin)
        return Bar(kind, x, y, round(max(self.x(end) - x, _THINNEST), 1), height, told)

    def ticks(self) -> Iterator[dict[str, Any]]:
        hours = max(1, -(-int(self._seconds // 3600) // _TICKS))
        when = self.first.astimezone().replace(minute=0, second=0, microsecond=0)
        zone = f"{self.first.astimezone():%Z}"
        while when <= self.last:
            if when >= self.first:
                changed = "" if zone == f"{when:%Z}" else f" {when:%Z}"
                yield {"x": self.x(when), "text": f"{when:%H:%M}{changed}"}
                zone = f"{when:%Z}"
            when = (when + timedelta(hours=hours)).astimezone()


def page(document: Document, called: str) -> str:
    """HTML. Names are texts in it, whatever they hold."""
    first, last = moment(document, "from"), moment(document, "to")
    here = datetime.now().astimezone()
    axis = Axis(first or here, last or here)
    times, away = Times(document), parts(document, "absences")
    lanes = list(_lanes(document, axis, times))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        when=times.span,
        zone=times.zone,
        verdict=sentences.whole(document, called),
        width=_RIGHT,
        height=_TOP + _LANE * len(lanes),
        ticks=list(axis.ticks()),
        lanes=lanes,
        absences=[bar for one in away if (bar := _absence(one, axis, times)) is not None],
        jobs=[_job(job, times) for job in parts(document, "jobs")],
        unwatched=unwatched.lines(document, times),
    )


def _lanes(document: Document, axis: Axis, times: Times) -> Iterator[dict[str, Any]]:
    channels: dict[str, list[Document]] = {}
    for job in parts(document, "jobs"):
        channels.setdefault(text(job, "channel"), []).append(job)
    for place, name in enumerate(sorted(channels)):
        y = _TOP + place * _LANE
        bars = [bar for job in channels[name] for bar in _bars(job, axis, times, y) if bar is not None]
        yield {"name": name, "y": y, "bars": bars}


def _bars(job: Document, axis: Axis, times: Times, y: float) -> Iterator[Bar | None]:
    name, began, ended = sentences.name(job), sentences.bounds(job, "began")[1], _ended(job)
    yield axis.bar("job", began, ended, y + 4, 11, f"{name}: {sentences.coverage(job)}")
    for take in parts(job, "takes"):
        first, last = sentences.bounds(take, "began")[1], _ended(take)
        yield axis.bar("take", first, last, y + 18, 9, f"{text(take, 'name')} on {text(take, 'dvr')}")
    for gap in sentences.gaps(job):
        kind = "lost" if (number(gap, "least") or 0.0) > 1 else "doubt"
        told = f"{name}: {sentences.gap_told(gap, job, times)}"
        yield axis.bar(kind, moment(gap, "from"), moment(gap, "to"), y + 4, 11, told)


def _ended(one: Document) -> datetime | None:
    return sentences.bounds(one, "ended")[0]


def _absence(one: Document, axis: Axis, times: Times) -> Bar | None:
    return axis.bar("away", moment(one, "from"), moment(one, "to"), 0, 0, unwatched.absence(one, times))


def _job(job: Document, times: Times) -> dict[str, Any]:
    return {
        "channel": text(job, "channel"),
        "name": sentences.name(job),
        "span": sentences.span_told(job, times),
        "lag": sentences.lag_told(job),
        "sign": SIGNS.get(text(job, "status"), UNHEARD_OF)[0],
        "coverage": sentences.coverage(job),
        "told": sentences.told(job, times),
        "files": ", ".join(sentences.files(job)) or "none",
    }
