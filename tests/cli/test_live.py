"""`vrmon watch` and `vrmon events`: live, also across the daemon's death, until Ctrl-C."""

from __future__ import annotations

import datetime
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.world.command import COMMAND, ENVIRON, PATIENCE, ROOT, on_terminal, vrmon
from tests.world.mirror import wait
from tests.world.running import Running, running
from vrmon.cli.news import News
from vrmon.simulator import MovieRecorder, PlayBox, serving

LEAVES_THE_SCREEN = "\x1b[?1049l"
SHOWS_THE_CURSOR = "\x1b[?25h"


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox()) as playbox:
        yield playbox


@pytest.fixture
def daemon(tmp_path: Path, playbox: PlayBox) -> Iterator[Running]:
    with serving(MovieRecorder()) as recorder, running(tmp_path, playbox, recorder) as daemon:
        yield daemon


def test_watch_follows_what_happens_and_the_daemons_death(daemon: Running, playbox: PlayBox) -> None:
    with on_terminal("watch", environ=daemon.environ) as terminal:
        assert "PCR 4" in terminal.see("movierecorder")
        playbox.start_job(2, "SHOW.mxf")
        terminal.see(r"PCR 3 +● Recording +SHOW +SHOW")
        daemon.kill()
        assert "Recording" in terminal.see(r"NOT LIVE for \d+ s(?s:.)*What follows is how it was then")
        daemon.start()
        terminal.see(r"\A(?s:.)*Safe(?s:.)*Recording")
        terminal.type("\x03")
        terminal.rest()
        assert terminal.process.wait(PATIENCE) == 0
        assert LEAVES_THE_SCREEN in terminal.raw
        assert SHOWS_THE_CURSOR in terminal.raw
        assert "Traceback" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_watch_leaves_the_terminal_in_order_when_it_is_ended(tmp_path: Path, number: int) -> None:
    with on_terminal("watch", "--socket", tmp_path / "none") as terminal:
        terminal.see(r"NOT LIVE for \d s\. Cannot reach vrmond: there is no")
        terminal.process.send_signal(number)
        terminal.rest()
        assert terminal.process.wait(PATIENCE) == 0
        assert LEAVES_THE_SCREEN in terminal.raw


def test_watch_needs_a_terminal() -> None:
    done = vrmon("watch")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Cannot watch: this is not a terminal. ")


def test_events_tells_what_happened(daemon: Running, playbox: PlayBox) -> None:
    playbox.start_job(0, "SHOW.mxf")
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
    told = [
        json.loads(line) for line in vrmon("events", "--json", environ=daemon.environ).stdout.splitlines()
    ]
    assert told == daemon.status()["recent"]
    lines = vrmon("events", environ=daemon.environ).stdout.splitlines()
    assert len(lines) == len(told)
    assert all(event["message"] in line for event, line in zip(told, lines, strict=True))


def test_events_are_picked_by_number_time_channel_and_severity(daemon: Running, playbox: PlayBox) -> None:
    for number in (0, 1):
        playbox.start_job(number, f"SHOW{number}.mxf")
    daemon.wait_for(lambda status: [one["phase"] for one in status["channels"]].count("recording") == 2)
    vrmon("hold", "PCR 1", environ=daemon.environ)
    playbox.refuse()
    daemon.wait_for(lambda status: status["primaries"]["playbox"]["state"] == "unreachable")

    def told(*options: str) -> list[dict[str, Any]]:
        done = vrmon("events", "--json", *options, environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        return [json.loads(line) for line in done.stdout.splitlines()]

    everything = told()
    assert told("-n", "2") == everything[-2:]
    assert told("--channel", "PCR 2") == [one for one in everything if one["subject"] == "PCR 2"] != []
    bad = told("--severity", "degraded")
    assert {one["severity"] for one in bad} <= {"degraded", "critical"}
    assert "primary-unreachable" in {one["code"] for one in bad}
    assert {one["message"] for one in told("--since", "1d")} >= {one["message"] for one in everything[-4:]}
    later = datetime.datetime.now().astimezone() + datetime.timedelta(days=1)
    assert told("--since", f"{later:%Y-%m-%d}") == []
    done = vrmon("events", "--channel", "PCR-2", environ=daemon.environ)
    assert done.returncode == 1
    assert "Did you mean 'PCR 2'?" in done.stderr


def test_events_go_as_far_back_as_the_history(daemon: Running) -> None:
    for _ in range(35):
        for verb in ("hold", "auto"):
            assert daemon.post(f"/channels/PCR%201/{verb}", {"by": "anna"})[0] == 200

    def told(*options: str) -> list[dict[str, Any]]:
        done = vrmon("events", "--json", *options, environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        return [json.loads(line) for line in done.stdout.splitlines()]

    codes = ["hold-begun", "hold-ended"]

    def held() -> list[str]:
        found = [one["code"] for one in told("-n", "200", "--channel", "PCR 1")]
        return [one for one in found if one in codes]

    wait(lambda: held() == codes * 35, "70 events")
    assert len(told()) <= 50
    assert len(told("-n", "3")) == 3
    times = [one["time"] for one in told("--since", "1d")]
    assert len(times) >= 70
    assert times == sorted(times)
    printed = vrmon("events", "-n", "60", "--channel", "PCR 1", environ=daemon.environ).stdout.splitlines()
    assert len(printed) == 60
    assert all("PCR 1  " in one for one in printed)


def test_without_a_history_events_are_the_last_ones(tmp_path: Path) -> None:
    with running(tmp_path, extra="[history]\ndays = 0") as daemon:
        whole = vrmon("events", environ=daemon.environ)
        assert (whole.returncode, whole.stderr) == (0, "")
        more = vrmon("events", "-n", "500", environ=daemon.environ)
        assert (more.returncode, more.stdout) == (0, whole.stdout)
        assert more.stderr.endswith("These are only the last events.\n")


def test_what_tcp_may_read_is_read_by_url(daemon: Running, playbox: PlayBox) -> None:
    elsewhere = {"RUNTIME_DIRECTORY": "/nonexistent"}
    playbox.start_job(0, "SHOW.mxf")
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
    done = vrmon("status", "--url", daemon.url, environ=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert "PCR 1  ● Recording  SHOW  SHOW" in done.stdout
    assert "SHOW" in vrmon("events", "--url", f"{daemon.url}/", environ=elsewhere).stdout
    assert "4XT00292 - 3" in vrmon("sources", "--url", daemon.url, environ=elsewhere).stdout
    with on_terminal("watch", "--url", daemon.url, environ=elsewhere) as terminal:
        terminal.see("PCR 4")
    daemon.kill()
    done = vrmon("status", "--url", daemon.url, environ=elsewhere)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(
        f"Cannot reach vrmond: nobody listens on {daemon.url}. Does vrmond run there"
    )


@contextmanager
def following(daemon: Running, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`vrmon events --follow`, both its outputs in pipes."""
    with subprocess.Popen(
        [*COMMAND, "events", "--follow", *options],
        cwd=ROOT,
        env={**ENVIRON, **daemon.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def test_events_follow_tells_each_event_once_across_restarts(daemon: Running, playbox: PlayBox) -> None:
    with following(daemon, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        playbox.start_job(0, "SHOW.mxf")
        told: list[dict[str, Any]] = []
        while not told or told[-1]["code"] != "take-started":
            told.append(json.loads(process.stdout.readline()))
        daemon.restart(signal.SIGKILL)
        assert process.stderr.readline().startswith("Cannot")
        playbox.start_job(1, "OTHER.mxf")
        while "OTHER" not in told[-1]["message"]:
            told.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "Traceback" not in errors
    assert len({(one["n"], one["time"]) for one in told}) == len(told)


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(daemon: Running, playbox: PlayBox) -> None:
    with following(daemon) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        playbox.start_job(0, "SHOW.mxf")
        process.stdout.readline()
        process.stdout.close()
        playbox.start_job(1, "OTHER.mxf")
        assert process.wait(PATIENCE) == 141
        assert process.stderr.read() == ""


def test_news_are_told_once_and_again_after_the_daemon_began_anew() -> None:
    def document(uptime: float, *numbers: int) -> dict[str, Any]:
        return {"uptime": uptime, "recent": [{"n": n} for n in numbers]}

    news = News()
    assert [one["n"] for one in news.of(document(5, -1, 0, 1, 2))] == [-1, 0, 1, 2]
    assert [one["n"] for one in news.of(document(6, 1, 2, 3))] == [3]
    assert news.of(document(7, 2, 3)) == []
    assert [one["n"] for one in news.of(document(1, -2, 0, 1, 2))] == [1, 2]
