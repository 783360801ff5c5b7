"""vrmon before HyperDecks that others wrote, and our simulated deck before a client that others wrote."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.world.running import PATIENCE, Running, running
from vrmon.devices.hyperdeck.driver import connector
from vrmon.errors import Unreachable
from vrmon.model import Destination, Source
from vrmon.settings import DeviceSettings
from vrmon.simulator import HyperDeck, PlayBox, serving

NODE = Path(__file__).parent / "node"
MODULES = Path(__file__).parents[2] / ".tools/node_modules"
ENVIRON = {**os.environ, "NODE_PATH": str(MODULES)}


@contextmanager
def counterpart(program: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Its port, once it listens, and its commands, which are all there when the block has ended."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    heard: list[dict[str, Any]] = []
    with subprocess.Popen(
        ["node", str(NODE / program), str(port)], env=ENVIRON, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _listens(port):
                assert process.poll() is None, f"{program} has ended"
                assert time.monotonic() < deadline, f"{program} does not listen"
                time.sleep(0.05)
            yield port, heard
        finally:
            process.kill()
            assert process.stdout is not None
            heard += [json.loads(line) for line in process.stdout]


def _listens(port: int) -> bool:
    """Without a connection, of which there may be one only."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    found = [line.split() for line in lines]
    return any(one[1].endswith(f":{port:04X}") and one[3] == "0A" for one in found)


PROGRAMS = ("emulator.js", "server_connection.js")


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_driver_records_on_it(program: str) -> None:
    with counterpart(program) as (port, heard):
        client = connector(DeviceSettings("deck", f"tcp://127.0.0.1:{port}", timeout=10.0))()
        idle = Source("1", "HyperDeck", destinations=("1", "2"), video_format="1080i50")
        assert client.sources().seen == (idle,)
        assert client.destinations() == (
            Destination("1", "slot 1 (SSD)"),
            Destination("2", "slot 2 (SSD)"),
        )
        client.record("1", "SHOW A - 1")
        assert client.sources().seen[0].is_recording
        client.stop("1")
        assert not client.sources().seen[0].is_recording
        client.close()
    commands = [(one["name"], one["parameters"]) for one in heard if one["name"] in ("record", "stop")]
    assert commands == [("record", {"name": "SHOW A - 1"}), ("stop", {})]


def test_one_that_takes_one_client_says_so_to_the_second() -> None:
    with counterpart("server_connection.js") as (port, _):
        device = DeviceSettings("deck", f"tcp://127.0.0.1:{port}", timeout=10.0)
        first, second = connector(device)(), connector(device)()
        first.sources()
        with pytest.raises(Unreachable, match="Older decks take one client"):
            second.sources()
        first.close()
        second.close()


def _vrmond(folder: Path, playbox: PlayBox, port: int) -> Any:
    text = f"""
[api]
listen = ""
[sync]
stop_delay = 0.3
[primary.playbox]
url = "{playbox.url}"
poll_interval = 0.2
[dvr.deck]
kind = "hyperdeck"
url = "tcp://127.0.0.1:{port}"
poll_interval = 0.5
timeout = 5.0
[[channel]]
name = "PCR 1"
ingest = "{playbox.ingests[0]}"
source = "HyperDeck"
"""
    return running(folder, text=text)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_job_is_recorded_on_it(tmp_path: Path, program: str) -> None:
    with serving(PlayBox(1)) as playbox, counterpart(program) as (port, heard):
        daemon: Running
        with _vrmond(tmp_path, playbox, port) as daemon:
            for name in ("SHOW A", "SHOW B"):
                job = playbox.start_job(0, f"{name}.mxf")
                daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
                playbox.end_job(job)
                daemon.wait_for(lambda status: status["channels"][0]["phase"] == "idle")
    commands = [(one["name"], one["parameters"]) for one in heard if one["name"] in ("record", "stop")]
    assert commands == [
        ("record", {"name": "SHOW A"}),
        ("stop", {}),
        ("record", {"name": "SHOW B"}),
        ("stop", {}),
    ]


def test_a_client_of_others_understands_our_simulated_deck() -> None:
    with serving(HyperDeck()) as deck:
        port = urlsplit(deck.url).port
        done = subprocess.run(
            ["node", str(NODE / "client.js"), str(port)],
            env=ENVIRON, check=False, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["info"]["protocolVersion"] == 1.11
        assert told["device"]["slots"] == 2
        assert told["remote"]["enabled"] is True
        assert [told[when]["status"] for when in ("before", "during", "after")] == [
            "preview",
            "record",
            "preview",
        ]
        assert told["during"]["inputVideoFormat"] == "1080i50"
        assert (told["slot"]["status"], told["slot"]["recordingTime"]) == ("mounted", 4 * 3600)
        assert told["refused"] == {"code": 150, "name": "invalid state"}
        assert [take.name for take in deck.takes] == ["SHOW A"]
        assert [clip["name"] for clip in told["clips"]["clips"]] == ["SHOW A.mov"]
