"""Two machines and the cable between them, in network namespaces of the test's own: the host keeps its own.

`on_two_machines` runs a function of a test's module on the near one, in a process of its own; the far one
serves HTTP, tells what it heard, and pulls the cable.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEAR, FAR = "enP2p1s0", "far0"  # an interface's name may have capitals
_NETWORK, _MAC = "10.99.0.", "02:00:00:00:00:0{}"
HOST, ZONED = f"{_NETWORK}2", "fe80::2"
PORT = 8080
PATIENCE = 60.0  # seconds
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--net", "--")


def on_two_machines(module: str, function: str) -> Any:
    """What the function gives, called with the Far; skips where no namespace can be had."""
    probe = [*_NAMESPACE, "ip", "link", "add", "near0", "type", "veth", "peer", "name", "peer0"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
        why = done.stderr.strip() if done.returncode else ""
    except FileNotFoundError as error:
        why = str(error)
    if why:
        pytest.skip(f"NOT TESTED, for no network namespace can be had here: {why}")
    done = subprocess.run(
        [*_NAMESPACE, sys.executable, "-m", "tests.world.cable", module, function],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class Far:
    """The other machine as the near one has it. `heard` are the request lines, as they come."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            ["unshare", "--net", "--", sys.executable, "-m", "tests.world.cable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        assert self._said.get(timeout=PATIENCE) == "ready"  # it is in its own namespace now
        near, far = ("address", _MAC.format(1)), ("address", _MAC.format(2))
        peer = ("peer", "name", FAR, *far, "netns", str(self._process.pid))
        _ip("link", "add", NEAR, *near, "type", "veth", *peer)
        _configure(NEAR, 1)
        self._ask("serve")

    def pull_cable(self) -> None:
        self._ask("pull")

    def plug_cable(self) -> None:
        self._ask("plug")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, wish: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{wish}\n")
        self._process.stdin.flush()
        assert self._said.get(timeout=PATIENCE) == wish

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            kind, _, text = line.rstrip("\n").partition(" ")
            (self.heard if kind == "heard" else self._said).put(text)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _configure(link: str, number: int) -> None:
    _ip("address", "add", f"{_NETWORK}{number}/24", "dev", link)
    _ip("-6", "address", "add", f"fe80::{number}/64", "dev", link, "nodad")
    _ip("link", "set", link, "up")
    # Without it what was sent last may wait up to 3 s for the other's hardware address, whoever sent it.
    other = 3 - number
    _ip("neigh", "add", f"{_NETWORK}{other}", "lladdr", _MAC.format(other), "dev", link, "nud", "permanent")


@contextlib.contextmanager
def _far() -> Iterator[Far]:
    far = Far()
    try:
        yield far
    finally:
        far.close()


def _be_far() -> None:
    """The far machine: does what its standard input says and tells on its standard output when it is done."""
    _tell("said ready")
    for line in sys.stdin:
        wish = line.strip()
        if wish == "serve":
            _configure(FAR, 2)
            listener = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)
            threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        else:
            _ip("link", "set", FAR, "down" if wish == "pull" else "up")
        _tell(f"said {wish}")


def _accept(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_serve, args=(sock,), daemon=True).start()


def _serve(sock: socket.socket) -> None:
    requests = sock.makefile("rb")
    with contextlib.suppress(OSError):
        while line := requests.readline():
            _tell(f"heard {line.decode().strip()}")
            while requests.readline().strip():
                pass
            sock.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"success": true}')


_telling = threading.Lock()


def _tell(line: str) -> None:
    with _telling:
        os.write(1, f"{line}\n".encode())


def _main(arguments: list[str]) -> None:
    if not arguments:
        _be_far()
        return
    module, function = arguments
    _ip("link", "set", "lo", "up")
    with _far() as far:
        print(json.dumps(getattr(importlib.import_module(module), function)(far)))


if __name__ == "__main__":
    _main(sys.argv[1:])
