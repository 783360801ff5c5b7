"""What is told of a show that is not whole: the document, the headline, the problem. All from real takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_site import site
from vrmon.model import DeviceState, DeviceView
from vrmon.settings import Sync
from vrmon.views.scene import Scene
from vrmon.views.status import document


def status(run: Run) -> dict[str, Any]:
    assert run.planned is not None
    views = DeviceView(DeviceState.OK, run.now, "", 0)
    return document(
        Scene(
            version="1.0",
            settings=run.settings,
            plan=run.planned,
            primaries=dict.fromkeys(run.settings.primaries, views),
            dvrs=dict.fromkeys(run.settings.dvrs, views),
            now=run.now,
            epoch=EPOCH,
            began=0.0,
            configuration={},
        )
    )


@pytest.fixture
def run() -> Run:
    made = Run(site(2, Sync()), Quirks())
    made.begin()
    made.until(10.0)
    return made


def test_a_whole_show_is_told_as_whole(run: Run) -> None:
    run.job("NEWS", 0)
    run.until(60.0)
    whole = status(run)
    assert (whole["health"], whole["summary"]) == ("ok", "1 of 1 jobs recorded")
    first, second = (one["coverage"] for one in whole["channels"])
    assert second is None
    assert (first["gaps"], first["files"]) == ([], ["NEWS"])
    assert first["missing"]["least"] < 0.1
    assert first["missing"]["most"] < 4.0


def test_a_show_without_its_beginning_is_not_whole_until_its_end(run: Run) -> None:
    run.mac.sources[1].is_locked = True
    job = run.job("LATE", 1)
    run.job("NEWS", 0)
    run.until(50.0)
    run.mac.sources[1].is_locked = False
    run.until(1000.0)
    whole = status(run)
    assert whole["summary"].startswith("2 of 2 jobs recorded, 1 whole; PCR 2 lacks its first 39 s")
    (told,) = (one for one in whole["problems"] if one["code"] == "backup-incomplete")
    assert (told["severity"], told["subject"], whole["health"]) == ("degraded", "PCR 2", "degraded")
    shown = whole["channels"][1]
    assert shown["problem"]["code"] == "backup-incomplete"
    (gap,) = shown["coverage"]["gaps"]
    began = next(one.began for one in run.mac.recordings if one.name == "LATE")
    assert gap["least"] <= began - 10.0 <= gap["most"]
    assert gap["most"] - gap["least"] < 4.0
    assert gap["cause"] == "start-refused"
    assert gap["to"] is not None
    assert shown["coverage"]["missing"]["least"] == gap["least"]
    run.playbox.jobs.remove(job)
    run.until(1050.0)
    assert status(run)["summary"] == "1 of 1 jobs recorded"


def test_a_hole_in_the_middle_names_both_files_and_its_cause(run: Run) -> None:
    run.job("NEWS", 0)
    run.until(60.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(100.0)
    shown = status(run)["channels"][0]["coverage"]
    assert shown["files"] == ["NEWS", "NEWS_cont1"]
    assert all(gap["cause"] == "take-died" for gap in shown["gaps"])
    assert shown["missing"]["least"] <= run.mac.recordings[1].began - 60.0 <= shown["missing"]["most"]


@pytest.mark.parametrize(("before", "after"), [(3.0, 60.0), (60.0, 3.0)])
def test_what_may_be_missing_is_weighed_anew_where_it_is_configured_otherwise(
    run: Run, before: float, after: float
) -> None:
    run.reload(replace(run.settings, sync=Sync(gap_tolerance=before)))
    run.mac.sources[0].is_locked = True
    run.job("LATE", 0)
    run.until(20.0)
    run.mac.sources[0].is_locked = False
    run.until(60.0)
    assert ("backup-incomplete" in run.problems()) is (before < 10.0)
    run.reload(replace(run.settings, sync=Sync(gap_tolerance=after)))
    run.until(70.0)
    assert ("backup-incomplete" in run.problems()) is (after < 10.0)


def test_what_a_job_lacks_that_ran_before_anybody_looked_is_not_its_beginning() -> None:
    run = Run(site(1, Sync()), Quirks())
    run.job("NEWS", 0)
    run.until(3600.0)
    run.mac.sources[0].is_locked = True
    run.begin()
    run.until(3610.0)
    run.mac.sources[0].is_locked = False
    run.until(3630.0)
    assert status(run)["summary"].endswith("PCR 1 lacks 9 s: the backup of 'NEWS' is not whole")


def test_a_job_of_which_nobody_knows_whether_it_is_recorded_is_not_counted_as_whole(run: Run) -> None:
    run.mac.sources[1].is_locked = True
    run.job("LATE", 1)
    run.until(50.0)
    run.mac.is_up = False
    run.until(60.0)
    run.job("NEWS", 0)
    run.until(300.0)
    assert status(run)["summary"].startswith("0 of 2 jobs recorded, 0 whole")


def test_an_open_gap_grows_until_it_is_over(run: Run) -> None:
    run.mac.sources[0].is_locked = True
    run.job("NEWS", 0)
    least = []
    for moment in (15.0, 20.0, 40.0):
        run.until(moment)
        shown = status(run)["channels"][0]["coverage"]
        least.append(shown["missing"]["least"])
        assert shown["gaps"][-1]["to"] is None
        assert shown["missing"]["most"] >= moment - 10.0 - 0.1
    assert 0.0 < least[0] < least[1] < least[2]


@pytest.mark.parametrize("poll_interval", [0.5, 1.0, 5.0, 20.0])
def test_what_the_pace_of_the_looks_leaves_in_doubt_is_told_as_whole_while_it_is_recorded(
    poll_interval: float,
) -> None:
    run = Run(site(1, Sync(), poll_interval), Quirks())
    run.begin()
    run.until(47.3)
    run.job("NEWS", 0)
    run.until(400.0)
    for second in range(60):
        run.until(400.0 + 0.7 * second)
        shown = status(run)["channels"][0]["coverage"]
        assert (shown["whole"], shown["files"]) == (True, ["NEWS"]), shown["missing"]


@pytest.mark.parametrize("poll_interval", [1.0, 20.0])
def test_what_is_not_recorded_is_told_as_whole_at_no_pace(poll_interval: float) -> None:
    run = Run(site(1, Sync(), poll_interval), Quirks())
    run.begin()
    run.until(50.0)
    run.mac.is_up = False
    run.job("NEWS", 0)
    for second in range(100):
        run.until(60.0 + poll_interval + second)
        told = status(run)["channels"][0]["coverage"]
        assert told is None or told["whole"] is not True or told["missing"]["most"] <= 3.0
