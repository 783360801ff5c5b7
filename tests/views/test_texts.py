"""What is said of a problem is true in every case in which it is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.world.incidents import CHANNEL, INGEST, ODD, SILENT, SOURCES, a_job_is_recorded, fails, shows, site
from tests.world.observed import Fault
from vrmon.catalog import ROWS, Code
from vrmon.model import Destination, Job
from vrmon.plan import problems

MISSING = {"dvr": "dvr", "recorder": "MovieRecorder"}


@pytest.mark.parametrize(
    ("code", "facts", "told"),
    [
        (
            Code.SOURCE_MISSING,
            {**MISSING, "wanted": "Cam 9", "count": 1},
            "The source is not on dvr: none of its sources (1 in all) is called 'Cam 9'.",
        ),
        (
            Code.SOURCE_MISSING,
            {**MISSING, "index": 4, "count": 1},
            "The source is not on dvr: index 4 is not among its sources (1 in all).",
        ),
        (
            Code.JOBS_LEFT_OUT,
            {"subject": "playbox", "count": 1},
            "playbox runs more jobs on ingests without a channel than are shown here: 1 more.",
        ),
        (
            Code.HISTORY_LOST,
            {"rows": 1},
            "Entries of the history were lost while the disk could not be written: 1.",
        ),
    ],
)
def test_one_is_told_as_well_as_many(code: Code, facts: Mapping[str, object], told: str) -> None:
    assert ROWS[code].message(facts) == told


@pytest.mark.parametrize("fault", [SILENT, ODD])
def test_a_take_is_kept_for_a_primary_that_is_silent_or_answers_nonsense(fault: Fault) -> None:
    at = site()
    a_job_is_recorded(at)
    fails("playbox", fault)(at)
    at.until(at.now + 5.0)
    (kept,) = [one for one in at.problems if one.code is Code.PRIMARY_GONE_KEEPING]
    assert kept.message.startswith("playbox does not answer as it should, so ")


def test_a_take_that_is_recorded_to_nothing_is_no_recorded_job() -> None:
    at = site()
    a_job_is_recorded(at)
    shows(destinations=())(at)
    at.until(at.now + 5.0)
    assert at.document()["summary"].startswith("0 of 1 jobs recorded")


def test_of_many_jobs_that_share_a_take_a_few_are_named() -> None:
    at = site()
    a_job_is_recorded(at)
    for n in range(500):
        job = Job(INGEST, f"show {n}")
        at.jobs["playbox"].append(job)
        at.names[job] = f"SHOW {n}"
    at.until(at.now + 3.0)
    (shared,) = [one for one in at.problems if one.code is Code.SHARED_TAKE]
    assert "'SHOW 0', 'SHOW 1', 'SHOW 2' and 497 more" in shared.message
    assert "'NEWS' also records" in shared.message


def test_of_many_warnings_of_a_destination_a_few_are_told() -> None:
    warnings = tuple(f"disk {n} is slow" for n in range(100))
    (warned,) = problems.destination_warnings(CHANNEL, SOURCES[0], (Destination("d 1", "RAID", warnings),))
    assert "disk 0 is slow; disk 1 is slow; disk 2 is slow and 97 more." in warned.message
