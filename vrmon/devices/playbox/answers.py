"""What PlayBox's answers look like, and how much of them is read. The shapes are those seen in the field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from vrmon.model import Job, Odd, Sight, ingest_id
from vrmon.net.shape import ShapeError, array, handle, mapping, text

MOST = 2000
"""Ingests that are read of an answer, and jobs."""
MOST_ON_ONE = 50
"""Jobs that are read of one ingest."""


class Listing(NamedTuple):
    """`spellings`: how the primary itself spells each ingest that it lists."""

    sight: Sight[tuple[Job, ...]]
    spellings: dict[str, str]


def parse_listing(answer: object) -> Listing:
    """The jobs in an answer to /ingests/activejobsinfo, each once, with the ingests, idle ones too.

    ShapeError where it is no list, or where nothing in it is told well. An ingest that does not list its
    jobs is odd: unknown is not "none". So is one of which not all is read.
    """
    reading = _Reading()
    for place, item in enumerate(array(answer)):
        if place == MOST or len(reading.jobs) >= MOST:
            reading.odd.append(Odd(place, None, f"[{place}]: this entry and those behind it are not read"))
            break
        reading.take(place, item)
    if reading.odd and not reading.jobs and not reading.good:
        raise ShapeError(reading.odd[0].why)
    sight = Sight(tuple(reading.jobs), tuple(reading.odd), tuple(reading.spellings))
    return Listing(sight, reading.spellings)


def parse_basename(answer: object) -> str | None:
    """The primary file's name less its last extension, None while none is listed.

    ShapeError where it is no list, or the primary's name may be in an entry that is told badly.
    """
    fault = ""
    for i, item in enumerate(array(mapping(answer).get("data"), "data")[:MOST]):
        try:
            entry = mapping(item, f"data[{i}]")
            tag, name = entry.get("presetTag"), entry.get("fileName")
            if isinstance(tag, str) and tag.strip().lower() == "primary" and name is not None:
                base = _base(text(name, f"data[{i}].fileName"))
                if base:
                    return base
        except ShapeError as error:
            fault = fault or str(error)
    if fault:
        raise ShapeError(fault)
    return None


def _base(file: str) -> str:
    """A file's name less its last extension; of a path, Windows', a share's or POSIX', its last part."""
    name = re.split(r"[/\\]", file.strip())[-1]
    return name.rpartition(".")[0] or name


@dataclass
class _Reading:
    """`good`: how many entries were told well. `jobs` is a set that keeps their order."""

    jobs: dict[Job, None] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    odd: list[Odd] = field(default_factory=list)
    good: int = 0

    def take(self, place: int, item: object) -> None:
        where = f"[{place}]"
        ingest = None
        try:
            entry = mapping(item, where)
            told = handle(entry.get("ingestId"), f"{where}.ingestId")
            ingest = ingest_id(told) or None
            if ingest is None:
                raise ShapeError(f"{where}.ingestId: nothing but blanks and brackets")
            self.spellings.setdefault(ingest, told)
            self._take_jobs(ingest, entry.get("activeJobsInfo"), f"{where}.activeJobsInfo")
        except ShapeError as error:
            self.odd.append(Odd(place, ingest, str(error)))
        else:
            self.good += 1

    def _take_jobs(self, ingest: str, told: object, where: str) -> None:
        """Every job that is told well; ShapeError, for the first that is not, when these are taken."""
        fault = ""  # its text: the error itself would keep all of this alive for longer than anybody wants
        infos = array(told, where)
        for i, info in enumerate(infos[:MOST_ON_ONE]):
            try:
                job_id = mapping(info, f"{where}[{i}]").get("id")
                self.jobs.setdefault(Job(ingest, _job_id(job_id, f"{where}[{i}].id")))
            except ShapeError as error:
                fault = fault or str(error)
        if fault:
            raise ShapeError(fault)
        if len(infos) > MOST_ON_ONE:
            raise ShapeError(f"{where}: {len(infos)} jobs, of which {MOST_ON_ONE} are read")


def _job_id(value: object, where: str) -> str:
    """An id as a string: PlayBox's are strings, but integers are expected of other builds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ShapeError(f"{where}: a string or an integer is expected")
    return handle(value, where)
