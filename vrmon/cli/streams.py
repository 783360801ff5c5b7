"""Standard input, output and error, of which each may be closed, full, or read by nobody any more."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TextIO, cast

from vrmon.cli import signs


def prepare() -> None:
    """What is closed holds nothing and takes everything; what a stream cannot spell it has a sign for."""
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = sys.stdout or _nothing("w")
    sys.stderr = sys.stderr or _nothing("w")
    signs.register()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Neither a terminal's encoding nor a device's odd character is a reason to fail at 3 a.m.
            stream.reconfigure(errors=signs.NAME)


def _nothing(mode: str) -> TextIO:
    return cast(TextIO, Path(os.devnull).open(mode))


def complain(text: str) -> None:
    """On standard error, where that can be written: the exit status is what counts."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        drop(sys.stderr)


def drop(stream: TextIO) -> None:
    """Nobody gets what is left in it: Python would complain once more when it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
