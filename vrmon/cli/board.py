"""The status document as an engineer reads it at 3 a.m.: the verdict, what to do, then everything.

State is always told by a sign and a word; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from vrmon.cli import tables
from vrmon.cli.lenient import clean, moment, number, part, parts, seconds_since, text
from vrmon.cli.news import SIGNS, UNHEARD_OF, clock, line
from vrmon.cli.pair_told import summary
from vrmon.cli.tables import job_name
from vrmon.model import Health, Phase
from vrmon.text import span

Document = dict[str, Any]

_NAMED = 6  # channels of one cause

_HEALTH: dict[str, tuple[str, str]] = {
    Health.OK: ("●", "bold green"),
    Health.DEGRADED: ("▲", "bold yellow"),
    Health.CRITICAL: ("✖", "bold red"),
}


def board(document: Document, *, most: int | None = None, quiet: bool = True) -> RenderableType:
    """Everything, or the `most` worst problems; idle channels that are well only if `quiet`."""
    now = moment(document, "now")
    problems = _problems(document)
    channels = parts(document, "channels")
    shown = [one for one in channels if quiet or not _is_quiet(one)]
    rows: list[RenderableType] = [_headline(document), *_pair(document)]
    rows += [_problem(one, now) for one in problems[:most]]
    if most is not None and len(problems) > most:
        rows.append(Text(f"  All {len(problems)} problems: vrmon status", "dim"))
    rows += [Text(), tables.channels(shown)] if shown else []
    if len(shown) < len(channels):
        rows.append(Text(f"Not shown, for idle and without a problem: {len(channels) - len(shown)}", "dim"))
    rows += [Text(), tables.devices(document)] if tables.has_devices(document) else []
    return Group(*rows, *_unmapped(document))


def lines(document: Document) -> Iterator[Text]:
    """Everything for a pipe: a line for each thing, its parts two spaces apart."""
    now = moment(document, "now")
    yield _headline(document)
    yield from _pair(document)
    for problem in _problems(document):
        hint, whom = text(problem, "hint"), _whom(problem, None)
        yield _told(problem, now).append(f" → {hint}" if hint else "").append(f" [{whom}]" if whom else "")
    for cells in (*tables.channel_cells(document), *tables.device_cells(document)):
        yield Text("  ").join(Text(", ").join(cell.split("\n")) for cell in cells)
    yield from _unmapped(document)


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
    """Whether it does nothing, and nothing is the matter with the channel itself."""
    problem = part(channel, "problem")
    has_none = not problem or text(problem, "subject") != text(channel, "name")
    return text(channel, "phase") == Phase.IDLE and has_none


def _headline(document: Document) -> Text:
    health = text(document, "health")
    sign, style = _HEALTH.get(health, ("?", "bold yellow"))
    uptime = number(document, "uptime")
    head = Text(f"{sign} {text(document, 'word') or health or 'Unknown'}", style)
    # What follows the semicolon is the worst problem, which stands below with its hint.
    head.append(f"  {text(document, 'summary').partition(';')[0] or 'no summary'}", "bold")
    about = f"  vrmon {text(document, 'version')}".rstrip()
    return head.append(about if uptime is None else f"{about}, up {span(uptime)}", "dim")


def _problems(document: Document) -> list[Document]:
    """One for each cause; what follows from it is told with it."""
    return parts(document, "causes") or parts(document, "problems")


def _problem(problem: Document, now: datetime | None) -> RenderableType:
    hint = text(problem, "hint")
    more = [_indented(Text(f"→ {hint}"), 6)] if hint else []
    if whom := _whom(problem, _NAMED):
        more.append(_indented(Text(whom, "dim"), 8))
    return Group(_indented(_told(problem, now), 2), *more)


def _told(problem: Document, now: datetime | None) -> Text:
    sign, style = SIGNS.get(text(problem, "severity"), UNHEARD_OF)
    lasted = seconds_since(problem, "since", now)
    head = Text(f"{sign} {text(problem, 'severity')}  ", style)
    subject, message = text(problem, "subject"), text(problem, "message")
    if not message.startswith(f"{subject} "):
        head.append(f"{subject}  ", "bold")
    head.append(message)
    if lasted is not None:
        head.append(f" (for {span(lasted)})", "dim")
    known = part(problem, "acknowledged")
    if known:
        head.append(f" {acknowledged(known)}", "cyan")
    return head


def acknowledged(known: Document) -> str:
    """Who knows of the problem, and until when."""
    until, note = moment(known, "until"), text(known, "note")
    about = f"acknowledged by {text(known, 'by')}"
    about = about if until is None else f"{about} until {clock(until, seconds=False)}"
    return f"({about}: {note})" if note else f"({about})"


def _whom(problem: Document, most: int | None) -> str:
    """The channels that a cause is about beside its subject: all, or the first `most`."""
    names = [clean(str(one)) for one in problem.get("channels") or [] if isinstance(one, str)]
    if set(names) <= {text(problem, "subject")}:
        return ""
    more = f" + {len(names) - most} more" if most is not None and len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _pair(document: Document) -> list[Text]:
    """Of two hosts, which leads."""
    told = part(document, "pair")
    return [Text(f"  {summary(told)}", "dim")] if told else []


def _indented(shown: Text, by: int) -> Padding:
    return Padding(shown, (0, 0, 0, by), expand=False)


def _unmapped(document: Document) -> list[Text]:
    return [
        Text(
            f"  {text(one, 'primary')} runs {job_name(one)} on {text(one, 'ingest')}: no channel backs it up"
        )
        for one in parts(document, "unmapped")
    ]
