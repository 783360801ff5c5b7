"""The container's files, as far as they can be tried without one; `packaging/docker/verify` does the rest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.world.api_server import serving
from tests.world.configuring import read
from vrmon.config.environment import OVERRIDES

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "packaging/docker"


def healthy(folder: Path) -> tuple[int, str]:
    """What the health check says of the vrmond whose socket is in `folder`."""
    done = subprocess.run(
        [sys.executable, str(DOCKER / "healthy")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RUNTIME_DIRECTORY": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_it_is_healthy_while_the_control_loop_turns(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert healthy(tmp_path) == (0, "")
        server.backend.healthy = False
        code, said = healthy(tmp_path)
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith("vrmond is not healthy: ")
        assert "the loop is stuck" in said


def test_one_that_cannot_be_asked_is_not_healthy(tmp_path: Path) -> None:
    code, said = healthy(tmp_path)
    assert (code, said.count("\n")) == (1, 1)
    assert "No such file" in said


def test_the_container_gets_every_variable_as_it_is_set_and_the_port_that_one_of_them_names() -> None:
    """Without a value: the `${NAME:-}` of others is literal text to some releases of podman-compose."""
    text = (DOCKER / "compose.yaml").read_text()
    assert set(re.findall(r"^ +([A-Z_]+):$", text, re.MULTILINE)) == OVERRIDES
    assert '- "${FLASK_PORT:-8001}:${FLASK_PORT:-8001}"\n' in text


def test_compose_asks_after_its_health_as_the_image_does() -> None:
    """Images of the OCI's format hold no such thing."""
    image = re.search(r"^HEALTHCHECK (.*) CMD (.*)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    compose = re.search(
        r"^    healthcheck:\n((?: {6}.*\n)+)", (DOCKER / "compose.yaml").read_text(), re.MULTILINE
    )
    assert image
    assert compose
    wanted = dict(option.removeprefix("--").split("=") for option in image[1].split())
    asked = dict(line.strip().split(": ") for line in compose[1].splitlines())
    assert json.loads(asked.pop("test")) == ["CMD", *json.loads(image[2])]
    assert {key.replace("_", "-"): value for key, value in asked.items()} == wanted


def test_the_containers_file_is_in_order_and_names_no_device(tmp_path: Path) -> None:
    settings = read(tmp_path, (DOCKER / "vrmon.toml").read_text())
    assert (settings.primaries, settings.dvrs, settings.channels) == ({}, {}, ())
