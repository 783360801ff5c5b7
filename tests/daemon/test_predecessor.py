"""Each thing that the program before vrmon did wrong, against the real daemon."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

from tests.world.mirror import PACE, codes, is_in, mirror, wait

HANGS = 30.0  # seconds that a device that hangs is waited for


def test_one_poll_of_the_primary_without_an_answer_stops_nothing(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, timeout=0.3, sync={"stop_delay": 0}) as here:
        here.record()
        for kind in ("error", "random_body", "hang"):
            here.playbox.fault(kind, "/ingests/activejobsinfo", times=1)
            here.wait_for_polls()
            here.wait_for_phase("recording")
        assert here.the_take().ended is None
        assert here.sent("*/stop") == []


def test_a_file_list_that_fails_while_its_job_runs_changes_nothing(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.daemon.kill()
        for generation in here.daemon.state.glob("state.json*"):
            generation.unlink()
        here.playbox.fault("error", "*/files", times=1)
        here.daemon.start()
        here.wait_for_phase("recording")
        wait(lambda: len(here.playbox.arrivals("*/files")) >= 3, "the name to be asked for until it is told")
        here.wait_for_polls()
        assert (here.the_take().name, here.the_take().ended) == ("SHOW", None)
        assert len(here.sent()) == 2, "what the first vrmond asked for: the name and the recording"


def test_a_job_that_follows_another_within_one_poll_is_recorded(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        first = here.record("A.mxf")
        here.playbox.end_job(first)
        here.playbox.start_job(0, "B.mxf")
        here.daemon.wait_for(lambda status: status["channels"][0]["recording"] == "B")
        a, b = here.recorder.takes
        assert (a.name, a.ended_by, b.name, b.ended) == ("A", "remote", "B", None)
        assert a.ended is not None
        assert a.ended <= b.started
        looks = [one for one in here.recorder.arrivals("GET /sources") if a.ended < one.at < b.started]
        assert len(looks) <= 10
        assert [command.rpartition("/")[2] for command in here.sent()][2:] == [
            "stop",
            "recording_name",
            "record",
        ]


def test_a_record_that_is_answered_with_success_false_is_repeated_and_shown(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.fault("body", "*/record", body='{"success": false, "error": "disk is busy"}', times=1)
        here.playbox.start_job(0, "SHOW.mxf")
        status = here.daemon.wait_for(lambda status: "start-refused" in codes(status, "PCR 1"))
        assert status["health"] == "critical"
        assert "disk is busy" in status["channels"][0]["problem"]["message"]
        assert here.wait_for_phase("recording")["problem"] is None
        assert len(here.sent("*/record")) == 2


def test_a_stop_that_fails_is_repeated_until_it_is_seen(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        here.recorder.fault("error", "*/stop", times=1)
        here.playbox.end_job(job)
        here.daemon.wait_for(lambda status: "stop-lost" in codes(status, "PCR 1"))
        here.wait_for_phase("idle")
        assert here.the_take().ended_by == "remote"
        assert len(here.sent("*/stop")) == 2


def test_a_job_that_begins_while_the_dvr_is_down_is_recorded_once_it_is_back(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.refuse()
        here.playbox.start_job(0, "SHOW.mxf")
        here.daemon.wait_for(lambda status: {"dvr-blind", "dvr-unreachable"} <= codes(status))
        here.recorder.listen_again()
        back = time.monotonic()
        here.wait_for_phase("recording")
        assert here.the_take().started - back < 4.0


def test_a_take_that_dies_in_mid_job_is_continued_and_told_of(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.recorder.kill_take(0)
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording") and codes(status))
        (problem,) = status["problems"]
        assert (problem["code"], problem["severity"], problem["subject"]) == (
            "take-died",
            "degraded",
            "PCR 1",
        )
        assert problem["hint"].startswith("Keep every file of this job.")
        dead, alive = here.recorder.takes
        assert (dead.ended_by, alive.name) == ("died", "SHOW_cont1")
        assert "take-died" in {one["code"] for one in status["recent"]}


def test_an_operators_recording_survives_the_end_of_a_job(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.record_by_hand(0, "MINE")
        here.wait_for_polls()
        job = here.playbox.start_job(0, "SHOW.mxf")
        here.daemon.wait_for(lambda status: "foreign-recording" in codes(status))
        here.playbox.end_job(job)
        here.daemon.wait_for(lambda status: status["channels"][0]["job"] is None)
        here.wait_for_polls()
        assert (here.the_take().name, here.the_take().ended) == ("MINE", None)
        assert here.sent() == []


def test_a_primary_that_refuses_connections_delays_nobody(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.playbox.refuse()
        here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] >= 2)
        before = len(here.recorder.arrivals("/sources"))
        wait(lambda: len(here.recorder.arrivals("/sources")) >= before + 10, "polls of the DVR")
        polls = here.recorder.arrivals("/sources")[before:]
        pauses = sorted(later.at - earlier.at for earlier, later in pairwise(polls))
        assert pauses[len(pauses) // 2] < 10 * PACE


def test_the_status_answers_while_the_dvr_hangs(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, timeout=HANGS) as here:
        here.recorder.fault("hang")
        wait(
            lambda: [one for one in here.recorder.arrivals("/sources")[-1:] if one.answered is None],
            "the DVR to hang",
        )
        here.playbox.start_job(0)
        here.daemon.wait_for(lambda status: status["active_jobs"])
        taken = []
        for _ in range(50):
            asked = time.monotonic()
            here.daemon.status()
            taken.append(time.monotonic() - asked)
        assert max(taken) < HANGS / 3


def test_many_jobs_at_once_are_all_recorded_under_their_names(tmp_path: Path) -> None:
    with mirror(tmp_path, size=24, poll_interval=0.2) as here:
        here.playbox.delay = here.recorder.delay = 0.2
        begun = time.monotonic()
        for number in range(24):
            here.playbox.start_job(number, f"SHOW {number}.mxf")
        here.recorder.wait_until(lambda: all(here.recorder.running(number) for number in range(24)))
        last = max(take.started for take in here.recorder.takes)
        assert [here.the_take(number + 1).name for number in range(24)] == [
            f"SHOW {number}" for number in range(24)
        ]
        assert last - begun < 15.0, "one after another they take 4 * 0.2 s each, more than 19 s together"
