"""`vrmon hold`, `auto`, `stop` and `reload`, asked of a real daemon before simulated devices."""

from __future__ import annotations

import argparse
import datetime
import itertools
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.command import vrmon
from tests.world.running import Running, running
from vrmon.cli.arguments import duration, seconds_until, since
from vrmon.simulator import MovieRecorder, PlayBox, serving

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox()) as playbox:
        yield playbox


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder()) as recorder:
        yield recorder


@pytest.fixture
def daemon(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> Iterator[Running]:
    with running(tmp_path, playbox, recorder) as daemon:
        yield daemon


def test_hold_and_auto(daemon: Running) -> None:
    done = vrmon("hold", "PCR 2", "--for", "1h30m", "--reason", "rehearsal", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PCR 2 is on hold for 90 min")
    hold = daemon.channel("PCR 2")["hold"]
    assert hold["reason"] == "rehearsal"
    assert hold["by"] == f"{ME} (uid {os.getuid()})"
    assert hold["until"] is not None
    assert "○ On hold, until " in vrmon("status", environ=daemon.environ).stdout
    assert vrmon("auto", "PCR 2", environ=daemon.environ).returncode == 0
    assert daemon.channel("PCR 2")["mode"] == "auto"


@pytest.mark.skipif(os.geteuid() != 0, reason="sudo's variable is believed of root only")
def test_the_person_behind_sudo_is_named(daemon: Running) -> None:
    vrmon("hold", "PCR 1", environ={**daemon.environ, "SUDO_USER": "alice"})
    assert daemon.channel("PCR 1")["hold"]["by"] == "alice (uid 0)"
    assert daemon.channel("PCR 1")["hold"]["until"] is None


def test_stop_ends_a_take_that_is_kept(daemon: Running, playbox: PlayBox) -> None:
    playbox.start_job(0, "SHOW.mxf")
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
    refused = vrmon("stop", "PCR 1", environ=daemon.environ)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Cannot stop PCR 1: ")
    playbox.refuse()
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "keeping")
    assert vrmon("stop", "PCR 1", environ=daemon.environ).returncode == 0
    daemon.wait_for(lambda status: status["channels"][0]["recording"] is None)


def test_claim_says_why_there_is_nothing_to_claim(daemon: Running) -> None:
    refused = vrmon("claim", "PCR 1", environ=daemon.environ)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Cannot claim PCR 1: as far as vrmon knows its source records nothing.\n"


def test_claim_makes_a_recording_the_take_of_its_job(
    daemon: Running, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    recorder.record_by_hand(0, "BY HAND")
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "foreign")
    playbox.start_job(0, "SHOW.mxf")
    daemon.wait_for(lambda status: status["channels"][0]["job"])
    done = vrmon("claim", "PCR 1", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "'BY HAND' is vrmon's own take from now on: it ends with its job.\n"
    daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")


def test_a_channel_of_any_name_can_be_held(daemon: Running) -> None:
    name = "A/B ä%2F..#?"
    daemon.config.write_text(daemon.config.read_text().replace("PCR 1", name))
    assert vrmon("reload", environ=daemon.environ).returncode == 0
    assert vrmon("hold", name, environ=daemon.environ).returncode == 0
    assert daemon.channel(name)["mode"] == "hold"


def test_a_channel_is_known_by_its_name_as_it_is_and_shown_as_a_terminal_may(daemon: Running) -> None:
    name = "PCR\N{NO-BREAK SPACE}2\N{RIGHT-TO-LEFT OVERRIDE}"
    daemon.config.write_text(daemon.config.read_text().replace("PCR 2", name))
    assert vrmon("reload", environ=daemon.environ).returncode == 0
    for verb, mode in (("hold", "hold"), ("auto", "auto")):
        done = vrmon(verb, "--all", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert {channel["mode"] for channel in daemon.status()["channels"]} == {mode}
    done = vrmon("drill", name, "--seconds", "1", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    for look in (("show", name), ("events", "--channel", name)):
        done = vrmon(*look, environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert "PCR\ufffd2\ufffd" in done.stdout
        assert name not in done.stdout
    for verb in ("hold", "show", "unmap"):
        done = vrmon(verb, "PCR 2", environ=daemon.environ)
        assert done.returncode == 1
        assert "There are: PCR 1, PCR\ufffd2\ufffd, PCR 3, PCR 4." in done.stderr


def test_an_unknown_channel_is_answered_with_the_known_ones(daemon: Running) -> None:
    for verb, name in itertools.product(("hold", "auto", "stop", "claim"), ("PCR/9 ä", "..", "")):
        done = vrmon(verb, name, environ=daemon.environ)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"Cannot find channel {name!r}" in done.stderr
        assert "There are: PCR 1, PCR 2, PCR 3, PCR 4." in done.stderr


def test_reload_puts_the_file_in_force_or_says_why_not(daemon: Running) -> None:
    text = daemon.config.read_text()
    daemon.config.write_text(text.replace('"PCR 4"', '"PCR four"'))
    done = vrmon("reload", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "in force" in done.stdout
    assert daemon.channel("PCR four")
    daemon.config.write_text(text.replace("poll_interval", "pol_interval"))
    done = vrmon("reload", environ=daemon.environ)
    assert (done.returncode, done.stdout) == (1, "")
    first, *complaints = done.stderr.splitlines()
    assert first.startswith("Cannot reload: ")
    assert len(complaints) == 2
    assert all(line.startswith(f"{daemon.config}:") and "pol_interval" in line for line in complaints)
    assert daemon.channel("PCR four")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("2d", 172800),
        ("1d1h1m1s", 90061),
        ("0h5s", 5),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "90", "0s", "-5s", "1.5h", "2 h", "30m2h", "367d", "२h", "soon", "9999999999s"]
)
def test_no_times(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


@pytest.mark.parametrize(
    ("text", "clock"), [("22:00", "22:00:00"), ("6:30", "06:30:00"), ("00:00:01", "00:00:01")]
)
def test_until_is_the_next_of_that_time(text: str, clock: str) -> None:
    now = datetime.datetime.now().astimezone()
    end = now + datetime.timedelta(seconds=seconds_until(text))
    assert 0 < (end - now).total_seconds() < 26 * 3600
    assert f"{round_to_second(end):%H:%M:%S}" == clock


def test_until_and_since_with_a_date() -> None:
    day = datetime.datetime.now().astimezone() + datetime.timedelta(days=3)
    assert 2 * 86400 < seconds_until(f"{day:%Y-%m-%d %H:%M}") < 4 * 86400
    for text in ("2020-01-01", f"{day:%Y}-02-30", "25:00", "22", "soon", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            seconds_until(text)
    now = datetime.datetime.now().astimezone()
    assert now - since("2h") < datetime.timedelta(hours=2, seconds=60)
    assert datetime.timedelta() <= now - since("22:00") < datetime.timedelta(hours=26)
    assert since("2020-01-01 06:00") == datetime.datetime(2020, 1, 1, 6).astimezone()
    with pytest.raises(argparse.ArgumentTypeError):
        since("yesterday")


def round_to_second(when: datetime.datetime) -> datetime.datetime:
    return (when + datetime.timedelta(seconds=0.5)).replace(microsecond=0)


def test_all_channels_are_held_until_a_time_and_given_back(daemon: Running) -> None:
    done = vrmon("hold", "--all", "--until", "12:00", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" is ")[0] for line in done.stdout.splitlines()] == [
        "PCR 1",
        "PCR 2",
        "PCR 3",
        "PCR 4",
    ]
    for channel in daemon.status()["channels"]:
        until = datetime.datetime.fromisoformat(channel["hold"]["until"].replace("Z", "+00:00")).astimezone()
        assert abs(until - until.replace(hour=12, minute=0, second=0)) < datetime.timedelta(minutes=2)
    done = vrmon("auto", "--all", environ=daemon.environ)
    assert (done.returncode, done.stdout.count("\n")) == (0, 4)
    assert {channel["mode"] for channel in daemon.status()["channels"]} == {"auto"}


def test_a_name_that_is_almost_right_is_guessed(daemon: Running) -> None:
    done = vrmon("hold", "pcr3", environ=daemon.environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Did you mean 'PCR 3'? There are: PCR 1, " in done.stderr
