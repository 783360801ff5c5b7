"""What PlayBox's answers look like. The addresses and shapes are those seen in the field."""

from __future__ import annotations

from vrmon.model import Job
from vrmon.net.shape import ShapeError, array, handle, mapping, text


def parse_listing(document: object) -> dict[str, list[Job]]:
    """The jobs of each ingest in an answer to /ingests/activejobsinfo, each once, idle ingests included.

    ShapeError for any other shape: an ingest that does not list its jobs is an error: unknown is not "none".
    """
    listing: dict[str, list[Job]] = {}
    for i, item in enumerate(array(document)):
        entry = mapping(item, f"[{i}]")
        ingest = handle(entry.get("ingestId"), f"[{i}].ingestId").upper()
        where = f"[{i}].activeJobsInfo"
        jobs = listing.setdefault(ingest, [])
        for j, info in enumerate(array(entry.get("activeJobsInfo"), where)):
            job_id = mapping(info, f"{where}[{j}]").get("id")
            job = Job(ingest, _job_id(job_id, f"{where}[{j}].id"))
            if job not in jobs:
                jobs.append(job)
    return listing


def parse_basename(document: object) -> str | None:
    """The primary file's name less its last extension, None while none is listed. ShapeError."""
    files = array(mapping(document).get("data"), "data")
    for i, item in enumerate(files):
        entry = mapping(item, f"data[{i}]")
        name = entry.get("fileName")
        if entry.get("presetTag") == "Primary" and name is not None and name != "":
            whole = text(name, f"data[{i}].fileName")
            return whole.rpartition(".")[0] or whole
    return None


def _job_id(value: object, where: str) -> str:
    """An id as a string: PlayBox's are strings, but integers are expected of other builds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ShapeError(f"{where}: a string or an integer is expected")
    return handle(value, where)
