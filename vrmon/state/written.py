"""How the saved parts write what many of them hold: moments, texts, jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vrmon.model import Job

Shift = Callable[["float | None"], "float | None"]

MINUTE = 60.0  # the last sight of a device is kept to the minute, lest every poll be a reason to write


def rounded(moment: float | None) -> float:
    """To the minute."""
    return 0.0 if moment is None else moment - moment % MINUTE


def text(saved: object) -> str:
    if not isinstance(saved, str):
        raise TypeError("a text is expected")
    return saved


def text_or_none(saved: object) -> str | None:
    return None if saved is None else text(saved)


def named(job: Job | None) -> list[Any] | None:
    if job is None:
        return None
    return [job.ingest, job.id, job.show] if job.show else [job.ingest, job.id]


def named_job(saved: object) -> Job:
    match saved:
        case [str(ingest), str(job_id)]:
            return Job(ingest, job_id)
        case [str(ingest), str(job_id), int(show)]:
            return Job(ingest, job_id, show)
    raise ValueError("a job without its two names")
