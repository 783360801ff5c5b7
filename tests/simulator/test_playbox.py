"""The ids, names and jobs of a PlayBox, as its sites may have them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.world import plain
from vrmon.simulator import PlayBox, serving

JOBS = "/ingests/activejobsinfo"
INGEST = "9C64992CFF3A4A3FA3C635BB7D9B0001"


def file_name(playbox: PlayBox, ingest: str, job: str) -> tuple[int, str]:
    """Status and primary file name that the file list gives."""
    path = f"/ingests/{quote(ingest, safe='')}/jobs/{quote(job, safe='')}/files"
    status, _, _ = plain.ask(playbox.url, path)
    return status, plain.get(playbox.url, path)["data"][1]["fileName"] if status == 200 else ""


def running(playbox: PlayBox) -> list[list[str]]:
    return [[job["id"] for job in entry["activeJobsInfo"]] for entry in plain.get(playbox.url, JOBS)]


@pytest.mark.parametrize(
    ("form", "lower", "listed"),
    [
        ("upper case", False, INGEST),
        ("upper case", True, INGEST.lower()),
        ("dashes", False, "9C64992C-FF3A-4A3F-A3C6-35BB7D9B0001"),
        ("braces", False, "{9C64992C-FF3A-4A3F-A3C6-35BB7D9B0001}"),
        ("braces", True, "{9c64992c-ff3a-4a3f-a3c6-35bb7d9b0001}"),
        ("blanks", False, f" {INGEST} "),
    ],
)
def test_the_spelling_of_an_ingest(playbox: PlayBox, form: str, lower: bool, listed: str) -> None:
    playbox.switch(ingest_ids=form, lower_case_ingests=lower)
    job = playbox.start_job(0, "SHOW.mxf")
    assert plain.get(playbox.url, JOBS)[0]["ingestId"] == listed
    assert file_name(playbox, listed, job) == (200, "SHOW.mxf")
    assert file_name(playbox, INGEST, job) == (200, "SHOW.mxf")
    playbox.switch(ids_in_paths="as listed")
    assert file_name(playbox, listed, job) == (200, "SHOW.mxf")
    other = "9c64992cff3a4a3fa3c635bb7d9b0001" if listed == INGEST else INGEST
    assert file_name(playbox, other, job) == (404, "")


def test_ids_that_are_no_guids_are_left_as_they_are() -> None:
    with serving(PlayBox(["Studio A"])) as playbox:
        playbox.switch(ingest_ids="dashes")
        assert plain.get(playbox.url, JOBS)[0]["ingestId"] == "Studio A"


def test_one_ingest_is_spelled_otherwise(playbox: PlayBox) -> None:
    playbox.switch(1, lower_case_ingests=True)
    assert [entry["ingestId"] for entry in plain.get(playbox.url, JOBS)] == [
        playbox.ingests[0], playbox.ingests[1].lower()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("position", "shown"),
    [
        ("windows", "D:\\Media\\SHOW.mxf"),
        ("unc", "\\\\nas\\media\\SHOW.mxf"),
        ("posix", "/mnt/media/SHOW.mxf"),
    ],
)
def test_a_file_name_is_a_whole_path(playbox: PlayBox, position: str, shown: str) -> None:
    job = playbox.start_job(0, "SHOW.mxf")
    playbox.switch(file_name=position, preset_tag="PRIMARY")
    files = plain.get(playbox.url, f"/ingests/{INGEST}/jobs/{job}/files")["data"]
    assert files[1] == {"presetTag": "PRIMARY", "fileName": shown}


def test_a_job_id_is_used_again(playbox: PlayBox) -> None:
    playbox.start_job(0, "A.mxf", job="1")
    with pytest.raises(ValueError, match="it is running"):
        playbox.start_job(0, "B.mxf", job="1")
    playbox.end_job("1")
    assert running(playbox) == [[], []]
    playbox.start_job(0, "B.mxf", job="1")
    assert running(playbox) == [["1"], []]
    assert file_name(playbox, INGEST, "1") == (200, "B.mxf")
    assert [(job.file_name, job.ended is None) for job in playbox.jobs] == [("A.mxf", False), ("B.mxf", True)]
    playbox.end_job("1")
    assert running(playbox) == [[], []]


def test_a_primary_file_is_renamed_while_it_records(playbox: PlayBox) -> None:
    job = playbox.start_job(0, "OLD.mxf")
    assert file_name(playbox, INGEST, job) == (200, "OLD.mxf")
    playbox.name_job(job, "NEW.mxf")
    assert file_name(playbox, INGEST, job) == (200, "NEW.mxf")


def test_some_jobs_are_gone_from_one_answer_to_the_next(playbox: PlayBox) -> None:
    for job in ("1", "2", "3"):
        playbox.start_job(0, job=job)
    playbox.lose_jobs(["1", "3"])
    assert running(playbox) == [["2"], []]
    first, second, third = playbox.jobs
    assert (first.ended == third.ended, second.ended) == (True, None)


@pytest.mark.parametrize(("lost", "after"), [(True, [[], []]), (False, [["1"], []])])
def test_the_service_is_started_again_between_two_polls(
    playbox: PlayBox, lost: bool, after: list[list[str]]
) -> None:
    playbox.start_job(0, job="1")
    with plain.connection(playbox.url) as connection:
        assert b'"1"' in plain.exchange(connection, JOBS)
        playbox.restart(jobs_lost=lost)
        assert connection.recv(1) == b""
    assert running(playbox) == after


def test_a_restart_cuts_the_answer_that_is_on_its_way(playbox: PlayBox) -> None:
    playbox.delay = 3600
    playbox.start_job(0)
    with plain.connection(playbox.url) as connection:
        plain.send(connection, JOBS)
        playbox.wait_until(lambda: playbox.arrivals(JOBS))
        playbox.restart()
        assert connection.recv(1) == b""


def test_connections_are_dropped_and_nothing_else(playbox: PlayBox) -> None:
    job = playbox.start_job(0)
    with plain.connection(playbox.url) as connection:
        plain.exchange(connection, JOBS)
        playbox.drop_connections()
        assert connection.recv(1) == b""
    assert running(playbox) == [[job], []]


def test_beginning_and_end_are_told_by_both_clocks(playbox: PlayBox) -> None:
    playbox.start_job(0)
    [job] = playbox.jobs
    playbox.end_job(job.id)
    [job] = playbox.jobs
    assert job.ended is not None
    assert job.ended_at is not None
    assert job.ended_at - job.began_at == pytest.approx(job.ended - job.started, abs=0.5)
