"""`vrmon bugreport`: with a daemon and without, and never with a secret."""

from __future__ import annotations

from pathlib import Path

from tests.world.command import vrmon
from tests.world.running import running
from vrmon import __version__
from vrmon.simulator import MovieRecorder, PlayBox, serving

PASSWORD = "gürtel & schnalle?"


def test_it_has_everything_but_secrets(tmp_path: Path) -> None:
    with (
        serving(PlayBox(2)) as playbox,
        serving(MovieRecorder(2, password=PASSWORD)) as recorder,
        running(tmp_path, playbox, recorder) as daemon,
    ):
        playbox.start_job(0, "SHOW.mxf")
        daemon.wait_for(lambda status: status["channels"][0]["phase"] == "recording")
        text = daemon.config.read_text()
        daemon.config.write_text(
            f'{text}\n# the password is {PASSWORD}\n[alarm]\nwebhook = "https://hooks.example.org/s3cret"\n'
            'urls_file = "alarm"\nafter = { critical = 10 }\npasword = "s3cret"\n'
            '[primary.other]\nurl = "https://me:s3cret@10.0.0.1/?password=s3cret"\n'
        )
        told = vrmon("bugreport", environ=daemon.environ)
        assert (told.returncode, told.stderr) == (0, "")
        for secret in (PASSWORD, "schnalle", "s3cret"):
            assert secret not in told.stdout
        for expected in (
            f"vrmon {__version__}, Python 3.",
            'primary.playbox.url = "http://127.0.0.1:',
            'primary.other.url = "https://***10.0.0.1/***"',
            "alarm.webhook = (not shown)",
            "alarm.pasword = (not shown)",
            "alarm.after.critical = 10",
            "pasword: unknown key",
            'channel."0".name = "PCR 1"',
            "PCR 1  ● Recording  SHOW  SHOW",
            f"bytes {daemon.state}/",
        ):
            assert expected in told.stdout
        assert "Took over" not in told.stdout
        assert [line for line in told.stdout.splitlines() if "SHOW" in line and "info" in line]
        assert all(line == line.rstrip() for line in told.stdout.splitlines())


def test_without_a_daemon_and_with_a_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "vrmon.toml").write_text("password = s3cret\n[[")
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path), "RUNTIME_DIRECTORY": str(tmp_path)}
    told = vrmon("bugreport", environ=environ)
    assert (told.returncode, told.stderr) == (0, "")
    assert "s3cret" not in told.stdout
    assert "(Cannot reach vrmond: there is no" in told.stdout
    assert f"({tmp_path}/vrmon.toml:1: not TOML:" in told.stdout
    assert f"{tmp_path}/vrmon.toml" in told.stdout
