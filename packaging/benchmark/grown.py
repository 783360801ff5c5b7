"""How the costs grow with the site: recorders of ten channels each, polled every second, all used at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

from subjects import Vrmond, vrmond, wait_for
from table import Row
from world import World, world

_CHANNELS = 10  # of a recorder
_LASTS = 10.0  # seconds that a share of a core is measured for
_SETTLES = 3.0  # seconds after which what has just begun or ended is over
_PATIENCE = 120.0


def grown() -> Iterator[Row]:
    """The bars are those of a thousand channels, and a share of a core has its part of them."""
    for recorders in (20, 50, 100):
        part = recorders / 100
        with world(_CHANNELS, recorders) as one, vrmond(one, _CHANNELS) as daemon:
            site = f"{recorders * _CHANNELS} channels on {recorders} recorders"
            yield Row(f"{site}: CPU, idle", _share(daemon), "%", 12.0 * part)
            yield Row(f"{site}: all record", _all_at_once(one, recorders), "s", 8.0)
            yield Row(f"{site}: CPU, all recording", _share(daemon), "%", 20.0 * part)
            yield Row(f"{site}: memory", daemon.resident_mebibytes(), "MiB", 128.0)
            _end(one)
            with _busy(2):
                yield Row(f"{site}: all record, beside two spinners", _all_at_once(one, recorders), "s", 8.0)


def _share(daemon: Vrmond) -> float:
    """The part of a core that it takes, in per cent."""
    time.sleep(_SETTLES)
    began, used = time.monotonic(), daemon.cpu_seconds()
    time.sleep(_LASTS)
    return 100 * (daemon.cpu_seconds() - used) / (time.monotonic() - began)


def _all_at_once(one: World, recorders: int) -> float:
    """From the jobs' beginning, the wait for the next poll included."""
    began = time.monotonic()
    one.ask("start", _CHANNELS, int(began))
    wait_for(lambda: one.ask("running") == recorders * _CHANNELS, _PATIENCE)
    return time.monotonic() - began


def _end(one: World) -> None:
    one.ask("end")
    wait_for(lambda: one.ask("running") == 0, _PATIENCE)
    time.sleep(_SETTLES)


def _busy(cores: int) -> ExitStack:
    """So many processes that do nothing, as fast as they can."""
    stack = ExitStack()
    for _ in range(cores):
        process = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
        stack.callback(process.kill)
    return stack
