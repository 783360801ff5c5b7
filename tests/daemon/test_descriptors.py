"""Descriptors used up: what runs goes on, and one line a minute tells of it."""

from __future__ import annotations

import contextlib
import resource
import socket
from pathlib import Path

from tests.world.mirror import mirror, wait

FREE = 3  # descriptors that are left when the crowd comes


def test_a_crowd_that_takes_every_descriptor_costs_a_line_and_no_take(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here, contextlib.ExitStack() as crowd:
        job = here.record()
        pid = here.daemon.process.pid
        used = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + FREE, hard))
        before = here.daemon.log()
        for _ in range(50):
            client = crowd.enter_context(socket.socket(socket.AF_UNIX))
            client.connect(str(here.daemon.socket))
        wait(lambda: "Cannot accept connections" in here.daemon.log(), "the crowd to be noticed")
        here.wait_for_polls(10)
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: not here.recorder.running(0))
        said = here.daemon.log().removeprefix(before)
        assert "Traceback" not in said
        assert said.count("Cannot accept connections") == 1
        assert len(said.splitlines()) < 20
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 100, hard))
        crowd.close()
        here.record("NEXT.mxf")
        assert here.daemon.status()["health"] == "ok"
