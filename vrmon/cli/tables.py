"""The tables of channels and of devices, each in two layouts.

On a narrow screen, what belongs together is stacked in one column.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from vrmon.catalog import Severity
from vrmon.cli.lenient import clean, moment, number, part, parts, text, texts
from vrmon.cli.news import SIGNS, UNHEARD_OF, clock
from vrmon.model import DeviceState, Phase
from vrmon.plan.drill import DrillResult
from vrmon.text import span

Document = dict[str, Any]
Cells = tuple[Text, ...]

PHASES: dict[str, tuple[str, str]] = {
    Phase.IDLE: ("○", "dim"),
    Phase.STARTING: ("◌", "yellow"),
    Phase.RECORDING: ("●", "green"),
    Phase.STOPPING: ("◌", "yellow"),
    Phase.KEEPING: ("◐", "yellow"),
    Phase.UNVERIFIED: ("?", "yellow"),
    Phase.BLOCKED: ("✖", "red"),
    Phase.FOREIGN: ("◇", "magenta"),
    Phase.DOUBTFUL: ("?", "magenta"),
}
_DEVICE: dict[str, tuple[str, str]] = {
    DeviceState.OK: ("●", "green"),
    DeviceState.UNREACHABLE: ("✖", "red"),
    DeviceState.UNKNOWN: ("?", "yellow"),
}
_DRILLED: dict[str, tuple[str, str]] = {
    DrillResult.OK: ("✓", "dim"),
    DrillResult.FAILED: ("✖", "yellow"),
    DrillResult.REFUSED: ("–", "dim"),
}
_NOTHING = "nothing"  # is missing
_BEFORE = "begun before vrmon looked"
_STALE = 10.0  # seconds after which a sight of the recording is no longer fresh
_NARROW = 60  # columns below which names would be broken into a few characters a line


class _Fitting:
    """The wide layout, or the narrow one where there is no room for it."""

    def __init__(self, wide: RenderableType, narrow: RenderableType) -> None:
        self._wide = wide
        self._narrow = narrow

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._narrow if options.max_width < _NARROW else self._wide


def channels(shown: list[Document]) -> RenderableType:
    """A row for each."""
    wide = _table("channel", "state", "job", "take", "missing", "verified")
    narrow = _table("channel", "state", "job, take")
    for channel in shown:
        name, state, job, take, missing, verified = _channel(channel)
        wide.add_row(name, state, job, take, missing or "–", verified or "–")
        lacks = Text() if missing.plain == _NOTHING else _said(missing)
        narrow.add_row(
            name,
            _stacked(state, verified),
            _stacked(job, Text() if job.plain == take.plain else take, lacks),
        )
    return _Fitting(wide, narrow)


def has_devices(document: Document) -> bool:
    return bool(part(document, "primaries") or part(document, "dvrs"))


def devices(document: Document) -> RenderableType:
    """A row for each, the primaries first."""
    wide, narrow = _table("device", "state", "answered", ""), _table("device", "state", "")
    for name, state, answered, about in device_cells(document):
        wide.add_row(name, state, answered, about)
        narrow.add_row(name, _stacked(state, answered), about)
    return _Fitting(wide, narrow)


def channel_cells(document: Document) -> Iterator[Cells]:
    """Of each channel its name, state, job, take, coverage and last sight; "–" where there is none."""
    for channel in parts(document, "channels"):
        name, state, job, take, missing, verified = _channel(channel)
        yield tuple(cell or Text("–") for cell in (name, state, job, take, _said(missing), verified))


def device_cells(document: Document) -> Iterator[Cells]:
    """Of each device its name, state, last answer, and its address or what is wrong; the primaries first."""
    for group in ("primaries", "dvrs"):
        for name, device in part(document, group).items():
            state, age = text(device, "state"), number(device, "age")
            sign, style = _DEVICE.get(state, UNHEARD_OF)
            shown = Text(f"{sign} {state or 'unknown'}", style)
            answered = Text("never" if age is None else _ago(age))
            error = text(device, "error")
            yield (
                Text(clean(name), "bold"),
                shown,
                answered,
                Text(error or text(device, "url"), "" if error else "dim"),
            )


def _channel(channel: Document) -> Cells:
    return (
        Text(text(channel, "name"), "bold"),
        _state(channel),
        _job(channel),
        _take(channel),
        _missing(channel),
        _verified(channel) or drilled(channel),
    )


def _stacked(*cells: Text) -> Text:
    return Text("\n").join(cell for cell in cells if cell)


def _state(channel: Document) -> Text:
    """The document's own word for it; the sign says how bad it is, or what the source does."""
    phase, severity = text(channel, "phase"), text(channel, "severity")
    sign, style = PHASES.get(phase, UNHEARD_OF)
    is_held = text(channel, "mode") == "hold"
    if severity in (Severity.DEGRADED, Severity.CRITICAL):
        sign, style = SIGNS[severity]
    elif is_held:
        style = "cyan"
    shown = Text(f"{sign} {text(channel, 'word') or phase or 'Unknown'}", style)
    until = moment(part(channel, "hold"), "until") if is_held else None
    return shown.append("" if until is None else f"\nuntil {clock(until, seconds=False)}")


def _job(channel: Document) -> Text:
    job = part(channel, "job")
    if not job:
        return Text("–")
    shown = Text(job_name(job))
    if job.get("present") is False:
        shown.append(" (gone)", "dim")
    for waiting in parts(channel, "jobs_waiting"):
        shown.append(f"\n+ {job_name(waiting)}")
    return shown


def job_name(job: Document) -> str:
    return text(job, "basename") or f"job {text(job, 'id')} (no name yet)"


def _take(channel: Document) -> Text:
    name = text(part(channel, "take"), "name")
    running = text(channel, "recording")
    if running and running != name:
        return Text(f"{name}\n" if name else "").append(f"on the DVR: {running}", "magenta")
    return Text(name or "–")


def _verified(channel: Document) -> Text:
    verified = number(channel, "verified")
    return Text() if verified is None else Text(_ago(verified), "yellow" if verified > _STALE else "")


def _missing(channel: Document) -> Text:
    """How much of the running job is not on the backup."""
    coverage = part(channel, "coverage")
    missing = part(coverage, "missing")
    least, most = number(missing, "least"), number(missing, "most")
    if least is None or most is None:
        return Text()
    if coverage.get("whole") is True:
        return Text(_NOTHING) if texts(coverage, "files") else Text()
    if coverage.get("whole") is False:
        return Text(span(least), "yellow")
    if coverage.get("was_running") is True:
        return Text(_BEFORE, "yellow")
    return Text(f"up to {span(math.ceil(most))}", "yellow")


def _said(missing: Text) -> Text:
    """Where no head of a column says what it is."""
    is_amount = missing and missing.plain != _BEFORE
    return missing.copy().append(" missing") if is_amount else missing


def drilled(channel: Document) -> Text:
    """When the channel was drilled last, and what came of it."""
    drill = part(channel, "drill")
    when, sign = moment(drill, "when"), _DRILLED.get(text(drill, "result"))
    if when is None or sign is None:
        return Text()
    return Text(f"drilled {clock(when, seconds=False)} {sign[0]}", sign[1])


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        wide = column in ("job", "take", "job, take", "")
        table.add_column(column, overflow="fold", no_wrap=not wide)
    return table


def _ago(seconds: float) -> str:
    return f"{seconds:.1f} s ago" if 0 <= seconds < _STALE else f"{span(seconds)} ago"
