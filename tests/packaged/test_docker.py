"""The container's files, as far as they can be tried without one; `packaging/docker/verify` does the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.world.api_server import serving
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


def test_the_container_has_every_variable_and_the_port_that_one_of_them_names() -> None:
    text = (DOCKER / "compose.yaml").read_text()
    assert set(re.findall(r"^ +([A-Z_]+): \$\{\1:-\}$", text, re.MULTILINE)) == OVERRIDES
    assert '- "${FLASK_PORT:-8001}:${FLASK_PORT:-8001}"\n' in text
