"""Jobs as they come and go: after one another, over one another, onto two DVRs, in a primary's own manner."""

from __future__ import annotations

from pathlib import Path

from tests.world.mirror import codes, is_in, mirror, wait
from tests.world.running import channel


def test_a_second_job_on_one_ingest_shares_the_take_and_then_takes_over(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        first = here.record("FIRST.mxf")
        second = here.playbox.start_job(0, "SECOND.mxf")
        status = here.daemon.wait_for(lambda status: status["channels"][0]["jobs_waiting"])
        (waiting,) = status["channels"][0]["jobs_waiting"]
        assert waiting["id"] == second
        assert (status["channels"][0]["job"]["id"], status["channels"][0]["take"]["name"]) == (first, "FIRST")
        assert len(status["active_jobs"]) == 2
        here.wait_for_polls()
        assert [take.name for take in here.recorder.takes] == ["FIRST"]
        here.playbox.end_job(first)
        here.daemon.wait_for(lambda status: status["channels"][0]["recording"] == "SECOND")
        one, other = here.recorder.takes
        assert one.ended is not None
        assert (one.ended_by, other.name) == ("remote", "SECOND")
        assert other.started - one.ended < 4.0
        here.playbox.end_job(second)
        here.wait_for_phase("idle")


def test_the_end_of_the_second_job_leaves_the_firsts_take_alone(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record("FIRST.mxf")
        second = here.playbox.start_job(0, "SECOND.mxf")
        here.daemon.wait_for(lambda status: status["channels"][0]["jobs_waiting"])
        here.playbox.end_job(second)
        here.daemon.wait_for(lambda status: len(status["active_jobs"]) == 1)
        here.wait_for_polls(6)
        assert (here.the_take().name, here.the_take().ended) == ("FIRST", None)


def test_one_ingest_is_mirrored_onto_two_dvrs(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, recorders=2) as here:
        here.recorders[1].refuse()
        job = here.record("BOTH.mxf")
        here.recorders[1].listen_again()
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1 on movierecorder2", "recording"))
        assert [one.files for one in here.recorders] == [["BOTH"], ["BOTH"]]
        here.playbox.end_job(job)
        for one in here.recorders:
            one.wait_until(lambda: one.running(0) is None)  # noqa: B023


def test_a_primary_with_manners_of_its_own_is_understood(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.playbox.switch(
            idle_ingest="left out", jobs_listed_twice=True, integer_ids=True, lower_case_ingests=True,
            extra_keys=False, files_of_ended_job="404",
        )  # fmt: skip
        job = here.record()
        here.wait_for_polls()
        assert here.daemon.channel("PCR 1")["jobs_waiting"] == []
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert here.the_take().ended_by == "remote"


def test_a_job_on_an_ingest_without_a_channel_is_shown_and_named(tmp_path: Path) -> None:
    with mirror(tmp_path, channels=1) as here:
        job = here.playbox.start_job(1, "NOBODYS.mxf")
        ingest = here.playbox.ingests[1]
        status = here.daemon.wait_for(lambda status: status["unmapped"] and status["unmapped"][0]["basename"])
        assert (status["unmapped"][0]["ingest"], status["unmapped"][0]["id"]) == (ingest, job)
        assert status["active_jobs"] == {f"{ingest}|{job}": {"basename": "NOBODYS", "logical_name": None}}
        assert (codes(status), status["health"]) == ({"unmapped-job"}, "ok")
        offered = here.daemon.get("/devices")[1]["primaries"]["playbox"]["ingests"]
        assert {one["ingest"]: one["channel"] for one in offered} == {
            here.playbox.ingests[0]: "PCR 1",
            ingest: None,
        }
        assert here.recorder.takes == []


def test_a_source_that_vanishes_in_mid_take_blocks_its_channel_and_no_other_gets_the_take(
    tmp_path: Path,
) -> None:
    with mirror(tmp_path) as here:
        here.record()
        here.recorder.remove_source(0)
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "blocked"))
        problem = channel(status, "PCR 1")["problem"]
        assert (problem["code"], problem["severity"]) == ("source-missing", "critical")
        assert "Connect or enable" in problem["hint"]
        before = here.sent()
        here.wait_for_polls()
        assert here.sent() == before
        here.recorder.add_source("4XT00292 - 0", "Backup 1")
        here.wait_for_phase("recording")
        assert [take.name for take in here.recorder.takes] == ["SHOW", "SHOW_cont1"]


def test_sources_that_move_in_the_list_or_get_other_names_keep_their_takes(tmp_path: Path) -> None:
    with mirror(tmp_path, size=3) as here:
        here.reconfigure(
            ('source = "4XT00292 - 0"', 'source = "Backup 1"'), ('source = "4XT00292 - 1"', "source = 1")
        )
        jobs = [here.record(f"SHOW {number}.mxf", number) for number in (1, 2, 3)]
        before = here.sent()
        here.recorder.reorder(["4XT00292 - 2", "4XT00292 - 1", "4XT00292 - 0"])
        here.recorder.rename_source(0, "Zebra")
        here.wait_for_polls()
        status = here.daemon.status()
        assert [one["phase"] for one in status["channels"]] == ["recording"] * 3
        assert here.sent() == before
        for job in jobs:
            here.playbox.end_job(job)
        wait(lambda: {take.ended_by for take in here.recorder.takes} == {"remote"}, "the takes to end")


def test_a_display_name_that_two_sources_share_is_no_source(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.reconfigure(('source = "4XT00292 - 0"', 'source = "Studio"'))
        here.daemon.wait_for(lambda status: "source-missing" in codes(status, "PCR 1"))
        here.recorder.rename_source("4XT00292 - 0", "Studio")
        here.recorder.rename_source("4XT00292 - 1", "Studio")
        here.playbox.start_job(0)
        here.daemon.wait_for(lambda status: "source-ambiguous" in codes(status, "PCR 1"))
        here.wait_for_polls()
        assert here.sent() == []
        here.recorder.rename_source("4XT00292 - 1", "Backup 2")
        here.wait_for_phase("recording")
        assert here.recorder.running("4XT00292 - 0") is not None
