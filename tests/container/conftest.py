"""A container of the image under test, as podman-compose makes it out of compose.yaml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if "VRMON_PODMAN" not in os.environ:  # packaging/docker/verify sets the stage
    collect_ignore_glob = ["test_*.py"]

DOCKER = Path(__file__).parents[2] / "packaging/docker"
PODMAN = os.environ.get("VRMON_PODMAN", "podman").split()
PROJECT = "tried"
CONTAINER = f"{PROJECT}_vrmon_1"
ALARM = f"{PROJECT}_alarm_1"

PODMAN_HERE = """\
#!{python}
# podman where no limit may be set, nothing runs timers for it, and simulated devices are at 127.0.0.1.
import os, re, sys

podman, (command, *given) = {podman!r}, sys.argv[1:]
if command in ("create", "run"):
    other = re.compile(
        r"--net(work(-alias)?)?|-p|--publish|--health(check)?-interval|-m|--memory|--pids-limit"
    )
    here = [
        *("--network=host", "--health-interval=disable", "--cgroups=disabled"),
        *("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"),
    ]
    left = iter(given)
    for argument in left:
        option, value, _ = argument.partition("=")
        if not other.fullmatch(option):
            here.append(argument)
        elif not value:
            next(left)
    given = here
os.execvp(podman[0], [*podman, command, *given])
"""


def podman(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return _run(*PODMAN, *arguments, check=check)


def _run(
    *command: str | Path, check: bool = True, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **(environ or {})},
    )
    if check:
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done


def eventually(condition: Callable[[], bool], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, podman("logs", CONTAINER, check=False)
        time.sleep(0.05)


Start = Callable[..., None]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """start(toml, NAME=value, …) brings compose.yaml up in this environment with this vrmon.toml beside it,
    or, for None, with the one that is shipped.
    """
    for file in ("compose.yaml", "vrmon.toml"):
        shutil.copy(DOCKER / file, tmp_path)
    here = tmp_path / "podman"
    here.write_text(PODMAN_HERE.format(python=sys.executable, podman=PODMAN))
    here.chmod(0o755)
    compose = ("podman-compose", "--podman-path", here, "-f", tmp_path / "compose.yaml", "-p", PROJECT)

    def start(toml: str | None, **environ: str) -> None:
        if toml is not None:
            (tmp_path / "vrmon.toml").write_text(toml)
        told = _run(*compose, "up", "--detach", environ=environ)
        for container in (CONTAINER, ALARM):
            assert podman("inspect", "--format={{.State.Running}}", container).stdout == "true\n", (
                told.stdout + told.stderr
            )

    yield start
    _run(*compose, "down", "--volumes")
