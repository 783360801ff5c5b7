"""A plain HTTP client for the simulated devices."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

FIRST = "4XT00292 - 0"
SECOND = "4XT00292 - 1"
SUCCESS = (200, {"success": True})


def refused(answer: tuple[int, Any], status: int) -> bool:
    return answer[0] == status and answer[1]["success"] is False and bool(answer[1]["error"])


class Client:
    """A session that knows a device's address; answers as (status, body)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options: Any) -> tuple[int, Any]:
        answer = self.session.get(self.url + path, timeout=60, **options)
        return answer.status_code, answer.json()

    def put(self, path: str, body: object) -> tuple[int, Any]:
        answer = self.session.put(self.url + path, json=body, timeout=60)
        return answer.status_code, answer.json()

    def source(self, unique_id: str = FIRST) -> dict[str, Any]:
        _, listed = self.get("/sources")
        return next(one for one in listed if one["unique_id"] == unique_id)

    def command(self, name: str, source: str = FIRST) -> tuple[int, Any]:
        return self.get(f"/sources/{quote(source, safe='')}/{name}")

    def name(self, name: str, source: str = FIRST) -> tuple[int, Any]:
        return self.put(f"/sources/{quote(source, safe='')}/recording_name", {"recording_name": name})

    def files(self, ingest: str, job: str) -> list[dict[str, str]]:
        data: list[dict[str, str]] = self.get(f"/ingests/{ingest}/jobs/{job}/files")[1]["data"]
        return data

    def jobs(self) -> dict[str, list[Any]]:
        _, listed = self.get("/ingests/activejobsinfo")
        return {entry["ingestId"]: [job["id"] for job in entry["activeJobsInfo"]] for entry in listed}
