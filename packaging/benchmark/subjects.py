"""What is measured: vrmond as a process, and the sequential way of working that it replaces."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from world import World

from tests.world.unix_client import ask

_TICKS = os.sysconf("SC_CLK_TCK")


class Vrmond:
    """A running vrmond and its address."""

    def __init__(self, pid: int, port: int, folder: Path) -> None:
        self.pid = pid
        self.port = port
        self.socket = folder / "vrmon.sock"
        self.session = requests.Session()
        self.session.trust_env = False

    def status(self) -> dict[str, Any]:
        document: dict[str, Any] = self.session.get(f"http://127.0.0.1:{self.port}/status", timeout=10).json()
        return document

    def status_locally(self) -> None:
        """The same over the Unix socket."""
        ask(self.socket, "GET", "/status", timeout=30)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_mebibytes(self) -> float:
        return self._mebibytes("VmRSS:")

    def peak_mebibytes(self) -> float:
        return self._mebibytes("VmHWM:")

    def _mebibytes(self, key: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024


@contextmanager
def vrmond(
    world: World, channels: int, interval: float = 1.0, extra: str = "", history: Path | None = None
) -> Iterator[Vrmond]:
    """Every ingest on the source of its number, on every recorder. `extra` of vrmon.toml; `history`: the file
    that it finds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "vrmon.toml").write_text(_configuration(world, channels, interval, port) + extra)
        if history is not None:
            history.rename(Path(folder, "history.db"))
        folders = {f"{name}_DIRECTORY": folder for name in ("STATE", "RUNTIME", "CONFIGURATION")}
        command = [sys.executable, "-m", "vrmon.daemon"]
        with subprocess.Popen(command, env={**os.environ, **folders}, stderr=subprocess.DEVNULL) as process:
            daemon = Vrmond(process.pid, port, Path(folder))
            try:
                wait_for(lambda: _ready(daemon))
                yield daemon
            finally:
                process.terminate()


def _ready(daemon: Vrmond) -> bool:
    try:
        status = daemon.status()
    except requests.ConnectionError:
        return False
    return all(one["last_ok"] for one in (*status["primaries"].values(), *status["dvrs"].values()))


def _configuration(world: World, channels: int, interval: float, port: int) -> str:
    lines = [f'[api]\nlisten = "127.0.0.1:{port}"\n']
    lines += [f'[primary.playbox]\nurl = "{world.playbox}"\npoll_interval = {interval}\n']
    for number, url in enumerate(world.recorders):
        lines += [f'[dvr.mac{number}]\nurl = "{url}"\npoll_interval = {interval}\n']
        lines += [
            f'[[channel]]\nname = "PCR {n} on {number}"\ningest = "{ingest}"\n'
            f'source = {n}\ndvr = "mac{number}"\n'
            for n, ingest in enumerate(world.ask("ingests")[:channels])
        ]
    return "\n".join(lines)


@contextmanager
def sequential(world: World, channels: int, interval: float = 1.0) -> Iterator[None]:
    """One thread that does one request after another, each on a connection of its own, as the old one did."""
    over = threading.Event()
    thread = threading.Thread(target=_work_through, args=(world, channels, interval, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _work_through(world: World, channels: int, interval: float, over: threading.Event) -> None:
    ingests = world.ask("ingests")[:channels]
    sources = [one["unique_id"] for one in _get(f"{world.recorders[0]}/sources")]
    known: set[str] = set()
    while not over.wait(interval):
        for entry in _get(f"{world.playbox}/ingests/activejobsinfo"):
            for job in entry["activeJobsInfo"]:
                if job["id"] in known or over.is_set():
                    continue
                known.add(job["id"])
                files = _get(f"{world.playbox}/ingests/{entry['ingestId']}/jobs/{job['id']}/files")
                source = f"{world.recorders[0]}/sources/{quote(sources[ingests.index(entry['ingestId'])])}"
                name = next(one["fileName"] for one in files["data"] if one["presetTag"] == "Primary")
                requests.put(f"{source}/recording_name", json={"recording_name": name}, timeout=10)
                _get(f"{source}/record")


def _get(url: str) -> Any:
    return requests.get(url, timeout=10).json()


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("The benchmark has waited in vain.")
        time.sleep(0.02)
