"""`vrmon test-alarm`: vrmon-alarm sends a test on every way, and says whether it was delivered."""

from __future__ import annotations

from argparse import Namespace

from rich.text import Text

from vrmon.cli.alarm_door import asked
from vrmon.cli.lenient import number, text
from vrmon.cli.terminal import console, print_json, print_line

_PATIENCE = 100.0  # seconds; a try ends after 20, but may wait its turn


def run(options: Namespace) -> int:
    """0 when every way works, 1 when one does not or there is none."""
    out, tried = console(), []
    for one in asked(options, "test", _PATIENCE):
        tried.append(one)
        if options.json:
            print_json(one)
            continue
        way, why, took = text(one, "way"), text(one, "why"), number(one, "took") or 0.0
        if why:
            print_line(out, Text(f"✖ {way} {why.rstrip('.')}.", "red"))
        else:
            print_line(out, Text(f"● {way}", "green").append(f" delivered in {took:.1f} s", "default"))
    if not tried and not options.json:
        print("Nobody is told of problems: [alarm] of vrmon.toml names no way.")
    return 0 if tried and not any(text(one, "why") for one in tried) else 1
