"""What the tests ask of a PlayBox, an OBS and the vrmond between them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.obs.studio import PASSWORD, Studio, moves, seconds_of, studio, until
from tests.obs.times import bounds
from tests.world.running import Running, Status, channel, running
from vrmon.simulator import PlayBox, serving
from vrmon.text import rfc3339

SLACK = 1.0  # seconds: OBS begins with a whole picture, and its files end with one
STOPPING = 2.5  # seconds for which OBS is active after it was told to stop, and writes nothing


@dataclass
class Site:
    playbox: PlayBox
    obs: Studio
    daemon: Running
    began: float = field(default_factory=time.time)

    def wait_for_phase(self, phase: str) -> Status:
        return channel(self.daemon.wait_for(lambda status: status["channels"][0]["phase"] == phase), "PCR 1")

    def wait_for_problem(self, code: str) -> Status:
        status = self.daemon.wait_for(lambda status: code in {one["code"] for one in status["problems"]})
        return dict(next(one for one in status["problems"] if one["code"] == code))

    def start(self, file_name: str) -> str:
        """A job whose take is verified."""
        job = self.playbox.start_job(0, file_name)
        self.wait_for_phase("recording")
        return job

    def end(self, job: str) -> None:
        self.playbox.end_job(job)
        self.wait_for_phase("idle")

    def takes(self) -> list[dict[str, Any]]:
        """Those that the report has, in their order, once each has its end."""
        found = [take for job in self.jobs() for take in job["takes"]]
        return sorted(found, key=lambda one: str(one["began"]["earliest"]))

    def jobs(self) -> list[dict[str, Any]]:
        """What the report has of them, once all are over."""
        found: list[dict[str, Any]] = []

        def are_over() -> bool:
            found[:] = self.daemon.get(f"/report?from={rfc3339(self.began)}")[1]["jobs"]
            takes = [take for job in found for take in job["takes"]]
            return bool(takes) and all(one["ended"] for one in (*found, *takes))

        until(are_over, "the end of every take in the report")
        return found

    def names(self) -> list[str]:
        return [file.stem for file in self.obs.files()]

    def recorded(self) -> list[float]:
        """How long each file is, all of which move that hold anything."""
        lengths = {file: seconds_of(file) for file in self.obs.files()}
        assert [file.name for file, seconds in lengths.items() if seconds and not moves(file)] == []
        return list(lengths.values())

    def assert_files_are_as_told(self) -> None:
        """Each take of the report is a file, of a length that the report allows."""
        takes = self.takes()
        assert [take["name"] for take in takes] == self.names()
        for take, seconds in zip(takes, self.recorded(), strict=True):
            least, most = bounds(take)
            assert least - SLACK <= seconds <= most + SLACK, take


@contextmanager
def standing(scratch: Path, folder: Path) -> Iterator[Site]:
    """`folder` is where OBS records to."""
    secret = scratch / "password"
    secret.touch(0o600)
    secret.write_text(PASSWORD)
    with serving(PlayBox(1)) as playbox, studio(scratch / "home", folder) as obs:
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
url = "{obs.url_of_vrmond}"
password_file = "{secret}"
poll_interval = 0.2
timeout = 3.0
[[channel]]
name = "PCR 1"
ingest = "{playbox.ingests[0]}"
source = "OBS"
"""
        with running(scratch / "vrmon", text=text) as daemon:
            yield Site(playbox, obs, daemon)
