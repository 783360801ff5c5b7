"""A PlayBox ingest server: ingests, their jobs, and the two requests that wire-facts.md knows of."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import asdict
from itertools import count
from typing import Any

from vrmon.simulator.playbox.ingest_job import IngestJob
from vrmon.simulator.playbox.ingest_listing import files, ingest_entries, ingest_id, same_ingest, spelled
from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches
from vrmon.simulator.served.exchange import NOT_FOUND, Answer, Request, Route
from vrmon.simulator.served.simulated_device import SimulatedDevice, Work, locked
from vrmon.simulator.served.switches import switched, switched_in_part


class PlayBox(SimulatedDevice):
    """`ingests` are their ids, or how many to make. An ingest is named by its id or its place among them."""

    KIND = "playbox"
    PART = "ingest"
    ACTIONS = (
        *SimulatedDevice.ACTIONS,
        *("start_job", "name_job", "end_job", "lose_jobs", "restart"),
    )
    switches: PlayBoxSwitches

    def __init__(self, ingests: int | Iterable[str] = 4) -> None:
        super().__init__()
        made = (
            (ingest_id(number) for number in range(1, ingests + 1)) if isinstance(ingests, int) else ingests
        )
        self.ingests = list(made)
        self.switches = PlayBoxSwitches()
        self._switches_of: dict[str, PlayBoxSwitches] = {}
        self._jobs: list[IngestJob] = []
        self._numbers = count(7001)
        self.routes = (
            Route("GET", "/ingests/activejobsinfo", self._active_jobs_info, is_list=True),
            Route("GET", "/ingests/{}/jobs/{}/files", self._files, is_list=True),
        )

    @locked
    def switch(self, /, ingest: str | int | None = None, **changes: Any) -> None:
        """Sets switches of PlayBoxSwitches by name, for one ingest or for the whole server."""
        if ingest is None:
            self.switches = switched(self.switches, changes)
        else:
            one = self._ingest(ingest)
            self._switches_of[one] = switched_in_part(self._of(one), changes)

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

        The id of one that is over can be used again. Its file name shows after `name_after` seconds; None:
        never by itself.
        """
        now = time.monotonic()
        job = job or str(next(self._numbers))
        ingest = self._ingest(ingest)
        if any(known.id == job for known in self._running(ingest)):
            raise ValueError(f"Cannot start the job {job!r}: it is running.")
        name = f"JOB {job}.mxf" if file_name is None else file_name
        self._jobs.append(IngestJob(job, ingest, name, None if name_after is None else now + name_after, now))
        return job

    @locked
    def name_job(self, job: str, file_name: str) -> None:
        """Gives a job its file name, or another one, now."""
        known = self._job(job)
        known.file_name, known.named_from = file_name, time.monotonic()

    @locked
    def end_job(self, job: str) -> None:
        self._job(job).end(time.monotonic())

    @locked
    def lose_jobs(self, jobs: Sequence[str] | None = None) -> None:
        """These jobs, or all of them, vanish from one answer to the next."""
        now = time.monotonic()
        for job in self._running() if jobs is None else [self._job(one) for one in jobs]:
            job.end(now)

    def restart(self, jobs_lost: bool = True) -> Work:
        """The service is started again between two polls: connections are closed, the jobs lost or kept."""
        return self.at_listener(self._restarted(jobs_lost))

    @property
    def jobs(self) -> list[IngestJob]:
        """Every job there ever was, oldest first."""
        with self.changed:
            return deepcopy(self._jobs)

    @locked
    def describe(self) -> dict[str, object]:
        return {
            **super().describe(),
            "switches": asdict(self.switches),
            "ingests": self.ingests,
            "jobs": [asdict(job) for job in self._jobs],
        }

    async def _restarted(self, jobs_lost: bool) -> None:
        # Nothing is answered in between: what answers is in this very thread.
        await self._listening().drop_connections()
        if jobs_lost:
            self.lose_jobs()

    def _ingest(self, ingest: str | int) -> str:
        if isinstance(ingest, int) and 0 <= ingest < len(self.ingests):
            return self.ingests[ingest]
        if ingest in self.ingests:
            return str(ingest)
        raise ValueError(f"Cannot find the ingest {ingest!r}: this PlayBox has {len(self.ingests)}.")

    def _of(self, ingest: str) -> PlayBoxSwitches:
        return self._switches_of.get(ingest, self.switches)

    def _job(self, job: str) -> IngestJob:
        """The last of that id, a running one first."""
        known = [one for one in self._jobs if one.id == job]
        if not known:
            running = [one.id for one in self._running()]
            raise ValueError(f"Cannot find the job {job!r}. Running are {running}.")
        return max(known, key=lambda one: (one.ended is None, one.started))

    def _running(self, ingest: str | None = None) -> list[IngestJob]:
        return [job for job in self._jobs if job.ended is None and ingest in (None, job.ingest)]

    def _active_jobs_info(self, _request: Request) -> Answer:
        jobs: dict[str, list[IngestJob]] = {ingest: [] for ingest in self.ingests}
        for job in self._running():
            jobs[job.ingest].append(job)
        return Answer(
            [
                entry
                for ingest, running in jobs.items()
                for entry in ingest_entries(ingest, running, self._of(ingest))
            ]
        )

    def _files(self, request: Request) -> Answer:
        asked, job_id = request.params
        ingest = next((one for one in self.ingests if self._is_asked(one, asked)), None)
        jobs = [job for job in self._jobs if (job.ingest, job.id) == (ingest, job_id)]
        if ingest is None or not jobs:
            return NOT_FOUND
        job, switches = jobs[-1], self._of(ingest)
        if job.ended is not None and switches.files_of_ended_job == "404":
            return NOT_FOUND
        named = job.named_from is not None and job.named_from <= time.monotonic()
        data = files(job, named, switches)
        return Answer({"data": data, "total": len(data)} if switches.extra_keys else {"data": data})

    def _is_asked(self, ingest: str, asked: str) -> bool:
        switches = self._of(ingest)
        if switches.ids_in_paths == "as listed":
            return spelled(ingest, switches) == asked
        return same_ingest(ingest, asked)
