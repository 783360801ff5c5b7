"""What the tests ask of a PlayBox, an OBS and the vrmond between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.obs.studio import Studio, moves, seconds_of, until
from tests.world.running import Running, Status, channel
from vrmon.simulator import PlayBox

SLACK = 1.0  # seconds: OBS begins with a whole picture, and its files end with one
STOPPING = 2.5  # seconds for which OBS is active after it was told to stop, and writes nothing


@dataclass
class Site:
    playbox: PlayBox
    obs: Studio
    daemon: Running

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
        found: list[dict[str, Any]] = []

        def are_over() -> bool:
            jobs = self.daemon.get("/report")[1]["jobs"]
            found[:] = [take for job in jobs for take in job["takes"]]
            return bool(found) and all(one["ended"] for one in found) and all(job["ended"] for job in jobs)

        until(are_over, "the end of every take in the report")
        return sorted(found, key=lambda one: str(one["began"]["earliest"]))

    def names(self) -> list[str]:
        return [file.stem for file in self.obs.files()]

    def recorded(self) -> list[float]:
        """How long each file is, all of which move."""
        assert [file.name for file in self.obs.files() if not moves(file)] == []
        return [seconds_of(file) for file in self.obs.files()]
