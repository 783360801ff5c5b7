"""Three hosts, each in a network namespace of its own, on two networks: the cluster's and the devices'.

The test itself stands at `…254` of both, which is where its simulators are. Needs root, and a network and a
/run that are nobody else's: packaging/pair-tests sees to both.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import Enum

HERE = 254


class Net(Enum):
    """A network, by the beginning of its addresses."""

    CLUSTER = "10.97.0."
    DEVICES = "10.98.0."

    @property
    def bridge(self) -> str:
        return self.name.lower()

    @property
    def here(self) -> str:
        """The test's own address."""
        return f"{self.value}{HERE}"


class Host:
    """`namespace` is what `ip netns` calls it."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.namespace = f"pair-{name}"
        self._number = number
        self._away: set[Net] = set()

    def address(self, net: Net) -> str:
        return f"{net.value}{self._number}"

    def cut(self, *nets: Net) -> None:
        """From here on what is sent on these networks, to it or by it, is lost without a word."""
        self._away |= set(nets)
        self._set(nets, "disabled")

    def join(self) -> None:
        """It is on every network again."""
        self._set(tuple(self._away), "forwarding")
        self._away.clear()

    def inside(self, *command: str) -> list[str]:
        """The command, run on this host."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def _set(self, nets: Sequence[Net], state: str) -> None:
        for net in nets:
            _run("bridge", "link", "set", "dev", self._port(net), "state", _STATES[state])

    def _port(self, net: Net) -> str:
        return f"{net.bridge[:3]}-{self.name}"

    def _open(self) -> None:
        _run("ip", "netns", "add", self.namespace)
        _run("ip", "-n", self.namespace, "link", "set", "lo", "up")
        for net in Net:
            port, device = self._port(net), net.bridge
            peer = ("peer", "name", device, "netns", self.namespace)
            _run("ip", "link", "add", port, "type", "veth", *peer)
            _run("ip", "link", "set", port, "master", net.bridge, "up")
            address = f"{self.address(net)}/24"
            _run("ip", "-n", self.namespace, "address", "add", address, "dev", device)
            _run("ip", "-n", self.namespace, "link", "set", device, "up")

    def _close(self) -> None:
        for net in Net:  # by themselves they go only some time after their namespace
            _run("ip", "link", "delete", self._port(net))
        _run("ip", "netns", "delete", self.namespace)


_STATES = {"disabled": "0", "forwarding": "3"}


@contextmanager
def hosts(*names: str) -> Iterator[list[Host]]:
    """They have all networks, until the block ends."""
    made = [Host(name, number) for number, name in enumerate(names, 1)]
    with ExitStack() as stack:
        for net in Net:
            # A port is open at once, and not only when a bridge has looked for circles.
            _run("ip", "link", "add", net.bridge, "type", "bridge", "forward_delay", "0", "stp_state", "0")
            stack.callback(_run, "ip", "link", "delete", net.bridge)
            _run("ip", "address", "add", f"{net.here}/24", "dev", net.bridge)
            _run("ip", "link", "set", net.bridge, "up")
        for host in made:
            stack.callback(host._close)
            host._open()
        yield made


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
