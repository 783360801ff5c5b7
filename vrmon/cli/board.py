"""The status document as an engineer reads it at 3 a.m.: the verdict, what to do, then everything.

State is always told by a sign and a word; colour only repeats it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vrmon.cli.document import clean, moment, number, part, parts, seconds_since, text
from vrmon.cli.news import SIGNS, UNHEARD_OF, clock, line
from vrmon.words import span

Document = dict[str, Any]

_HEALTH = {
    "ok": ("●", "OK", "bold green"),
    "degraded": ("▲", "DEGRADED", "bold yellow"),
    "critical": ("✖", "CRITICAL", "bold red"),
}
_PHASE = {
    "idle": ("○", "dim"),
    "starting": ("◌", "yellow"),
    "recording": ("●", "green"),
    "stopping": ("◌", "yellow"),
    "keeping": ("◐", "yellow"),
    "blocked": ("✖", "red"),
    "foreign": ("◇", "magenta"),
}
_DEVICE = {"ok": ("●", "green"), "unreachable": ("✖", "red"), "unknown": ("?", "yellow")}
_STALE = 10.0  # seconds after which a sight of the recording is no longer fresh


def board(document: Document, *, most: int | None = None, quiet: bool = True) -> RenderableType:
    """Everything, or the `most` worst problems; idle channels that are well only if `quiet`."""
    now = moment(document, "now")
    problems, devices = parts(document, "problems"), _devices(document)
    channels = parts(document, "channels")
    shown = [one for one in channels if quiet or not _is_quiet(one)]
    rows: list[RenderableType] = [_headline(document)]
    rows += [_problem(one, now) for one in problems[:most]]
    if most is not None and len(problems) > most:
        rows.append(Text(f"  All {len(problems)} problems: vrmon status", "dim"))
    rows += [Text(), _channels(shown)] if shown else []
    if len(shown) < len(channels):
        rows.append(Text(f"Not shown, for idle and without a problem: {len(channels) - len(shown)}", "dim"))
    rows += [Text(), devices] if devices.row_count else []
    return Group(*rows, *_unmapped(document))


def fitted(document: Document, screen: Console, room: int) -> RenderableType:
    """The board in `room` lines of the screen, as far as it can be: what matters least is left out first."""
    shown: RenderableType = board(document)
    for most, quiet in ((None, False), (6, False), (3, False), (2, False), (1, False)):
        if len(screen.render_lines(shown, pad=False)) <= room:
            break
        shown = board(document, most=most, quiet=quiet)
    return shown


def lately(document: Document, count: int) -> RenderableType:
    """The last events, the newest first."""
    newest = [*reversed(parts(document, "recent"))][:count]
    return Group(Text(), *map(line, newest)) if newest else Group()


def _is_quiet(channel: Document) -> bool:
    return text(channel, "phase") == "idle" and not part(channel, "problem")


def _headline(document: Document) -> Text:
    health = text(document, "health")
    sign, word, style = _HEALTH.get(health, ("?", health.upper() or "UNKNOWN", "bold yellow"))
    uptime = number(document, "uptime")
    head = Text(f"{sign} {word}", style)
    # What follows the semicolon is the worst problem, which stands below with its hint.
    head.append(f"  {text(document, 'summary').partition(';')[0] or 'no summary'}", "bold")
    about = f"  vrmon {text(document, 'version')}".rstrip()
    return head.append(about if uptime is None else f"{about}, up {span(uptime)}", "dim")


def _problem(problem: Document, now: datetime | None) -> RenderableType:
    sign, style = SIGNS.get(text(problem, "severity"), UNHEARD_OF)
    lasted = seconds_since(problem, "since", now)
    head = Text(f"{sign} {text(problem, 'severity')}  ", style)
    head.append(text(problem, "subject"), "bold")
    head.append(f"  {text(problem, 'message')}")
    if lasted is not None:
        head.append(f" (for {span(lasted)})", "dim")
    hint = text(problem, "hint")
    lines = [_indented(head, 2), *([_indented(Text(f"→ {hint}"), 6)] if hint else [])]
    return Group(*lines)


def _indented(shown: Text, by: int) -> Padding:
    return Padding(shown, (0, 0, 0, by), expand=False)


def _channels(channels: list[Document]) -> Table:
    table = _table("channel", "phase", "job", "take", "verified")
    for channel in channels:
        verified = number(channel, "verified")
        table.add_row(
            Text(text(channel, "name"), "bold"),
            _phase(channel),
            _job(channel),
            _take(channel),
            "–" if verified is None else Text(_ago(verified), "yellow" if verified > _STALE else ""),
        )
    return table


def _phase(channel: Document) -> Text:
    phase = text(channel, "phase")
    sign, style = _PHASE.get(phase, UNHEARD_OF)
    severity = text(part(channel, "problem"), "severity")
    if severity in ("degraded", "critical"):
        sign, style = SIGNS[severity]
    shown = Text(f"{sign} {phase or 'unknown'}", style)
    if text(channel, "mode") == "hold":
        until = moment(part(channel, "hold"), "until")
        shown.append("\non hold", "cyan")
        shown.append("" if until is None else f" until\n{clock(until, seconds=False)}", "cyan")
    return shown


def _job(channel: Document) -> Text:
    job = part(channel, "job")
    if not job:
        return Text("–")
    shown = Text(_job_name(job))
    if job.get("present") is False:
        shown.append(" (gone)", "dim")
    for waiting in parts(channel, "jobs_waiting"):
        shown.append(f"\n+ {_job_name(waiting)}")
    return shown


def _job_name(job: Document) -> str:
    return text(job, "basename") or f"job {text(job, 'id')} (no name yet)"


def _take(channel: Document) -> Text:
    name = text(part(channel, "take"), "name")
    running = text(channel, "recording")
    if running and running != name:
        return Text(f"{name}\n" if name else "").append(f"on the DVR: {running}", "magenta")
    return Text(name or "–")


def _devices(document: Document) -> Table:
    table = _table("device", "state", "answered", "")
    for group in ("primaries", "dvrs"):
        for name, device in part(document, group).items():
            state, age = text(device, "state"), number(device, "age")
            sign, style = _DEVICE.get(state, UNHEARD_OF)
            table.add_row(
                Text(clean(name), "bold"),
                Text(f"{sign} {state or 'unknown'}", style),
                "never" if age is None else _ago(age),
                Text(text(device, "error") or text(device, "url"), "" if text(device, "error") else "dim"),
            )
    return table


def _unmapped(document: Document) -> list[RenderableType]:
    return [
        Text(f"  {text(one, 'primary')} runs {_job_name(one)} on {text(one, 'ingest')}: no channel has it")
        for one in parts(document, "unmapped")
    ]


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        wide = column in ("job", "take", "")
        table.add_column(column, overflow="fold", no_wrap=not wide)
    return table


def _ago(seconds: float) -> str:
    return f"{seconds:.1f} s ago" if 0 <= seconds < _STALE else f"{span(seconds)} ago"
