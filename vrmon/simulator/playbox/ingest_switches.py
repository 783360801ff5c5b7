"""The switches of the simulated PlayBox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmon.simulator.served.switches import Switches, switch


@dataclass(frozen=True)
class PlayBoxSwitches(Switches):
    """Each is an unknown of wire-facts.md."""

    idle_ingest: Literal["listed", "left out"] = switch(
        "listed", "an ingest without a job: with an empty list, or not listed at all"
    )
    jobs_listed_twice: bool = switch(False, "each job stands twice in its ingest's list")
    integer_ids: bool = switch(False, "a job's id is a number, where it can be one")
    lower_case_ingests: bool = switch(False, "ingest ids are listed in lower case")
    extra_keys: bool = switch(True, "entries have keys that nobody asked for")
    unnamed_files: Literal["empty", "proxies", "blank"] = switch(
        "proxies", "the file list of a job whose primary file has no name yet: nothing, proxies only, a blank"
    )
    files_of_ended_job: Literal["404", "kept"] = switch("kept", "the file list of a job that is over")
