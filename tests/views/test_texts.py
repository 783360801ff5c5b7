"""What is said of a problem is true in every case in which it is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.world.incidents import ODD, SILENT, a_job_is_recorded, fails, shows, site
from tests.world.observed import Fault
from vrmon.catalog import ROWS, Code

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
