"""Two vrmonds that are a pair, each on its host beside its etcd, and the devices that both watch."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.two_hosts.cluster import Cluster
from tests.two_hosts.network import Host, Net
from tests.two_hosts.reigns import Reigns, reigns
from tests.world.clock import set_wrong
from tests.world.mirror import COMMANDS, wait
from tests.world.running import ROOT, Running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving

TTL = 3.0  # seconds
CHANNELS = 6
_PORT = 8001
_ON_A_HOST = """
import ctypes, os, sys, time
namespace, file = sys.argv.pop(1), sys.argv.pop(1)
with open(namespace) as there:
    assert ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0x40000000) == 0, ctypes.get_errno()
true_time = time.time
time.time = lambda: true_time() + float(open(file).read())
from vrmon.daemon.__main__ import main
sys.exit(main())
"""


class Node:
    """A vrmond of the pair; `name` is its host's."""

    def __init__(
        self, host: Host, other: Host, folder: Path, etcd: Cluster, devices: tuple[PlayBox, MovieRecorder]
    ) -> None:
        self.host = host
        self.name = host.name
        self.address = host.address(Net.DEVICES)
        self._clock = folder / "clock"
        folder.mkdir()
        set_wrong(self._clock, 0)
        certificate, key = etcd.cert
        pair = "\n".join(
            [
                "[pair]",
                'site = "studio"',
                f'node = "{host.name}"',
                f"etcd = {[member.url for member in etcd.members]}".replace("'", '"'),
                f'peer = "http://{other.address(Net.DEVICES)}:{_PORT}"',
                f"ttl = {TTL}",
                f'ca_file = "{etcd.verify}"',
                f'certificate_file = "{certificate}"',
                f'key_file = "{key}"',
            ]
        )
        text = toml(folder, *devices, listen=f"{self.address}:{_PORT}", poll_interval=0.3, extra=pair)
        program = ("-c", _ON_A_HOST, f"/run/netns/{host.namespace}", str(self._clock))
        self.daemon = Running(folder, text, {}, (), _PORT, program)

    def step_clock(self, seconds: float) -> None:
        """From here on its clock is wrong by so much, in one step."""
        set_wrong(self._clock, seconds)

    def role(self) -> str:
        """ "" where it does not say."""
        if self.daemon.process.poll() is not None:
            return ""
        pair = self.daemon.status().get("pair") or {}
        return str(pair.get("role", ""))

    def vrmon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, on this host."""
        command = [sys.executable, "-m", "vrmon", *arguments, "--socket", str(self.daemon.socket)]
        return subprocess.run(
            self.host.inside(*command), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )


@dataclass
class Site:
    nodes: list[Node]
    etcd: Cluster
    playbox: PlayBox
    recorder: MovieRecorder
    reigns: Reigns

    def leader(self) -> Node:
        """Once one leads and the other stands by, and both say so."""
        found: list[Node] = []

        def is_settled() -> bool:
            found[:] = sorted(self.nodes, key=lambda node: node.role())
            return [node.role() for node in found] == ["leader", "standby"]

        wait(is_settled, "a leader and a standby")
        return found[0]

    def other(self, node: Node) -> Node:
        return next(one for one in self.nodes if one is not node)

    def other_name(self, name: str) -> str:
        return next(one.name for one in self.nodes if one.name != name)

    def sent(self, since: float) -> list[tuple[float, str, str]]:
        """When, from which host and what the recorder was told since then, in that order."""
        names = {node.address: node.name for node in self.nodes}
        told = {
            (one.at, names[one.client], f"{one.method} {one.path}")
            for route in COMMANDS
            for one in self.recorder.arrivals(route)
            if one.at >= since
        }
        return sorted(told)

    def settle(self) -> None:
        """Nothing is amiss any more, and nothing runs."""
        self.recorder.clear_faults()
        for member in self.etcd.members:
            member.clear()
            if member.runs():
                member.signal(signal.SIGCONT)
            else:
                member.start()
        for node in self.nodes:
            node.step_clock(0)
            node.host.join()
            if node.daemon.process.poll() is None:
                node.daemon.process.send_signal(signal.SIGCONT)
            else:
                node.daemon.start()
        self.etcd.wait()
        self.leader()


@contextmanager
def site(folder: Path, hosts: list[Host], etcd: Cluster) -> Iterator[Site]:
    with ExitStack() as stack:
        playbox = stack.enter_context(serving(PlayBox(CHANNELS), host=Net.DEVICES.here))
        recorder = stack.enter_context(serving(MovieRecorder(CHANNELS), host=Net.DEVICES.here))
        nodes = []
        for host, other in ((hosts[0], hosts[1]), (hosts[1], hosts[0])):
            node = Node(host, other, folder / f"vrmon-{host.name}", etcd, (playbox, recorder))
            stack.callback(node.daemon.close)
            nodes.append(node)
        made = Site(nodes, etcd, playbox, recorder, stack.enter_context(reigns(etcd)))
        made.leader()
        yield made
