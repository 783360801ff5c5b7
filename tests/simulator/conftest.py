"""A simulated device of each kind that answers on a port of its own, and whoever speaks to the recorder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world.device_client import Client
from vrmon.simulator import MovieRecorder, PlayBox, serving


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox(2)) as device:
        yield device


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(2)) as device:
        yield device


@pytest.fixture
def dvr(recorder: MovieRecorder) -> Iterator[Client]:
    client = Client(recorder.url)
    with client.session:
        yield client
