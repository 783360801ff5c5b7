"""The real daemon as a process of its own, before simulated devices, with folders of its own.

with serving(PlayBox()) as playbox, serving(MovieRecorder()) as recorder:
    with running(tmp_path, playbox, recorder) as daemon:
        playbox.start_job(0, "SHOW.mxf")
        daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.world.unix_client import ask
from vrmon.simulator import MovieRecorder, PlayBox

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds: a test waits for what comes, and no longer; this is for what never does
VRMOND = ("-m", "vrmon.daemon")

Status = dict[str, Any]


class Running:
    """One vrmond with its folders below `folder`; `config` is its vrmon.toml, `socket` its Unix socket."""

    def __init__(
        self,
        folder: Path,
        text: str,
        environ: Mapping[str, str],
        arguments: Sequence[str],
        port: int,
        program: Sequence[str] = VRMOND,
    ) -> None:
        self.state = folder / "state"
        self.config = folder / "etc" / "vrmon.toml"
        self.socket = folder / "run" / "vrmon.sock"
        self.url = f"http://127.0.0.1:{port}"
        for one in (self.state, self.config.parent, self.socket.parent):
            one.mkdir(exist_ok=True, parents=True)
        self.config.write_text(text)
        self.environ = {
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(self.state),
            "RUNTIME_DIRECTORY": str(self.socket.parent),
            "CONFIGURATION_DIRECTORY": str(self.config.parent),
            **environ,
        }
        self.command = [sys.executable, *program, *arguments]
        self._log = folder / "log"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and return once it answers on its socket."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            code = self.process.poll()
            assert code is None, f"vrmond ended with {code}:\n{self.log()}"
            assert time.monotonic() < deadline, f"vrmond does not answer:\n{self.log()}"
            time.sleep(0.01)
        return self.process

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] in (200, 503)
        except OSError:
            return False

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET through the Unix socket."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of a POST through the Unix socket."""
        return self._ask("POST", path, body if body is not None else {})

    def status(self) -> Status:
        code, document = self.get("/status")
        assert code == 200, document
        return dict(document)

    def channel(self, name: str) -> Status:
        return channel(self.status(), name)

    def wait_for(self, condition: Callable[[Status], object]) -> Status:
        """The first status document that `condition` holds for; fails with the last one and the log."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status = self.status()
            if condition(status):
                return status
            assert time.monotonic() < deadline, (
                f"not within {PATIENCE:g} s:\n{json.dumps(status, indent=1)}\n{self.log()}"
            )
            time.sleep(0.02)

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send a signal that ends it, wait until it has ended, and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def restart(self, number: int = signal.SIGTERM) -> None:
        """End it, unless it has ended, and start it again on the same folders."""
        if self.process.poll() is None:
            self.kill(number)
        self.start()

    def peak_memory(self) -> float:
        """The most that it has had in memory so far, in MiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

    def log(self) -> str:
        """All that it has written to stdout and stderr, of every start."""
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def _ask(self, method: str, path: str, body: object) -> tuple[int, Any]:
        return ask(self.socket, method, path, body, PATIENCE)


@contextmanager
def running(
    folder: Path,
    *devices: PlayBox | MovieRecorder,
    text: str | None = None,
    environ: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    program: Sequence[str] = VRMOND,
    **options: Any,
) -> Iterator[Running]:
    """A vrmond that answers, until the block ends. `text` is its vrmon.toml, by default `toml(…)`.

    `options` are those of `toml`; `environ` comes on top of the few variables it has. `program` is what
    Python runs.
    """
    # While this one is bound, the system gives the port to nobody who asks for any.
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        if text is None:
            text = toml(folder, *devices, listen=f"127.0.0.1:{port}", **options)
        daemon = Running(folder, text, environ or {}, arguments, port, program)
        try:
            yield daemon
        finally:
            daemon.close()


def toml(
    folder: Path,
    *devices: PlayBox | MovieRecorder,
    listen: str = "",
    poll_interval: float = 0.1,
    timeout: float = 1.0,
    channels: int | None = None,
    sync: Mapping[str, float | str] | None = None,
    extra: str = "",
) -> str:
    """A vrmon.toml for these devices: certificates pinned, passwords in files of `folder`.

    They are called playbox, playbox2, … and movierecorder, movierecorder2, …; channel "PCR 1" mirrors the
    first ingest of the first PlayBox onto the first source of the first recorder, and so on; on the second
    recorder the same ingests are mirrored by "PCR 1 on movierecorder2", …
    """
    playboxes = [one for one in devices if isinstance(one, PlayBox)]
    recorders = [one for one in devices if isinstance(one, MovieRecorder)]
    # What a loaded machine is late by is no gap; tests of coverage name a tolerance of their own.
    usual: dict[str, float | str] = {
        "stop_delay": 0.3,
        "outage_hold": 3.0,
        "name_wait": 0.5,
        "gap_tolerance": 60.0,
    }
    common: dict[str, float | str] = {"poll_interval": poll_interval, "timeout": timeout}
    parts = [_table("[api]", {"listen": listen}), _table("[sync]", {**usual, **(sync or {})})]
    for device, name in (*_named("playbox", playboxes), *_named("movierecorder", recorders)):
        kind = "primary" if isinstance(device, PlayBox) else "dvr"
        keys: dict[str, float | str] = {"url": device.url, **common}
        if device.fingerprint:
            keys["tls"] = f"sha256:{device.fingerprint}"
        if isinstance(device, MovieRecorder) and device.password:
            secret = folder / f"{name}.password"
            secret.touch(0o600)
            secret.write_text(device.password)
            keys["password_file"] = str(secret)
        parts.append(_table(f"[{kind}.{name}]", keys))
    for recorder, dvr in _named("movierecorder", recorders):
        ingests = [(name, one) for playbox, name in _named("playbox", playboxes) for one in playbox.ingests]
        pairs = zip(ingests, [one.unique_id for one in recorder.sources], strict=False)
        for number, ((primary, ingest), source) in enumerate(list(pairs)[:channels], 1):
            name = f"PCR {number}" if recorder is recorders[0] else f"PCR {number} on {dvr}"
            keys = {"name": name, "primary": primary, "ingest": ingest, "dvr": dvr, "source": source}
            parts.append(_table("[[channel]]", keys))
    return "\n".join([*parts, extra])


def channel(status: Status, name: str) -> Status:
    """The channel of that name in a status document."""
    return dict(next(one for one in status["channels"] if one["name"] == name))


def _named(base: str, devices: Sequence[Any]) -> list[tuple[Any, str]]:
    return [(one, base if number == 1 else f"{base}{number}") for number, one in enumerate(devices, 1)]


def _table(header: str, keys: Mapping[str, float | str]) -> str:
    return "\n".join([header, *(f"{key} = {json.dumps(value)}" for key, value in keys.items()), ""])
