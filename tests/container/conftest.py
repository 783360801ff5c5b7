"""A container of the image under test, run as compose.yaml runs it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if "VRMON_PODMAN" not in os.environ:  # packaging/docker/verify sets the stage
    collect_ignore_glob = ["test_*.py"]

PODMAN = os.environ.get("VRMON_PODMAN", "podman").split()
# The host's limits may not be raised, and nothing here can run timers for podman.
HERE = [
    "--cgroups=disabled",
    "--ulimit=nofile=4096:4096",
    "--ulimit=nproc=4096:4096",
    "--health-interval=disable",
]
AS_COMPOSED = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/run/vrmon:mode=1777",
]


def podman(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*PODMAN, *arguments], check=False, capture_output=True, text=True, timeout=60)
    if check:
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done


def eventually(condition: Callable[[], bool], timeout: float = 15.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout:g} s"
        time.sleep(0.05)


Start = Callable[..., None]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """start(toml, NAME=value, …) runs the container "vrmon" with this configuration and environment."""
    configuration = tmp_path / "vrmon.toml"

    def start(toml: str, **environment: str) -> None:
        configuration.write_text(toml)
        variables = [f"--env={name}={value}" for name, value in environment.items()]
        volumes = [f"--volume={configuration}:/etc/vrmon/vrmon.toml:ro", "--volume=state:/var/lib/vrmon"]
        podman(
            "run",
            "--detach",
            "--name=vrmon",
            "--network=host",
            *HERE,
            *AS_COMPOSED,
            *volumes,
            *variables,
            "vrmon",
        )

    yield start
    podman("rm", "--force", "vrmon")
    podman("volume", "rm", "--force", "state")
