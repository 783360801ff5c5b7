"""The primary: a PlayBox ingest. It can be observed and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from vrmon.devices.contract import Primary
from vrmon.devices.playbox.answers import parse_basename, parse_listing
from vrmon.model import Job, Sight
from vrmon.net.client import Client, Request
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings

FILES_LIMIT = 256 << 10


class PlayBox:
    """A `contract.Primary`. The addresses and shapes are those seen in the field."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = Client(endpoint)

    @cached_property
    def _poll(self) -> Request:
        return self._client.prepare("GET", "ingests", "activejobsinfo")

    def jobs(self) -> Sight[tuple[Job, ...]]:
        return self._client.sight(self._client.exchange(self._poll, harmless=True), self._read)

    def basename(self, job: Job) -> str | None:
        ingest = self._endpoint.spellings.get(job.ingest, job.ingest)
        request = self._client.prepare("GET", "ingests", ingest, "jobs", job.id, "files")
        answer = self._client.exchange(request, FILES_LIMIT, harmless=True)
        return self._client.understand(answer, parse_basename)

    def close(self) -> None:
        self._client.close()

    def _read(self, answer: object) -> Sight[tuple[Job, ...]]:
        listing = parse_listing(answer)
        self._endpoint.spellings = listing.spellings
        return listing.sight


def connector(device: DeviceSettings) -> Callable[[], Primary]:
    endpoint = Endpoint(device)
    return lambda: PlayBox(endpoint)
