"""vrmond on a machine whose clock is wrong."""

from __future__ import annotations

from pathlib import Path

WRONG = """
import sys, time
true_time, file = time.time, sys.argv.pop(1)
time.time = lambda: true_time() + float(open(file).read())
from vrmon.daemon.__main__ import main
sys.exit(main())
"""
"""What Python runs, as in ("-c", WRONG, FILE): vrmond with a clock that is wrong by the seconds in a file."""


def set_wrong(clock: Path, seconds: float) -> None:
    """In one step: vrmond may be looking at this moment."""
    clock.with_suffix(".new").write_text(str(seconds))
    clock.with_suffix(".new").rename(clock)
