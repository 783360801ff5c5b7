"""The real vrmon-alarm as a process of its own, before a vrmond, real or played."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.world import scenes
from tests.world.api_server import Server
from vrmon.alarm.door import ask

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


class Alarming:
    """One vrmon-alarm with its folders below `folder`, asking the vrmond that listens on `socket`."""

    def __init__(self, folder: Path, text: str, socket: Path, environ: Mapping[str, str]) -> None:
        self.config = folder / "alarm-etc" / "vrmon.toml"
        self.state = folder / "alarm-state"
        self.door = folder / "alarm.sock"
        for one in (self.config.parent, self.state):
            one.mkdir(exist_ok=True)
        self.config.write_text(text)
        self.environ = {
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(self.state),
            "CONFIGURATION_DIRECTORY": str(self.config.parent),
            "VRMON_ALARM_SOCKET": str(self.door),
            **environ,
        }
        self._socket = socket
        self._log = folder / "alarm-log"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        self.door.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vrmon.alarm", "--socket", str(self._socket)],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_for(self.door.is_socket)
        return self.process

    def wait_for(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"it has ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"not within {PATIENCE:g} s:\n{self.log()}"
            time.sleep(0.02)

    def told(self) -> list[dict[str, Any]]:
        """Its record."""
        return list(ask(self.door, "alarms", PATIENCE))

    def test(self) -> dict[str, str]:
        """What came of a test of each way."""
        return {one["way"]: one["why"] for one in ask(self.door, "test", PATIENCE)}

    def kill(self, number: int = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(PATIENCE)


@contextmanager
def alarming(
    folder: Path, text: str, socket: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Alarming]:
    alarm = Alarming(folder, text, socket, environ or {})
    try:
        yield alarm
    finally:
        alarm.close()


def show(server: Server, *problems: tuple[str, str, str]) -> None:
    """What the played vrmond tells from now on: problems of these codes, subjects and severities."""
    since = scenes.rfc3339()
    server.backend.document = {
        **server.backend.document,
        "problems": [
            {
                "code": code,
                "subject": subject,
                "severity": severity,
                "message": f"{subject} has {code}.",
                "hint": "",
                "since": since,
                "cause": None,
            }
            for code, subject, severity in problems
        ],
    }


def settings(**keys: str) -> str:
    """An [alarm] table that hurries; the values as TOML writes them."""
    usual = {"after": "{ critical = 0.0, degraded = 1.0 }", "silent_after": "5.0"}
    return "\n".join(["[alarm]", *(f"{key} = {value}" for key, value in {**usual, **keys}.items()), ""])


def secret(file: Path, text: str) -> str:
    """A file that only its owner can read, as TOML names it."""
    file.touch(0o600)
    file.write_text(text)
    return f'"{file}"'
