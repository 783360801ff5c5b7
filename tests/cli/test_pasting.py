"""`vrmon sources` and `vrmon ingests`: what they print can be pasted, whatever the devices call things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from tests.world.command import vrmon
from tests.world.running import Running, running
from tests.world.stores import until
from vrmon.cli.pasting import toml_text
from vrmon.simulator import MovieRecorder, PlayBox, serving

ODD = 'Süd "A"\\\n\x1b[2J'


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(3)) as recorder:
        yield recorder


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox(3)) as playbox:
        yield playbox


@pytest.fixture
def daemon(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> Iterator[Running]:
    recorder.rename_source(2, ODD)
    with running(tmp_path, playbox, recorder, channels=1) as daemon:
        until(lambda: daemon.get("/devices")[1]["dvrs"]["movierecorder"]["destinations"] != [], "all is seen")
        yield daemon


def test_what_is_free_comes_as_channels_and_the_rest_as_comments(
    daemon: Running, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    playbox.start_job(0, "SHOW.mxf")
    playbox.start_job(2, "OTHER.mxf")
    recorder.lock(1)
    recorder.record_by_hand(1, "MINE")
    daemon.wait_for(lambda status: status["unmapped"] and status["unmapped"][0]["basename"])
    daemon.wait_for(lambda status: status["channels"][0]["take"])
    printed = vrmon("sources", environ=daemon.environ).stdout
    assert "\x1b" not in printed
    assert '# "4XT00292 - 0" Backup 1: enabled, recording "SHOW", the source of PCR 1\n' in printed
    assert '# "4XT00292 - 1" Backup 2: enabled, locked, recording "MINE", free\n' in printed
    blocks = tomlkit.parse(printed).unwrap()["channel"]
    assert [block["source"] for block in blocks] == ["4XT00292 - 1", "4XT00292 - 2"]

    printed = vrmon("ingests", environ=daemon.environ).stdout
    assert f"# {playbox.ingests[0]}: has SHOW, the ingest of PCR 1\n" in printed
    assert f"# {playbox.ingests[2]}: has OTHER, no channel\n" in printed
    blocks = tomlkit.parse(printed).unwrap()["channel"]
    assert [block["ingest"] for block in blocks] == list(playbox.ingests[1:]), "idle ones are offered as well"


def test_a_dvr_that_fails_is_told_with_why(daemon: Running, recorder: MovieRecorder) -> None:
    recorder.refuse()
    daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "unreachable")
    printed = vrmon("sources", environ=daemon.environ).stdout
    assert re.match(r"# movierecorder: unreachable \(.* refused the connection\), 3 sources\n", printed)


def test_an_ingest_is_called_idle_only_while_its_primary_says_so(daemon: Running, playbox: PlayBox) -> None:
    idle = f"# {playbox.ingests[0]}: no job, the ingest of PCR 1\n"
    assert idle in vrmon("ingests", environ=daemon.environ).stdout
    playbox.switch(idle_ingest="left out")
    until(lambda: daemon.get("/devices")[1]["primaries"]["playbox"]["ingests"][1:] == [], "it lists none")
    [known] = daemon.get("/devices")[1]["primaries"]["playbox"]["ingests"]
    assert (known["ingest"], known["listed"]) == (playbox.ingests[0], False)
    assert idle.replace("no job", "not listed by it now") in vrmon("ingests", environ=daemon.environ).stdout
    playbox.start_job(0, "SHOW.mxf")
    daemon.wait_for(lambda status: status["active_jobs"])
    assert daemon.get("/devices")[1]["primaries"]["playbox"]["ingests"][0]["listed"] is True
    playbox.lose_jobs()
    daemon.wait_for(lambda status: not status["active_jobs"])
    playbox.refuse()
    daemon.wait_for(lambda status: status["primaries"]["playbox"]["state"] == "unreachable")
    assert idle.replace("no job", "jobs unknown") in vrmon("ingests", environ=daemon.environ).stdout


def test_pasted_and_filled_in_it_is_a_channel(daemon: Running, playbox: PlayBox) -> None:
    playbox.start_job(1, "OTHER.mxf")
    daemon.wait_for(lambda status: status["unmapped"])
    block = vrmon("ingests", environ=daemon.environ).stdout.split("\n\n")[1]
    text = f"{daemon.config.read_text()}\n{block}"
    daemon.config.write_text(text)
    assert vrmon("reload", environ=daemon.environ).returncode == 0
    assert daemon.channel("FILL IN")["problem"]["code"] == "source-missing"
    daemon.config.write_text(
        text.replace('name = "FILL IN"', 'name = "New"').replace("FILL IN", "4XT00292 - 1")
    )
    assert vrmon("reload", environ=daemon.environ).returncode == 0
    daemon.wait_for(lambda status: status["channels"][1]["phase"] == "recording")


def test_what_lacks_an_ingest_is_refused_and_not_guessed(daemon: Running) -> None:
    block = vrmon("sources", environ=daemon.environ).stdout.split("\n\n")[1]
    daemon.config.write_text(f"{daemon.config.read_text()}\n{block}")
    done = vrmon("reload", environ=daemon.environ)
    assert done.returncode == 1
    assert "ingest" in done.stderr


def test_json_is_what_the_daemon_knows(daemon: Running) -> None:
    _, devices = daemon.get("/devices")
    assert json.loads(vrmon("sources", "--json", environ=daemon.environ).stdout) == devices["dvrs"]
    assert json.loads(vrmon("ingests", "--json", environ=daemon.environ).stdout) == devices["primaries"]


def test_several_devices_are_told_apart(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    with (
        serving(MovieRecorder(1)) as second,
        running(tmp_path, playbox, recorder, second, channels=0) as daemon,
    ):
        daemon.wait_for(lambda status: all(one["state"] == "ok" for one in status["dvrs"].values()))
        blocks = tomlkit.parse(vrmon("sources", environ=daemon.environ).stdout).unwrap()["channel"]
        assert [block["dvr"] for block in blocks] == [*["movierecorder"] * 3, "movierecorder2"]


def test_without_devices_it_says_so(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        assert vrmon("sources", environ=daemon.environ).stdout == "# vrmon.toml names no dvr.\n"


@given(st.text())
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    assert tomlkit.parse(f"key = {toml_text(text)}").unwrap()["key"] == text
    assert toml_text(text).isprintable()
