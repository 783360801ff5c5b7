"""Configuration by file and by the old environment names, state on a volume, logs on the console."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.alarm.alarming import settings
from tests.alarm.receiver import receiving
from tests.container.conftest import ALARM, CONTAINER, Start, eventually, podman
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
def port() -> str:
    """One that is free."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


@pytest.fixture
def old_names(playbox: PlayBox, recorder: MovieRecorder, port: str) -> dict[str, str]:
    """The environment that the program before vrmon was configured by."""
    return {
        "PRIMARY_API_BASE_URL": playbox.url,
        "DVR_API_BASE_URL": recorder.url,
        "POLL_INTERVAL": "0.2",
        "FLASK_PORT": port,
    }


def status(port: str) -> dict[str, Any]:
    """The status document; {} while there is none."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/status", timeout=60) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except URLError:
        return {}


def healthy() -> bool:
    return podman("healthcheck", "run", CONTAINER, check=False).returncode == 0


def test_mirrors_through_a_restart_without_a_gap(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, old_names: dict[str, str], port: str
) -> None:
    start(CHANNEL.format(ingest=playbox.ingests[0]), **old_names)
    playbox.start_job(0, "NEWS.mxf")
    recorder.wait_until(lambda: recorder.running(0))
    eventually(healthy)
    podman("restart", CONTAINER)
    eventually(lambda: [one["phase"] for one in status(port).get("channels", [])] == ["recording"])
    assert [take.name for take in recorder.takes] == ["NEWS"]
    assert recorder.running(0) is not None
    podman("stop", CONTAINER)
    assert recorder.running(0) is not None
    assert podman("inspect", "--format={{.State.ExitCode}}", CONTAINER).stdout == "0\n"


def test_logs_are_on_the_console_and_it_is_nobody_special(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, old_names: dict[str, str]
) -> None:
    start(CHANNEL.format(ingest=playbox.ingests[0]), **old_names)
    playbox.start_job(0, "NEWS.mxf")
    recorder.wait_until(lambda: recorder.running(0))
    eventually(lambda: "Take started" in podman("logs", CONTAINER).stderr)
    assert 'CHANNEL="PCR 1"' in podman("logs", CONTAINER).stderr
    assert podman("exec", CONTAINER, "id", "--user", "--name").stdout == "_vrmon\n"
    assert podman("exec", CONTAINER, "touch", "/etc/vrmon/probe", check=False).returncode != 0


def test_without_a_variable_the_file_beside_it_says_everything(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, port: str
) -> None:
    file = f'[api]\nlisten = "127.0.0.1:{port}"\n'
    for table, url in (("primary.playbox", playbox.url), ("dvr.movierecorder", recorder.url)):
        file += f'[{table}]\nurl = "{url}"\npoll_interval = 0.2\n'
    start(file + CHANNEL.format(ingest=playbox.ingests[0]))
    playbox.start_job(0, "NEWS.mxf")
    recorder.wait_until(lambda: recorder.running(0))
    eventually(lambda: status(port).get("health") == "ok")
    assert status(port)["configuration"]["complaints"] == []
    eventually(healthy)


def test_the_one_beside_it_tells_people(
    start: Start, playbox: PlayBox, recorder: MovieRecorder, old_names: dict[str, str]
) -> None:
    with receiving() as receiver:
        alarm = settings(webhook=f'"{receiver.url}"')
        start(alarm + CHANNEL.format(ingest=playbox.ingests[0]), **old_names)
        eventually(healthy)
        tried = podman("exec", ALARM, "vrmon", "test-alarm", check=False)
        assert "webhook delivered" in tried.stdout, tried.stdout + tried.stderr
        podman("stop", CONTAINER)
        raised = receiver.wait_for(lambda got: [one for one in got if one["code"] == "vrmond-silent"])[-1]
        assert (raised["event"], raised["host"]) == ("raised", "vrmon")
        assert podman("exec", ALARM, "id", "--user", "--name").stdout == "_vrmon-alarm\n"


def test_as_it_is_shipped_it_runs_and_says_what_it_lacks(start: Start, port: str) -> None:
    start(None, FLASK_PORT=port)
    eventually(healthy)
    assert "no-channels" in {problem["code"] for problem in status(port)["problems"]}
    shown = podman("exec", CONTAINER, "vrmon", "status", check=False)
    assert shown.returncode == 1, shown.stdout + shown.stderr
