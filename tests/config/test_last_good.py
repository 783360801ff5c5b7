"""Starting with a refused configuration: on the one that was accepted last, or on none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.world.configuring import CHANNEL, DEVICES, read
from vrmon.config import fall_back, recall, remember
from vrmon.errors import StateError
from vrmon.settings import Settings


def test_what_was_remembered_is_run_on(tmp_path: Path) -> None:
    remember(tmp_path, DEVICES + CHANNEL)
    file = tmp_path / "vrmon.toml"
    settings, sentence = fall_back(file, {"STATE_DIRECTORY": str(tmp_path)})
    assert settings == read(tmp_path, DEVICES + CHANNEL)
    assert sentence == f"{file} is refused: running on the configuration that was accepted last."


def test_it_is_private_and_written_only_when_it_differs(tmp_path: Path) -> None:
    remember(tmp_path, DEVICES)
    (kept,) = tmp_path.iterdir()
    first = kept.stat()
    assert stat.S_IMODE(first.st_mode) == 0o600
    remember(tmp_path, DEVICES)
    assert kept.stat().st_ino == first.st_ino
    remember(tmp_path, DEVICES + CHANNEL)
    assert recall(tmp_path) == DEVICES + CHANNEL
    assert list(tmp_path.iterdir()) == [kept]


def test_without_one_no_channel_is_protected(tmp_path: Path) -> None:
    settings, sentence = fall_back(
        tmp_path / "vrmon.toml", {"STATE_DIRECTORY": str(tmp_path), "RUNTIME_DIRECTORY": "/tmp/run"}
    )
    assert (settings.channels, settings.api.unix_socket) == ((), Path("/tmp/run/vrmon.sock"))
    assert "no channel is protected" in sentence


def test_one_that_is_refused_as_well_names_the_real_file(tmp_path: Path) -> None:
    remember(tmp_path, DEVICES + "[sync]\nstop_delay = -1\n")
    file = tmp_path / "vrmon.toml"
    settings, sentence = fall_back(file, {"STATE_DIRECTORY": str(tmp_path)})
    assert settings == Settings()
    assert f"{file}:6: sync.stop_delay: " in sentence
    remember(tmp_path, "[")
    assert f"{file}:1: not TOML" in fall_back(file, {"STATE_DIRECTORY": str(tmp_path)})[1]


def test_refused_variables_are_left_out_and_the_others_hold(tmp_path: Path) -> None:
    remember(tmp_path, DEVICES + CHANNEL)
    file = tmp_path / "vrmon.toml"
    good = {"DVR_API_BASE_URL": "http://10.9.9.9:8080", "STATE_DIRECTORY": str(tmp_path)}
    bad = {"POLL_INTERVAL": "often", "FLASK_PORT": "eight", "PRIMARY_API_BASE_URL": "10.1.83.21"}
    settings, sentence = fall_back(file, {**good, **bad})
    assert settings == read(tmp_path, DEVICES + CHANNEL, good)
    assert sentence == (
        f"{file} is refused: running on the configuration that was accepted last, "
        "without FLASK_PORT, POLL_INTERVAL, PRIMARY_API_BASE_URL of the environment."
    )


def test_a_variable_that_suits_the_new_file_only_is_left_out(tmp_path: Path) -> None:
    several = DEVICES + '[dvr.other]\nurl = "http://10.1.85.54:8080"\n'
    remember(tmp_path, several)
    environ = {"DVR_API_BASE_URL": "http://10.9.9.9:8080", "STATE_DIRECTORY": str(tmp_path)}
    settings, sentence = fall_back(tmp_path / "vrmon.toml", environ)
    assert settings == read(tmp_path, several)
    assert "without DVR_API_BASE_URL of the environment" in sentence


@pytest.mark.parametrize(("port", "listen"), [("9001", "0.0.0.0:9001"), ("eight", "0.0.0.0:8001")])
def test_without_one_it_still_listens_where_the_environment_says(
    tmp_path: Path, port: str, listen: str
) -> None:
    environ = {"STATE_DIRECTORY": str(tmp_path), "FLASK_PORT": port}
    assert fall_back(tmp_path / "vrmon.toml", environ)[0].api.listen == listen


def test_a_lost_password_costs_its_device_only(tmp_path: Path) -> None:
    remember(tmp_path, DEVICES + 'password_file = "gone"\n' + CHANNEL)
    settings, sentence = fall_back(tmp_path / "vrmon.toml", {"STATE_DIRECTORY": str(tmp_path)})
    assert len(settings.channels) == 1
    assert "dvr.movierecorder.password_file: cannot read" in sentence


def test_a_folder_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"Cannot keep the accepted configuration .* No such file"):
        remember(tmp_path / "gone", DEVICES)
