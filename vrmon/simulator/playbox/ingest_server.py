"""A PlayBox ingest server: ingests, their jobs, and the two requests that wire-facts.md knows of."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches
from vrmon.simulator.served.exchange import NOT_FOUND, Answer, Request, Route
from vrmon.simulator.served.simulated_device import SimulatedDevice, locked
from vrmon.simulator.served.switches import switched


@dataclass
class IngestJob:
    """A job, running or over. Times are monotonic; `named_from` is None while it has no file name."""

    id: str
    ingest: str
    file_name: str
    named_from: float | None
    started: float
    ended: float | None = None


def ingest_id(number: int) -> str:
    """32 hexadecimal digits for the ingest of that number, the same in every run."""
    return f"9C64992CFF3A4A3FA3C635BB7D9B{number:04X}"


class PlayBox(SimulatedDevice):
    """`ingests` are their ids, or how many to make. An ingest is named by its id or its place among them."""

    KIND = "playbox"
    ACTIONS = (*SimulatedDevice.ACTIONS, "switch", "start_job", "name_job", "end_job", "lose_jobs")

    def __init__(self, ingests: int | Iterable[str] = 4) -> None:
        super().__init__()
        made = (
            (ingest_id(number) for number in range(1, ingests + 1)) if isinstance(ingests, int) else ingests
        )
        self.ingests = list(made)
        self.switches = PlayBoxSwitches()
        self._jobs: dict[str, IngestJob] = {}
        self._numbers = count(7001)
        self.routes = (
            Route("GET", "/ingests/activejobsinfo", self._active_jobs_info),
            Route("GET", "/ingests/{}/jobs/{}/files", self._files),
        )

    @locked
    def switch(self, /, **changes: Any) -> None:
        """Sets switches of PlayBoxSwitches by name."""
        self.switches = switched(self.switches, changes)

    @locked
    def start_job(
        self,
        ingest: str | int = 0,
        file_name: str | None = None,
        *,
        job: str | None = None,
        name_after: float | None = 0.0,
    ) -> str:
        """Starts a job, with the id `job` or a new one, and returns the id.

        Its file name shows after `name_after` seconds; None: never by itself.
        """
        now = time.monotonic()
        job = job or str(next(self._numbers))
        self._jobs[job] = IngestJob(
            job,
            self._ingest(ingest),
            f"JOB {job}.mxf" if file_name is None else file_name,
            None if name_after is None else now + name_after,
            now,
        )
        return job

    @locked
    def name_job(self, job: str, file_name: str) -> None:
        """Gives a job its file name, now."""
        known = self._job(job)
        known.file_name, known.named_from = file_name, time.monotonic()

    @locked
    def end_job(self, job: str) -> None:
        self._job(job).ended = time.monotonic()

    @locked
    def lose_jobs(self) -> None:
        """Every job vanishes, as after a crash of the PlayBox."""
        now = time.monotonic()
        for job in self._jobs.values():
            job.ended = job.ended or now

    @property
    def jobs(self) -> list[IngestJob]:
        """Every job there ever was, oldest first."""
        with self.changed:
            return [replace(job) for job in self._jobs.values()]

    @locked
    def describe(self) -> dict[str, object]:
        return {
            **super().describe(),
            "switches": asdict(self.switches),
            "ingests": self.ingests,
            "jobs": [asdict(job) for job in self._jobs.values()],
        }

    def _ingest(self, ingest: str | int) -> str:
        if isinstance(ingest, int) and 0 <= ingest < len(self.ingests):
            return self.ingests[ingest]
        if ingest in self.ingests:
            return str(ingest)
        raise ValueError(f"Cannot find the ingest {ingest!r}: this PlayBox has {len(self.ingests)}.")

    def _job(self, job: str) -> IngestJob:
        if job not in self._jobs:
            raise ValueError(f"Cannot find the job {job!r}. Running are {self._running()}.")
        return self._jobs[job]

    def _running(self, ingest: str | None = None) -> list[str]:
        return [job.id for job in self._jobs.values() if job.ended is None and ingest in (None, job.ingest)]

    def _active_jobs_info(self, _request: Request) -> Answer:
        listed = [self._ingest_entry(ingest) for ingest in self.ingests]
        if self.switches.idle_ingest == "left out":
            listed = [entry for entry in listed if entry["activeJobsInfo"]]
        return Answer(listed)

    def _ingest_entry(self, ingest: str) -> dict[str, Any]:
        jobs = self._running(ingest) * (2 if self.switches.jobs_listed_twice else 1)
        entry: dict[str, Any] = {
            "ingestId": ingest.lower() if self.switches.lower_case_ingests else ingest,
            "activeJobsInfo": [self._job_entry(job) for job in jobs],
        }
        return {**entry, "ingestState": 2, "alarms": []} if self.switches.extra_keys else entry

    def _job_entry(self, job: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"id": int(job) if self.switches.integer_ids and job.isdecimal() else job}
        return {**entry, "progress": 12.5, "presets": None} if self.switches.extra_keys else entry

    def _files(self, request: Request) -> Answer:
        ingest, job_id = request.params
        job = self._jobs.get(job_id)
        if job is None or job.ingest.lower() != ingest.lower():
            return NOT_FOUND
        if job.ended is not None and self.switches.files_of_ended_job == "404":
            return NOT_FOUND
        named = job.named_from is not None and job.named_from <= time.monotonic()
        primary = {"presetTag": "Primary", "fileName": job.file_name if named else ""}
        proxy = {"presetTag": "Proxy", "fileName": f"proxy_{job.id}.mp4"}
        if named or self.switches.unnamed_files == "blank":
            data = [proxy, primary]
        else:
            data = [proxy] if self.switches.unnamed_files == "proxies" else []
        return Answer({"data": data, "total": len(data)} if self.switches.extra_keys else {"data": data})
