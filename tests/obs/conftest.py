"""A PlayBox, a real OBS and a vrmond between them, new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.obs.site import Site, standing
from tests.obs.studio import screen

if "VRMON_OBS" not in os.environ:  # packaging/obs-tests sets the stage
    collect_ignore_glob = ["test_*.py"]
elif "VRMON_OBS_HOUR" not in os.environ:
    collect_ignore_glob = ["test_hour.py"]


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
    with standing(tmp_path, folder) as made:
        yield made
