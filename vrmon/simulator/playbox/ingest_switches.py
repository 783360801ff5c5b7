"""The switches of the simulated PlayBox, for the server or for one ingest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmon.simulator.served.oddities import Odd
from vrmon.simulator.served.switches import Switches, switch


@dataclass(frozen=True)
class PlayBoxSwitches(Switches):
    """Each is an unknown of wire-facts.md."""

    idle_ingest: Literal["listed", "left out"] = switch(
        "listed", "an ingest without a job: with an empty list, or not listed at all"
    )
    jobs_listed_twice: bool = switch(False, "each job stands twice in its ingest's list")
    integer_ids: bool = switch(False, "a job's id is a number, where it can be one")
    ingest_ids: Literal["upper case", "dashes", "braces", "blanks"] = switch(
        "upper case",
        "how ids of ingests are listed: 32 digits, a GUID with dashes, one in braces, or 32 digits in blanks",
    )
    lower_case_ingests: bool = switch(False, "ids of ingests are listed in lower case")
    ids_in_paths: Literal["any spelling", "as listed"] = switch(
        "any spelling", "how an ingest's id may be spelled where a job's files are asked for"
    )
    ingest_told: Literal[
        Odd,
        "ingestId absent",
        "ingestId null",
        "ingestId number",
        "ingestId empty",
        "activeJobsInfo absent",
        "activeJobsInfo null",
        "activeJobsInfo text",
        "activeJobsInfo object",
    ] = switch("well", "the entry of an ingest, told oddly")
    job_told: Literal[Odd, "id absent", "id null", "id float", "id empty", "id list", "id object"] = switch(
        "well", "the entry of a job, told oddly; an idle ingest then has one of its own"
    )
    extra_keys: bool = switch(True, "entries have keys that nobody asked for")
    file_name: Literal["bare", "windows", "unc", "posix"] = switch(
        "bare", r"the primary file's name: X.mxf, D:\Media\X.mxf, \\nas\media\X.mxf, /mnt/media/X.mxf"
    )
    preset_tag: Literal["Primary", "primary", "PRIMARY"] = switch("Primary", "the tag of the primary file")
    file_told: Literal[
        Odd,
        "fileName absent",
        "fileName null",
        "fileName number",
        "fileName list",
        "presetTag absent",
        "presetTag null",
        "presetTag number",
    ] = switch("well", "the entry of the primary file, told oddly")
    unnamed_files: Literal["empty", "proxies", "blank"] = switch(
        "proxies", "the file list of a job whose primary file has no name yet: nothing, proxies only, a blank"
    )
    files_of_ended_job: Literal["404", "kept"] = switch("kept", "the file list of a job that is over")
