"""Real etcds on loopback, of one member or three, each in a folder of its own."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_PATIENCE = 60.0


class Member:
    """One etcd. `stop` and `go_on` freeze it."""

    def __init__(self, name: str, url: str, arguments: list[str], folder: Path) -> None:
        self.name = name
        self.url = url
        self._arguments = arguments
        self._folder = folder
        self._log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._arguments, stdout=log, stderr=log)

    def end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait(_PATIENCE)

    def forget(self) -> None:
        """End, and lose all that it knew."""
        self.end()
        shutil.rmtree(self._folder / self.name)

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2.0) as answer:
                return json.load(answer).get("health") in ("true", True)
        except (OSError, ValueError):
            return False


class Etcds:
    """The members of one etcd."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(one.url for one in self.members)

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + _PATIENCE
        while not all(one.is_well() for one in self.members if one.process is not None):
            assert time.monotonic() < deadline, "etcd does not come up"
            time.sleep(0.05)


@contextmanager
def etcds(folder: Path, count: int = 1, *options: str) -> Iterator[Etcds]:
    """`options` are etcd's own. It is one of the packages that the tests need."""
    program = shutil.which("etcd")
    assert program is not None, "install etcd-server"
    with ExitStack() as kept:
        ports = [_free_port(kept) for _ in range(2 * count)]
    peers = [f"http://127.0.0.1:{port}" for port in ports[count:]]
    cluster = ",".join(f"m{n}={url}" for n, url in enumerate(peers))
    members = []
    for n, peer in enumerate(peers):
        url = f"http://127.0.0.1:{ports[n]}"
        arguments = [
            *(program, "--name", f"m{n}", "--data-dir", str(folder / f"m{n}")),
            *("--listen-client-urls", url, "--advertise-client-urls", url),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", cluster, "--initial-cluster-token", folder.name),
            *("--log-level", "error", *options),
        ]
        members.append(Member(f"m{n}", url, arguments, folder))
    made = Etcds(members)
    try:
        for one in members:
            one.start()
        made.wait()
        yield made
    finally:
        for one in members:
            one.end()


def _free_port(kept: ExitStack) -> int:
    taken = kept.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    port: int = taken.getsockname()[1]
    return port
