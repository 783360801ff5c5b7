"""A booted Debian in systemd-nspawn, with a network of its own that this process enters."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}

# cgroup v1, as some hosts mount it, filters no packets and is refused by later systemds.
BOOT = """
umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
exec setpriv --pdeathsig=TERM systemd-nspawn --quiet --directory="$1" --machine="$2" \
    --register=no --keep-unit --boot --console=pipe --private-network
"""


def eventually(condition: Callable[[], T], timeout: float = 60.0, what: str = "it") -> T:
    """The first true value of `condition`; AssertionError when there is none in time."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
        time.sleep(0.05)
    return value


class Machine:
    """`leader` is its init, as the host counts processes. The root is a copy and goes with the machine.

    `shipped`: the package's vrmon.toml, as it was installed.
    """

    shipped = ""

    def __init__(self, template: Path, work: Path) -> None:
        self.root = work / "root"
        self.console = work / "console.log"
        subprocess.run(["cp", "-a", "--reflink=auto", template, self.root], check=True)
        # From here on packages come from nowhere but the repository under test.
        (self.root / "etc/apt/sources.list").write_text("")
        shutil.copytree(work / "repository", self.root / "srv/repository")
        with self.console.open("wb") as console:
            self._nspawn = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", BOOT, "boot", self.root, f"vrmon-{os.getpid()}"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        self.leader = eventually(self._find_leader, what=f"an init; see {self.console}")
        eventually(self._is_up, 240, f"the end of the boot; see {self.console}")

    def _find_leader(self) -> int:
        assert self._nspawn.poll() is None, self.console.read_text()
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        inits = [child for child in children if Path(f"/proc/{child}/comm").read_text() == "systemd\n"]
        return int(inits[0]) if inits else 0

    def _is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def enter_network(self) -> None:
        """This thread, and those that it starts from now on, reach the machine at 127.0.0.1."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{self.leader}/ns/net").open() as namespace:
            assert libc.setns(namespace.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())

    def inside(self, user: str = "") -> list[str]:
        """What has a command run inside, as root or `user`, when it stands before it."""
        enter = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--pid", "--net"]
        return [*enter, "runuser", "-u", user, "--"] if user else enter

    def run(
        self, *command: str, check: bool = True, user: str = "", timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command inside, as root or `user`."""
        done = subprocess.run(
            [*self.inside(user), *command],
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=ENVIRONMENT,
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def path(self, inside: str) -> Path:
        """A path of the running system, mounts included, as the host sees it."""
        return Path(f"/proc/{self.leader}/root{inside}")

    def show(self, *properties: str) -> dict[str, str]:
        """Properties of vrmon.service."""
        text = self.run("systemctl", "show", "vrmon", f"--property={','.join(properties)}").stdout
        return dict(line.split("=", 1) for line in text.splitlines())

    @property
    def daemon(self) -> int:
        """vrmond's process id, as the machine counts; 0 while there is none."""
        return int(self.show("MainPID")["MainPID"])

    def kill(self, name: str) -> None:
        """Sends vrmond the signal of that name."""
        self.run("systemctl", "kill", "--kill-whom=main", f"--signal={name}", "vrmon")

    def journal(self, *matches: str) -> list[dict[str, Any]]:
        """vrmon.service's journal entries, oldest first, with their fields."""
        self.run("journalctl", "--sync")
        text = self.run("journalctl", "--unit=vrmon", "--output=json", "--all", *matches).stdout
        return [json.loads(line) for line in text.splitlines()]

    def publish(self, deb: Path) -> None:
        """Adds a package to the signed repository that the machine installs from."""
        repository = {"VRMON_REPOSITORY": str(self.root / "srv/repository")}
        command = ["packaging/build-repo", os.environ["VRMON_SYSTEM_REPOSITORY"], str(deb)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **repository})
        self.run("apt-get", "update")

    def power_off(self) -> None:
        os.kill(self.leader, signal.SIGRTMIN + 4)
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
