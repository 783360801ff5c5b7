"""`vrmon alarms`: what vrmon-alarm told, when and to whom, and what did not get through."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from rich.text import Text

from vrmon.cli.alarm_door import asked
from vrmon.cli.lenient import moment, number, text
from vrmon.cli.news import SIGNS, UNHEARD_OF, clock
from vrmon.cli.terminal import console, print_json, print_line

_PATIENCE = 10.0


def run(options: Namespace) -> int:
    out = console()
    told = list(asked(options, "alarms", _PATIENCE))
    for entry in told[-options.most :] if options.most else told:
        if options.json:
            print_json(entry)
        else:
            print_line(out, line(entry))
    if not told and not options.json:
        print("Nobody has been told of anything yet.")
    return 0


def line(entry: dict[str, Any]) -> Text:
    """When, on which way, of what; and why it did not get through, if it did not."""
    sign, style = SIGNS.get(text(entry, "severity"), UNHEARD_OF)
    about = f"{text(entry, 'subject')}  {text(entry, 'message')}".strip()
    shown = Text(f"{clock(moment(entry, 'time'))}  ", "dim")
    shown.append(f"{sign} {text(entry, 'event')}", style).append(f"  {about}  ")
    if entry.get("delivered") is True:
        return shown.append(f"→ {text(entry, 'way')}", "green")
    tries = number(entry, "tries") or 1
    times = f" ({tries:.0f} times)" if tries > 1 else ""
    return shown.append(f"not delivered: {text(entry, 'way')} {text(entry, 'why')}{times}", "red")
