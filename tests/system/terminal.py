"""A shell at a terminal of the machine, and somebody who types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.system.machine import Machine


class Terminal:
    """`shown` is all that the terminal has shown so far."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.shown = ""

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str, timeout: float = 60.0) -> None:
        """Until `text` is the last that is shown."""
        deadline = time.monotonic() + timeout
        while not self.shown.endswith(text):
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} is not at the end of {self.shown!r}"
            if select.select([self._descriptor], [], [], left)[0]:
                shown = os.read(self._descriptor, 4096).decode(errors="replace")
                self.shown += shown.replace("\a", "")  # the bell, for a choice of several


@contextmanager
def interactive_shell(machine: Machine, user: str) -> Iterator[Terminal]:
    """A login shell, once it has shown its prompt; the end of what it shows is "$ ", or "# " for root."""
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["setsid", "--ctty", *machine.inside(), "runuser", "--login", user],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"TERM": "dumb", "LC_ALL": "C.UTF-8", "PATH": os.defpath + ":/usr/sbin:/sbin"},
    )
    try:
        terminal = Terminal(ours)
        terminal.wait_for("# " if user == "root" else "$ ")
        yield terminal
    finally:
        shell.kill()
        shell.wait()
        os.close(theirs)
        os.close(ours)
