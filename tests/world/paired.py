"""Two vrmonds of one pair before the same simulated devices, and a real etcd between them.

with paired(tmp_path, etcds) as here:
    job = here.playbox.start_job(0, "SHOW.mxf")
    here.leader().wait_for(lambda status: is_in(status, "PCR 1", "recording"))
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world.etcds import Etcds
from tests.world.mirror import wait
from tests.world.running import VRMOND, Running, Status, running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving


@dataclass
class Paired:
    """`hosts`: vrmond "a" and "b". Channel "PCR n" mirrors ingest n-1 onto source n-1."""

    playbox: PlayBox
    recorder: MovieRecorder
    hosts: dict[str, Running]

    def pair(self, node: str) -> Status:
        return dict(self.hosts[node].status()["pair"])

    def wait_for_role(self, node: str, role: str) -> None:
        self.hosts[node].wait_for(lambda status: status["pair"]["role"] == role)

    def wait_until_both_know(self) -> tuple[str, str]:
        """The leader and the standby, once each has heard of the other."""
        found: list[tuple[str, str]] = []

        def is_settled() -> bool:
            told = {node: self.pair(node) for node in self.hosts}
            roles = {node: one["role"] for node, one in told.items()}
            if sorted(roles.values()) != ["leader", "standby"]:
                return False
            leader, standby = sorted(roles, key=lambda node: roles[node])
            found[:] = [(leader, standby)]
            heard = told[leader]["peer"]["role"], told[standby]["peer"]["role"]
            return heard == ("standby", "leader") and bool(told[standby]["leader"] == leader)

        wait(is_settled, "one that leads and one that stands by")
        return found[0]

    def takes(self) -> list[tuple[str, bool]]:
        """Name of each take there ever was, and whether it runs."""
        return [(one.name, one.ended is None) for one in self.recorder.takes]


@contextmanager
def paired(
    folder: Path,
    etcd: Etcds,
    site: str,
    *,
    size: int = 2,
    ttl: float = 2.0,
    program: Sequence[str] = VRMOND,
    **options: Any,
) -> Iterator[Paired]:
    """`program` is what Python runs; `options` are those of `toml`."""
    with ExitStack() as stack:
        playbox, recorder = PlayBox(size), MovieRecorder(size)
        stack.enter_context(serving(playbox))
        stack.enter_context(serving(recorder))
        # While they are bound, the system gives the ports to nobody who asks for any.
        ports = {node: _reserved(stack) for node in ("a", "b")}
        hosts: dict[str, Running] = {}
        for node, other in (("a", "b"), ("b", "a")):
            extra = "\n".join(
                [
                    "[pair]",
                    f'site = "{site}"',
                    f'node = "{node}"',
                    f"etcd = {list(etcd.urls)!r}",
                    f'peer = "http://127.0.0.1:{ports[other]}"',
                    f"ttl = {ttl}",
                ]
            )
            text = toml(folder, playbox, recorder, listen=f"127.0.0.1:{ports[node]}", extra=extra, **options)
            hosts[node] = stack.enter_context(running(folder / node, text=text, program=program))
        yield Paired(playbox, recorder, hosts)


def _reserved(stack: ExitStack) -> int:
    reserved = stack.enter_context(socket.socket())
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    port: int = reserved.getsockname()[1]
    return port
