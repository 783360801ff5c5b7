"""vrmond on a machine whose clock is wrong."""

from __future__ import annotations

from pathlib import Path

WRONG = """
import pathlib, sys, time
true_time, file = time.time, sys.argv.pop(1)
time.time = lambda: true_time() + float(open(file).read())
from vrmon.daemon import clock
if (boot := pathlib.Path(file).with_suffix(".boot")).exists():
    clock._BOOT = boot
from vrmon.daemon.__main__ import main
sys.exit(main())
"""
"""What Python runs, as in ("-c", WRONG, FILE): vrmond with a clock that is wrong by the seconds in a file. It
takes the machine for another boot where `set_booted` says so."""


def set_wrong(clock: Path, seconds: float) -> None:
    """In one step: vrmond may be looking at this moment."""
    clock.with_suffix(".new").write_text(str(seconds))
    clock.with_suffix(".new").rename(clock)


def set_booted(clock: Path, boot: str) -> None:
    """From its next start on vrmond finds this boot's id."""
    clock.with_suffix(".boot").write_text(boot)
