"""The report that a real vrmond gives of what it has just done, and of its own absence."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.world.command import vrmon
from tests.world.mirror import Mirror, mirror, wait
from tests.world.unix_client import ask

TOLERANCE = 1.0


def report(here: Mirror, query: str = "") -> dict[str, Any]:
    code, document = here.daemon.get(f"/report{query}")
    assert code == 200, document
    return dict(document)


def away(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The times between two vrmonds."""
    return [one for one in document["absences"] if one["why"] == "vrmon-away"]


def statuses(here: Mirror) -> list[str]:
    return [job["status"] for job in report(here)["jobs"]]


def test_a_show_that_lacks_a_part_is_told_with_its_cause_and_its_files(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, sync={"gap_tolerance": TOLERANCE}) as here:
        job = here.record()
        here.wait_for_polls()  # for so long that what lacked at its beginning is a gap of its own
        here.recorder.fault(
            "body", "/sources/*/record", body='{"success": false, "error": "the disk is busy"}'
        )
        here.recorder.kill_take(0)
        here.daemon.wait_for(lambda status: status["channels"][0]["coverage"]["missing"]["least"] > TOLERANCE)
        assert statuses(here) == ["running"]
        here.recorder.clear_faults()
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        wait(lambda: statuses(here) == ["partial"], "the job is over, and its account closed")
        document = report(here)
        assert document["summary"] == {"jobs": 1, "complete": 0, "partial": 1, "missed": 0, "running": 0}
        (told,) = document["jobs"]
        (lost, other) = here.recorder.takes_of(0)
        assert [take["name"] for take in told["takes"]] == [lost.name, other.name]
        assert lost.ended is not None
        (gap,) = [gap for gap in told["gaps"] if gap["least"] > TOLERANCE]
        assert gap["cause"] == "start-refused"
        assert gap["least"] <= other.started - lost.ended <= gap["most"]
        assert told["missing"]["least"] >= gap["least"]
        (before,) = document["absences"]
        assert (before["why"], before["from"]) == ("no-history", document["from"])
        assert before["to"] < told["began"]["earliest"]
        assert document["losses"] == []


def test_both_listeners_give_it_and_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with mirror(tmp_path, size=2) as here:
        here.record("A.mxf")
        here.record("B.mxf", 2)
        wait(lambda: {job["basename"] for job in report(here)["jobs"]} == {"A", "B"}, "both are in the book")
        code, over_unix = ask(here.daemon.socket, "GET", "/report?channel=PCR%202")
        assert code == 200
        assert [job["basename"] for job in over_unix["jobs"]] == ["B"]
        assert report(here, "?day=last")["jobs"] == []
        for query, why in (
            ("from=yesterday", "not a time such as"),
            ("from=2026-11-26&to=2026-11-25", "'to' is not after 'from'"),
            ("from=2020-01-01", "more than 31 days"),
            ("day=never", "not a day such as"),
        ):
            code, answer = here.daemon.get(f"/report?{query}")
            assert (code, why in answer["error"]) == (400, True), answer


def test_a_job_that_ran_before_vrmon_was_there_is_not_claimed_whole(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, sync={"gap_tolerance": 60.0}) as here:
        here.daemon.kill(signal.SIGTERM)
        for file in here.daemon.state.iterdir():
            file.unlink()  # as before the first start
        job = here.playbox.start_job(0, "SHOW.mxf")
        here.daemon.start()
        here.wait_for_phase("recording")
        coverage = here.daemon.status()["channels"][0]["coverage"]
        assert (coverage["was_running"], coverage["whole"]) == (True, None)
        status = vrmon("status", "--socket", here.daemon.socket).stdout
        assert "  begun before vrmon looked  " in status
        (told,) = report(here)["jobs"]
        assert (told["began"]["earliest"], told["status"]) == (None, "running")
        here.playbox.end_job(job)
        wait(lambda: statuses(here) == ["partial"], "it is over")


def test_a_channel_that_there_is_not_is_no_empty_answer(tmp_path: Path) -> None:
    with mirror(tmp_path, size=2) as here:
        for address in ("report", "history", "history?kind=job"):
            mark = "&" if "?" in address else "?"
            for name in ("PCR 1", "PCR 2"):
                assert here.daemon.get(f"/{address}{mark}channel={quote(name)}")[0] == 200, "nothing so far"
            status, told = here.daemon.get(f"/{address}{mark}channel=PCR1")
            assert (status, told["error"]) == (
                404,
                "Cannot find channel 'PCR1': neither vrmon.toml nor the history has one of that name. "
                "Did you mean 'PCR 1'? There are: PCR 1, PCR 2.",
            )
        for subject in ("playbox", "vrmon"):
            assert here.daemon.get(f"/history?kind=problem&channel={subject}")[0] == 200


def test_the_time_without_vrmon_is_an_absence_and_the_take_survives_it_whole(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.wait_for_looks()
        job = here.record()
        here.wait_for_state("SHOW")
        here.wait_for_polls()
        here.daemon.restart(9)
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        wait(lambda: statuses(here) == ["complete"], "the job is over, and its account closed")
        document = report(here)
        (absence,) = away(document)
        assert absence["from"] < absence["to"]
        assert [take["number"] for take in document["jobs"][0]["takes"]] == [1]


def test_a_job_is_reported_once_although_the_state_was_lost(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        wait(lambda: [one["takes"] for one in report(here)["jobs"] if one["takes"]], "the take in the book")
        here.daemon.kill(signal.SIGKILL)
        for file in here.daemon.state.glob("state.json*"):
            file.unlink()
        here.daemon.start()
        here.wait_for_phase("recording")
        wait(lambda: len(away(report(here))) == 1 and statuses(here) == ["running"], "the job as one")
        here.playbox.end_job(job)
        wait(lambda: statuses(here) in (["complete"], ["partial"]), "the job is over, and its account closed")
        document = report(here)
        (told,) = document["jobs"]
        take = here.the_take()
        (taken,) = told["takes"]
        assert (told["job"], told["basename"], taken["files"]) == (job, "SHOW", [take.name])
        for kind in ("job", "take"):
            assert len(here.daemon.get(f"/history?kind={kind}")[1]["items"]) == 1, kind
        assert told["missing"]["least"] < TOLERANCE
        assert told["began"]["latest"] < away(document)[0]["from"] < told["ended"]["earliest"]


@pytest.mark.parametrize("query", ["", "?day=last"])
def test_without_a_history_it_says_so(tmp_path: Path, query: str) -> None:
    with mirror(tmp_path, size=1, extra="[history]\ndays = 0\n") as here:
        code, answer = here.daemon.get(f"/report{query}")
        assert (code, "[history] days" in answer["error"]) == (503, True)
