"""Promise 7: a client on TCP, whatever it sends or however many come, costs a recording nothing."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.world.attacks import ATTACKS, attacking
from tests.world.mirror import Mirror, mirror, wait

LASTS = 1.0  # seconds: in which each of them took a gigabyte, or all of the time, where nothing bounded it


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_client_does_costs_a_recording_nothing(tmp_path: Path, name: str) -> None:
    with mirror(tmp_path, size=1) as here:
        lines = here.daemon.log().count("\n")
        with attacking(name, urlsplit(here.daemon.url).port or 0):
            began = time.monotonic()
            here.playbox.start_job(0, "SHOW.mxf")
            slowest = 0.0
            while (lasted := time.monotonic() - began) < LASTS or not here.recorder.takes_of(0):
                assert lasted < 10, f"no take yet\n{here.daemon.log()}"
                slowest = max(slowest, _time_of_status(here))
            assert slowest < 10
            assert here.daemon.peak_memory() < 100
        wait(lambda: _is_answered(here), "an answer over TCP once it is over")
        assert here.the_take().name == "SHOW"
        log = here.daemon.log()
        assert "Traceback" not in log
        assert log.count("\n") < lines + 30, log


def test_descriptors_used_up_are_a_line_in_the_log(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        process, port = here.daemon.process.pid, urlsplit(here.daemon.url).port or 0
        usual = resource.prlimit(process, resource.RLIMIT_NOFILE)
        few = len(list(Path(f"/proc/{process}/fd").iterdir())) + 4
        resource.prlimit(process, resource.RLIMIT_NOFILE, (few, usual[1]))
        with ExitStack() as clients:
            for _ in range(20):
                clients.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            wait(lambda: "Cannot accept connections" in here.daemon.log(), "a line in the log")
            here.wait_for_polls(15)  # longer than it waits before it tries again
            resource.prlimit(process, resource.RLIMIT_NOFILE, usual)
        wait(lambda: _is_answered(here), "an answer over TCP")
        assert here.daemon.log().count("Cannot accept connections") == 1
        assert "Traceback" not in here.daemon.log()
        assert here.the_take().ended is None


def _time_of_status(here: Mirror) -> float:
    began = time.monotonic()
    here.daemon.status()
    return time.monotonic() - began


def _is_answered(here: Mirror) -> bool:
    try:
        return requests.get(f"{here.daemon.url}/healthz", timeout=60).status_code == 200
    except requests.ConnectionError:
        return False
