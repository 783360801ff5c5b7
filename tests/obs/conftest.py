"""A PlayBox, a real OBS and a vrmond between them, new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.obs.site import Site
from tests.obs.studio import PASSWORD, screen, studio
from tests.world.running import running
from vrmon.simulator import PlayBox, serving

if "VRMON_OBS" not in os.environ:  # packaging/obs-tests sets the stage
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def _screen() -> Iterator[None]:
    with screen():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where OBS records to."""
    return tmp_path / "videos"


@pytest.fixture
def site(tmp_path: Path, folder: Path) -> Iterator[Site]:
    secret = tmp_path / "password"
    secret.touch(0o600)
    secret.write_text(PASSWORD)
    with serving(PlayBox(1)) as playbox, studio(tmp_path / "home", folder) as obs:
        text = f"""
[api]
listen = ""
[sync]
stop_delay = 0.3
outage_hold = 5.0
name_wait = 0.5
[primary.playbox]
url = "{playbox.url}"
poll_interval = 0.2
[dvr.obs]
kind = "obs"
url = "{obs.url}"
password_file = "{secret}"
poll_interval = 0.2
timeout = 3.0
[[channel]]
name = "PCR 1"
ingest = "{playbox.ingests[0]}"
source = "OBS"
"""
        with running(tmp_path / "vrmon", text=text) as daemon:
            yield Site(playbox, obs, daemon)
