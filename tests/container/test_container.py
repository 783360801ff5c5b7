"""Configuration by file and by the old environment names, state on a volume, logs on the console."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.container.conftest import Start, eventually, podman
from vrmon.simulator import MovieRecorder, PlayBox, serving

CHANNEL = """
[[channel]]
name = "PCR 1"
ingest = "{ingest}"
source = "4XT00292 - 0"
"""


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox()) as playbox:
        yield playbox


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder()) as recorder:
        yield recorder


@pytest.fixture
def old_names(playbox: PlayBox, recorder: MovieRecorder) -> dict[str, str]:
    """The environment that the program before vrmon was configured by."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return {
        "PRIMARY_API_BASE_URL": playbox.url,
        "DVR_API_BASE_URL": recorder.url,
        "POLL_INTERVAL": "0.2",
        "FLASK_PORT": str(port),
    }


def status(environment: dict[str, str]) -> dict[str, Any]:
    """The status document; {} while there is none."""
    try:
        with urlopen(f"http://127.0.0.1:{environment['FLASK_PORT']}/status", timeout=5) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except URLError:
        return {}


def healthy() -> bool:
    return podman("healthcheck", "run", "vrmon", check=False).returncode == 0


def test_mirrors_through_a_restart_without_a_gap(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, old_names: dict[str, str]
) -> None:
    start(CHANNEL.format(ingest=playbox.ingests[0]), **old_names)
    playbox.start_job(0, "NEWS.mxf")
    recorder.wait_until(lambda: recorder.running(0), timeout=15)
    eventually(healthy)
    podman("restart", "vrmon")
    eventually(lambda: [one["phase"] for one in status(old_names).get("channels", [])] == ["recording"])
    assert [take.name for take in recorder.takes] == ["NEWS"]
    assert recorder.running(0) is not None
    podman("stop", "vrmon")
    assert recorder.running(0) is not None
    assert podman("inspect", "--format={{.State.ExitCode}}", "vrmon").stdout == "0\n"


def test_logs_are_on_the_console_and_it_is_nobody_special(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, old_names: dict[str, str]
) -> None:
    start(CHANNEL.format(ingest=playbox.ingests[0]), **old_names)
    playbox.start_job(0, "NEWS.mxf")
    recorder.wait_until(lambda: recorder.running(0), timeout=15)
    eventually(lambda: "Take started" in podman("logs", "vrmon").stderr)
    assert 'CHANNEL="PCR 1"' in podman("logs", "vrmon").stderr
    assert podman("exec", "vrmon", "id", "--user", "--name").stdout == "_vrmon\n"
    assert podman("exec", "vrmon", "touch", "/etc/vrmon/probe", check=False).returncode != 0


def test_without_a_channel_it_runs_and_says_so(start: Start, old_names: dict[str, str]) -> None:
    start("", FLASK_PORT=old_names["FLASK_PORT"])
    eventually(healthy)
    assert "no-channels" in {problem["code"] for problem in status(old_names)["problems"]}
    shown = podman("exec", "vrmon", "vrmon", "status", check=False)
    assert shown.returncode == 1, shown.stdout + shown.stderr
