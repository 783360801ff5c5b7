"""The same thing in other words is the same thing: spellings, charsets, compression, caches, connections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world.command import vrmon
from tests.world.mirror import Mirror, codes, mirror
from tests.world.running import running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirror(tmp_path_factory.mktemp("site"), size=1, channels=1) as made:
        yield made
        assert "Traceback" not in made.daemon.log()


def numbered(switches: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(switches))


def assert_recorded(here: Mirror, file_name: str, name: str) -> None:
    """A job is recorded under its name from its beginning to its end, and all is well."""
    job = here.playbox.start_job(0, file_name)
    here.wait_for_phase("recording")
    status = here.daemon.status()
    assert (status["channels"][0]["take"]["name"], codes(status)) == (name, set())
    here.playbox.end_job(job)
    here.wait_for_phase("idle")
    assert here.recorder.takes[-1].ended_by == "remote"


@pytest.mark.parametrize(
    ("number", "switches"),
    numbered(
        [
            {"ingest_ids": "dashes"},
            {"ingest_ids": "dashes", "lower_case_ingests": True},
            {"ingest_ids": "braces"},
            {"ingest_ids": "blanks", "lower_case_ingests": True},
            {"file_name": "windows"},
            {"file_name": "unc", "preset_tag": "PRIMARY"},
            {"file_name": "posix", "preset_tag": "primary"},
            {"charset": "utf-8"},
            {"charset": "iso-8859-1"},
            {"charset": "windows-1251"},
            {"charset": "utf-16"},
            {"compressed": "always"},
            {"cache": "obedient"},
        ]
    ),
)
def test_a_primary_that_says_it_in_other_words(here: Mirror, number: int, switches: dict[str, Any]) -> None:
    usual = here.playbox.switches
    here.playbox.switch(**switches, ids_in_paths="as listed")
    try:
        assert_recorded(here, f"Zürich {number}.live.mxf", f"Zürich {number}.live")
    finally:
        here.playbox.switch(**{name: getattr(usual, name) for name in (*switches, "ids_in_paths")})


@pytest.mark.parametrize(
    ("number", "switches"),
    numbered(
        [
            {"charset": "utf-8"},
            {"charset": "iso-8859-1"},
            {"charset": "utf-16"},
            {"compressed": "always"},
            {"cache": "obedient"},
        ]
    ),
)
def test_a_recorder_that_says_it_in_other_words(here: Mirror, number: int, switches: dict[str, Any]) -> None:
    usual = here.recorder.switches
    here.recorder.switch(**switches)
    try:
        assert_recorded(here, f"Köln {number}.mxf", f"Köln {number}")
    finally:
        here.recorder.switch(**{name: getattr(usual, name) for name in switches})


def test_what_a_cache_has_kept_is_no_look(here: Mirror) -> None:
    """Neither a job's end, which it hides, nor its beginning is taken from it."""
    here.playbox.switch(cache="deaf", cache_seconds=3600.0)
    try:
        status = here.daemon.wait_for(lambda status: "primary-unknown" in codes(status, "playbox"))
        assert "was answered for by a cache on the way" in status["primaries"]["playbox"]["error"]
    finally:
        here.playbox.switch(cache="none")
    here.daemon.wait_for(lambda status: status["health"] == "ok")


@pytest.mark.parametrize("how", ["200 json", "200 text"])
def test_a_password_that_is_refused_with_success_is_refused(tmp_path: Path, how: str) -> None:
    with serving(MovieRecorder(1, password="right")) as recorder, serving(PlayBox(1)) as playbox:
        recorder.switch(unauthorized=how)
        text = toml(tmp_path, playbox, recorder)
        (tmp_path / "movierecorder.password").write_text("wrong")
        with running(tmp_path, playbox, recorder, text=text) as daemon:
            playbox.start_job(0, "SHOW.mxf")
            status = daemon.wait_for(lambda status: "password-refused" in codes(status, "movierecorder"))
            assert "refused the password" in status["dvrs"]["movierecorder"]["error"]


def test_what_ingests_prints_can_be_mapped(tmp_path: Path) -> None:
    with (
        serving(PlayBox(1)) as playbox,
        serving(MovieRecorder(1)) as recorder,
        running(tmp_path, playbox, recorder, channels=0) as daemon,
    ):
        playbox.switch(ingest_ids="braces", lower_case_ingests=True, ids_in_paths="as listed")
        daemon.wait_for(lambda status: status["primaries"]["playbox"]["state"] == "ok")
        printed = vrmon("ingests", environ=daemon.environ).stdout
        (ingest,) = [line.split('"')[1] for line in printed.splitlines() if line.startswith("ingest = ")]
        spelled = "{9c64992c-ff3a-4a3f-a3c6-35bb7d9b0001}"
        for told in (ingest, spelled):
            done = vrmon(
                *("map", "PCR 1", "--ingest", told, "--source", recorder.sources[0].unique_id),
                environ=daemon.environ,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert vrmon("reload", environ=daemon.environ).returncode == 0
        playbox.start_job(0, "SHOW.mxf")
        status = daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
        assert status["channels"][0]["take"]["name"] == "SHOW"


@pytest.mark.parametrize("fault", [{"times": None, "kept": True}, {"chance": 0.3, "kept": True}])
def test_devices_that_drop_kept_connections_are_mirrored_as_any_others(
    tmp_path: Path, fault: dict[str, Any]
) -> None:
    """Every second request on a connection, or some: nothing flaps, no start is late, every end is proven."""
    with mirror(tmp_path, size=1) as here:
        here.wait_for_polls()
        here.playbox.fault("drop", **fault)
        here.recorder.fault("drop", **fault)
        here.wait_for_polls(20)
        for number in range(3):
            assert_recorded(here, f"SHOW {number}.mxf", f"SHOW {number}")
        status = here.daemon.status()
        assert {one["failures"] for one in (*status["primaries"].values(), *status["dvrs"].values())} == {0}
        told = {one["code"] for one in status["recent"]}
        assert told <= {"started", "job-began", "job-ended", "take-started", "take-ended"}


@pytest.mark.parametrize("is_restarted", [True, False])
def test_jobs_that_vanish_with_a_restart_of_their_service_are_kept_recording(
    tmp_path: Path, is_restarted: bool
) -> None:
    """No poll has failed; but the connection that was kept since the beginning was closed between two."""
    with mirror(tmp_path, size=1, sync={"outage_hold": 60.0}) as here:
        job = here.record()
        here.wait_for_polls(6)
        if is_restarted:
            here.playbox.restart()
            here.daemon.wait_for(lambda status: "job-lost-in-outage" in codes(status, "PCR 1"))
            here.wait_for_polls(10)
            assert here.the_take().ended is None
        else:
            here.playbox.end_job(job)
            here.recorder.wait_until(lambda: not here.recorder.running(0))
