"""The simulated PlayBox as a client sees it, and what both devices have in common."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.world.device_client import SUCCESS, Client
from vrmon.simulator import MovieRecorder, PlayBox, make_certificate, serving


@pytest.fixture
def primary(playbox: PlayBox) -> Iterator[Client]:
    client = Client(playbox.url)
    with client.session:
        yield client


def test_a_job_is_listed_until_it_ends(playbox: PlayBox, primary: Client) -> None:
    one, two = playbox.ingests
    job = playbox.start_job(1, "SHOW.mxf")
    assert primary.jobs() == {one: [], two: [job]}
    assert {"presetTag": "Primary", "fileName": "SHOW.mxf"} in primary.files(two, job)
    playbox.end_job(job)
    assert primary.jobs() == {one: [], two: []}
    assert [known.ended is not None for known in playbox.jobs] == [True]


def test_idle_ingests_can_be_left_out(playbox: PlayBox, primary: Client) -> None:
    playbox.switch(idle_ingest="left out")
    assert primary.jobs() == {}
    job = playbox.start_job(0)
    assert primary.jobs() == {playbox.ingests[0]: [job]}


def test_a_job_can_be_listed_twice_and_by_integer(playbox: PlayBox, primary: Client) -> None:
    job = int(playbox.start_job(0))
    playbox.switch(jobs_listed_twice=True, integer_ids=True, lower_case_ingests=True, idle_ingest="left out")
    assert primary.jobs() == {playbox.ingests[0].lower(): [job, job]}


def test_extra_keys_come_and_go(playbox: PlayBox, primary: Client) -> None:
    playbox.start_job(0)
    assert set(primary.get("/ingests/activejobsinfo")[1][0]) > {"ingestId", "activeJobsInfo"}
    playbox.switch(extra_keys=False)
    assert set(primary.get("/ingests/activejobsinfo")[1][0]) == {"ingestId", "activeJobsInfo"}


@pytest.mark.parametrize(
    ("position", "tags"), [("empty", []), ("proxies", ["Proxy"]), ("blank", ["Proxy", "Primary"])]
)
def test_a_file_name_comes_late(playbox: PlayBox, primary: Client, position: str, tags: list[str]) -> None:
    playbox.switch(unnamed_files=position)
    job = playbox.start_job(0, "LATE.mxf", name_after=None)
    files = primary.files(playbox.ingests[0], job)
    assert [entry["presetTag"] for entry in files] == tags
    assert not any(entry["fileName"] for entry in files if entry["presetTag"] == "Primary")
    playbox.name_job(job, "LATE.mxf")
    assert primary.files(playbox.ingests[0], job)[-1]["fileName"] == "LATE.mxf"


def test_a_file_name_comes_by_itself(playbox: PlayBox, primary: Client) -> None:
    job = playbox.start_job(0, "SOON.mxf", name_after=0.1)
    began = playbox.jobs[0].started
    playbox.wait_until(lambda: len(primary.files(playbox.ingests[0], job)) == 2)
    assert time.monotonic() - began >= 0.1


def test_a_crash_loses_every_job(playbox: PlayBox, primary: Client) -> None:
    playbox.start_job(0)
    playbox.start_job(1)
    playbox.lose_jobs()
    assert list(primary.jobs().values()) == [[], []]


def test_files_of_unknown_and_ended_jobs(playbox: PlayBox, primary: Client) -> None:
    job = playbox.start_job(0)
    playbox.end_job(job)
    path = f"{primary.url}/ingests/{playbox.ingests[0]}/jobs/{job}/files"
    assert primary.session.get(path, timeout=60).status_code == 200
    playbox.switch(files_of_ended_job="404")
    assert primary.session.get(path, timeout=60).status_code == 404


@pytest.mark.parametrize("path", ["/", "/nonsense", "/ingests", "/simulatorx"])
def test_an_unknown_path_is_a_page(playbox: PlayBox, primary: Client, path: str) -> None:
    answer = primary.session.get(playbox.url + path, timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


@pytest.mark.parametrize("position", ["401 json", "403 json", "200 json", "401 text", "403 text", "200 text"])
def test_a_password_is_asked_for_on_every_request(position: str) -> None:
    with serving(MovieRecorder(1, password="s&c r+t/ü")) as recorder:
        client = Client(recorder.url)
        recorder.switch(unauthorized=position)
        with client.session as session:
            for path in ("/sources", "/sources/0/record", "/sources?password=wrong"):
                answer = session.get(recorder.url + path, timeout=60)
                assert answer.status_code == int(position[:3])
                assert ("success" in answer.text) == position.endswith("json")
                assert "Authentic" in answer.text
            assert recorder.takes == []
            assert client.get("/sources/0/record", params={"password": recorder.password}) == SUCCESS
        assert [arrival.path for arrival in recorder.arrivals()][-1] == "/sources/0/record"


def test_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, address="127.0.0.1")
    with serving(PlayBox(1), tls=certificate) as playbox, requests.Session() as session:
        session.trust_env = False
        assert playbox.fingerprint == certificate.fingerprint
        assert len(playbox.fingerprint.split(":")) == 32
        assert session.get(
            f"{playbox.url}/ingests/activejobsinfo", verify=str(certificate.path), timeout=5
        ).ok
        with pytest.raises(requests.exceptions.SSLError), requests.Session() as stranger:
            stranger.get(f"{playbox.url}/ingests/activejobsinfo", timeout=60)


def test_64_requests_are_delayed_side_by_side(playbox: PlayBox) -> None:
    playbox.delay = 1.0

    def ask() -> None:
        with Client(playbox.url).session as session:
            session.get(f"{playbox.url}/ingests/activejobsinfo", timeout=60)

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = playbox.arrivals("GET /ingests/*")
    assert len(log) == 64
    assert all(arrival.answered and arrival.answered - arrival.at >= 1.0 for arrival in log)
    together = [sum(one.at <= other.at < (one.answered or 0) for one in log) for other in log]
    assert max(together) > 16
