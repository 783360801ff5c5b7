"""The entries of PlayBox's lists, and the spellings of an ingest's id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from vrmon.simulator.playbox.ingest_job import IngestJob
from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches
from vrmon.simulator.served.oddities import told

_FOLDERS = {"bare": "", "windows": "D:\\Media\\", "unc": "\\\\nas\\media\\", "posix": "/mnt/media/"}
_GUID = re.compile(r"(.{8})(.{4})(.{4})(.{4})(.{12})")


def ingest_id(number: int) -> str:
    """32 hexadecimal digits for the ingest of that number, the same in every run."""
    return f"9C64992CFF3A4A3FA3C635BB7D9B{number:04X}"


def spelled(ingest: str, switches: PlayBoxSwitches) -> str:
    """An id as the switches want it; dashes where there are 32 digits."""
    letters = ingest.lower() if switches.lower_case_ingests else ingest
    if switches.ingest_ids == "upper case":
        return letters
    dashed = _GUID.sub(r"\1-\2-\3-\4-\5", letters) if len(letters) == 32 else letters
    forms = {"dashes": dashed, "braces": f"{{{dashed}}}", "blanks": f" {letters} "}
    return forms.get(switches.ingest_ids, letters)


def same_ingest(ingest: str, asked: str) -> bool:
    """Whether `asked` means it in any spelling."""
    return _bare(ingest) == _bare(asked)


def ingest_entries(ingest: str, jobs: Sequence[IngestJob], switches: PlayBoxSwitches) -> list[Any]:
    """What stands in the list for one ingest: nothing, an entry, or two."""
    infos = [info for job in jobs for info in _job_entries(job.id, switches)]
    if not infos and switches.job_told != "well":
        infos = _job_entries("7000", switches)
    if not infos and switches.idle_ingest == "left out":
        return []
    entry: dict[str, Any] = {"ingestId": spelled(ingest, switches), "activeJobsInfo": infos}
    if switches.extra_keys:
        entry.update(ingestName="", ingestState=2, alarms=[])
    return told(entry, switches.ingest_told, "ingestName")


def files(job: IngestJob, named: bool, switches: PlayBoxSwitches) -> list[Any]:
    """The files of a job; the primary is there with or without its name."""
    name = f"{_FOLDERS[switches.file_name]}{job.file_name}" if named else ""
    primary = {"presetTag": switches.preset_tag, "fileName": name}
    proxy = {"presetTag": "Proxy", "fileName": f"proxy_{job.id}.mp4"}
    if named or switches.unnamed_files == "blank":
        return [proxy, *told(primary, switches.file_told, "fileName")]
    return [proxy] if switches.unnamed_files == "proxies" else []


def _job_entries(job: str, switches: PlayBoxSwitches) -> list[Any]:
    entry: dict[str, Any] = {"id": int(job) if switches.integer_ids and job.isdecimal() else job}
    if switches.extra_keys:
        entry.update(progress=12.5, presets=None)
    return told(entry, switches.job_told, "id") * (2 if switches.jobs_listed_twice else 1)


def _bare(ingest: str) -> str:
    return ingest.strip(" {}").replace("-", "").upper()
