"""The vrmon command as a user runs it: a process, in a pipe or on a terminal."""

from __future__ import annotations

import atexit
import codecs
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds
INTERRUPTIBLE = ("env", "--default-signal=INT")
"""Before a program: Ctrl-C reaches it, also from tests in the background, which ignore it themselves."""
COMMAND = (*INTERRUPTIBLE, sys.executable, "-m", "vrmon")
COMMAND_FOR_ALL = (os.path.realpath(sys.executable), "-m", "vrmon")
ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "80"}
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()].)")


def vrmon(
    *arguments: str | Path, environ: Mapping[str, str] | None = None, stdin: str = "", user: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The command, run to its end in pipes."""
    return subprocess.run(
        [*(COMMAND if user is None else COMMAND_FOR_ALL), *map(str, arguments)],
        check=False,
        cwd=ROOT if user is None else tree_for_all(),
        env={**ENVIRON, **(environ or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        user=user,
        group="nogroup" if user else None,
        extra_groups=[] if user else None,
    )


@cache
def tree_for_all() -> Path:
    """A copy of vrmon that every user may read: where this one lies is its owner's affair."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    shutil.copytree(ROOT / "vrmon", folder / "vrmon", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return folder


class Terminal:
    """A process on a terminal of its own, of `lines` by `columns`."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self.raw = ""
        self._screen = screen
        # A character may come in two pieces.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def see(self, pattern: str, timeout: float = PATIENCE) -> str:
        """Everything printed since the last call, up to where `pattern` is first found; colours removed."""
        deadline = time.monotonic() + timeout
        seen = ""
        while re.search(pattern, _ESCAPE.sub("", seen)) is None:
            assert time.monotonic() < deadline, (
                f"{pattern!r} is not seen in:\n{_ESCAPE.sub('', seen)[-4000:]}"
            )
            piece = self._read()
            assert piece is not None, f"it ended without {pattern!r}:\n{_ESCAPE.sub('', seen)[-4000:]}"
            seen += piece
        return _ESCAPE.sub("", seen)

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def rest(self) -> str:
        """What it prints until it ends, colours removed."""
        seen = ""
        deadline = time.monotonic() + PATIENCE
        while (piece := self._read()) is not None:
            assert time.monotonic() < deadline, "it does not end"
            seen += piece
        return _ESCAPE.sub("", seen)

    def _read(self) -> str | None:
        """A piece, "" when none came for a moment, None at the end."""
        if not select.select([self._screen], [], [], 0.1)[0]:
            return ""
        try:
            printed = os.read(self._screen, 65536)
        except OSError:
            return None
        if not printed:
            return None
        piece = self._decoder.decode(printed)
        self.raw += piece
        return piece


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def on_terminal(
    *arguments: str | Path, environ: Mapping[str, str] | None = None, lines: int = 40, columns: int = 100
) -> Iterator[Terminal]:
    """The command on a terminal, as whose foreground job it gets Ctrl-C; killed if it outlives the block."""
    screen, tty = pty.openpty()
    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
    plain = {key: value for key, value in ENVIRON.items() if key != "COLUMNS"}
    process = subprocess.Popen(
        ["setsid", "--ctty", *COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env={**plain, "TERM": "xterm-256color", **(environ or {})},
        stdin=tty,
        stdout=tty,
        stderr=tty,
    )
    os.close(tty)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)
