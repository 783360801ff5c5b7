"""`vrmon check`: the configuration, then every device, without a daemon."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world.command import on_terminal, open_folder, vrmon
from tests.world.running import running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving

PASSWORD = "hün ter/2&%"


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox(), tls=True) as playbox:
        yield playbox


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(password=PASSWORD)) as recorder:
        yield recorder


def check(folder: Path, text: str, **environ: str) -> tuple[int, str]:
    """The exit status and all that was said of the configuration `text`."""
    (folder / "vrmon.toml").write_text(text)
    done = vrmon("check", "--here", environ={"CONFIGURATION_DIRECTORY": str(folder), **environ})
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_all_is_well(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    code, said = check(tmp_path, toml(tmp_path, playbox, recorder))
    assert code == 0
    lines = said.splitlines()
    assert all(line.startswith("● ok") for line in lines)
    for told in (
        "is in order: 4 channels, 2 devices.",
        "0 active jobs",
        "its certificate is the one",
        "accepts the password",
    ):
        assert told in said
    assert [line for line in lines if "could record on 'Backup 4' (4XT00292 - 3) on movierecorder" in line]
    assert len(lines) == 9


def test_a_refused_configuration_is_told_line_by_line(tmp_path: Path, playbox: PlayBox) -> None:
    code, said = check(
        tmp_path, toml(tmp_path, playbox).replace("timeout", "tiemout").replace("listen", "listne")
    )
    assert code == 78
    assert len(said.splitlines()) == 2
    assert all(line.startswith(f"{tmp_path}/vrmon.toml:") for line in said.splitlines())
    done = vrmon("check", "--here", "--json", environ={"CONFIGURATION_DIRECTORY": str(tmp_path)})
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (78, said)
    assert [one["message"] for one in found] == said.splitlines()
    assert {(one["ok"], one["subject"]) for one in found} == {(False, "configuration")}


def test_no_configuration(tmp_path: Path) -> None:
    done = vrmon("check", "--config", tmp_path / "none.toml")
    assert (done.returncode, done.stdout) == (78, "")
    assert f"{tmp_path}/none.toml: cannot be read" in done.stderr


def test_what_would_keep_a_source_from_recording(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    text = toml(tmp_path, playbox, recorder).replace("4XT00292 - 3", "Studio")
    recorder.lock(0)
    recorder.set_destinations("4XT00292 - 2", [])
    recorder.enable("4XT00292 - 1", False)
    code, said = check(tmp_path, text)
    assert code == 1
    for word, channel, why, hint in (
        ("▲ warn", "PCR 1", "locked", "unlock it"),
        ("✖ fail", "PCR 2", "disabled", "enable it"),
        ("✖ fail", "PCR 3", "no destination", "give it one"),
        ("✖ fail", "PCR 4", "none of its sources (4 in all) is called 'Studio'", "`vrmon sources`"),
    ):
        [line] = [line for line in said.splitlines() if line.startswith(word) and channel in line]
        assert why in line
        assert hint in line


def test_two_channels_that_come_to_one_source(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    text = toml(tmp_path, playbox, recorder)
    code, said = check(tmp_path, text.replace("4XT00292 - 3", "Backup 2"))
    assert code == 1
    [fault] = [line for line in said.splitlines() if line.startswith("✖ fail")]
    assert "PCR 4  The source '4XT00292 - 1' on movierecorder belongs to another channel as well." in fault
    assert "Give each channel a source of its own" in fault


def test_an_ingest_that_may_be_mistyped(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    first, second, *_ = playbox.ingests
    text = toml(tmp_path, playbox, recorder).replace(first, "0" * 32).replace(second, "STUDIO_2")
    listed, odd = (
        f"PCR 1  playbox does not list its ingest {'0' * 32}.",
        "PCR 2  its ingest 'STUDIO_2' is not",
    )
    code, said = check(tmp_path, text)
    assert code == 0
    warned = [line for line in said.splitlines() if line.startswith("▲ warn")]
    assert len(warned) == 2
    assert listed in warned[0]
    assert odd in warned[1]
    assert all("`vrmon ingests`" in line for line in warned)
    playbox.switch(idle_ingest="left out")
    playbox.start_job(3)
    code, said = check(tmp_path, text)
    assert (code, listed in said, odd in said) == (0, False, True)
    playbox.refuse()
    code, said = check(tmp_path, text)
    assert (code, listed in said, odd in said) == (1, False, True)


def test_each_finding_is_told_when_it_is_there(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    (tmp_path / "vrmon.toml").write_text(toml(tmp_path, playbox, recorder, timeout=60.0))
    recorder.fault("hang")
    with on_terminal("check", "--config", tmp_path / "vrmon.toml") as terminal:
        terminal.see("● ok    playbox  its certificate")


def test_a_destinations_warning_concerns_the_sources_that_record_to_it(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    text = toml(tmp_path, playbox, recorder)
    recorder.set_destinations(3, [])
    recorder.warn("media", ["disk almost full"])
    code, said = check(tmp_path, text)
    assert code == 1, "for the source without a destination"
    warned = [line for line in said.splitlines() if "'Media RAID': disk almost full" in line]
    assert [line.split()[2:4] for line in warned] == [["PCR", number] for number in "123"]


def test_what_is_told_badly_is_said_with_its_place(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    playbox.switch(3, ingest_told="activeJobsInfo null")
    recorder.switch(1, source_told="is_paused absent")
    recorder.switch(2, source_told="display_name null")
    code, said = check(tmp_path, toml(tmp_path, playbox, recorder))
    assert code == 1
    faults = [line.split("  ", 1)[1].strip() for line in said.splitlines() if line.startswith("✖ fail")]
    beginning = "part of its answer cannot be understood: "
    paused = "[1].is_paused: true or false is expected, not null."
    assert faults == [
        f"playbox  {beginning}[3].activeJobsInfo: an array is expected, not null.",
        f"movierecorder  {beginning}{paused}",
        f"movierecorder  {beginning}[2].display_name: a string is expected, not null.",
        f"PCR 2  its source may be the one that cannot be understood: {paused}",
    ]
    assert "PCR 3  could record" in said


def test_each_devices_trouble_is_its_own(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    text = toml(tmp_path, playbox, recorder)
    playbox.refuse()
    code, said = check(tmp_path, text)
    assert code == 1
    assert "✖ fail  playbox  playbox (127.0.0.1:" in said
    assert "refused the connection. Check its power" in said
    assert "PCR 4  could record" in said
    recorder.fault("hang")
    code, said = check(tmp_path, text)
    assert code == 1
    assert said.count("✖ fail") == 2
    assert "did not answer within 1 s" in said


def test_the_wrong_certificate_and_none_at_all(tmp_path: Path, playbox: PlayBox) -> None:
    text = toml(tmp_path, playbox)
    pinned = playbox.fingerprint
    other = pinned.replace(pinned[:2], "00" if pinned[:2] != "00" else "11", 1)
    code, said = check(tmp_path, text.replace(pinned, other))
    assert code == 1
    assert "vrmon trust playbox" in said
    code, said = check(tmp_path, text.replace(f"sha256:{pinned}", "insecure"))
    assert code == 0
    assert "▲ warn" in said
    assert "vrmon trust playbox" in said


def test_the_password(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    text = toml(tmp_path, playbox, recorder)
    secret = tmp_path / "movierecorder.password"
    secret.write_text("wrong")
    code, said = check(tmp_path, text)
    assert code == 1
    assert "refused the password" in said
    assert f"Put it into {secret} with: vrmon password movierecorder" in said
    without = "\n".join(line for line in text.splitlines() if "password_file" not in line)
    code, said = check(tmp_path, without)
    assert code == 1
    assert "wants a password" in said
    assert "Name a file for it: password_file in [dvr.movierecorder]." in said
    (tmp_path / "credentials").mkdir()
    code, said = check(tmp_path, without)
    assert code == 1
    assert f"Put it into {tmp_path}/credentials/movierecorder with: vrmon password movierecorder" in said
    (tmp_path / "credentials" / "movierecorder").write_text(f"{PASSWORD}\n")
    code, said = check(tmp_path, without)
    assert code == 0
    assert "accepts the password" in said
    (tmp_path / "credentials" / "movierecorder").write_text(f"{PASSWORD}\n\n")
    code, said = check(tmp_path, without)
    assert code == 1
    assert "has a password that vrmond refuses" in said
    assert PASSWORD not in said


def test_what_vrmond_refuses_for_the_files_it_names_is_refused(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    text = toml(tmp_path, playbox, recorder)
    (tmp_path / "movierecorder.password").chmod(0o644)
    code, said = check(tmp_path, text)
    assert code == 78
    assert "chmod 600" in said
    assert "in order" not in said
    code, said = check(tmp_path, toml(tmp_path, playbox).replace(f"sha256:{playbox.fingerprint}", "gone.pem"))
    assert code == 78
    [line] = said.splitlines()
    assert f"primary.playbox.tls: cannot read {tmp_path}/gone.pem" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, and only root can become one")
def test_who_may_not_read_the_password_is_told_to_check_as_root(
    playbox: PlayBox, recorder: MovieRecorder
) -> None:
    with open_folder() as folder:
        (folder / "vrmon.toml").write_text(toml(folder, playbox, recorder))
        done = vrmon("check", "--config", folder / "vrmon.toml", user="nobody")
    assert done.returncode == 0, "what only root can see is no failure"
    assert "Permission denied" in done.stdout
    assert "Check as root" in done.stdout


def test_json_and_odd_names(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    text = toml(tmp_path, playbox, recorder)
    recorder.rename_source(0, "\x1b[2J[bold]")
    recorder.enable("4XT00292 - 0", False)
    code, said = check(tmp_path, text)
    assert code == 1
    assert "\x1b" not in said
    assert "[bold]" in said
    done = vrmon("check", "--here", "--json", environ={"CONFIGURATION_DIRECTORY": str(tmp_path)})
    found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["subject"] for one in found if one["ok"] is False} == {"PCR 1"}
    assert all(set(one) == {"ok", "subject", "message", "hint"} for one in found)


def test_the_daemon_tells_what_it_can_read_itself(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    """Under systemd it has passwords that others cannot see, and cannot see files that root can."""
    credentials = tmp_path / "handed-over"
    credentials.mkdir()
    (credentials / "dvr_movierecorder").write_text(PASSWORD)
    with running(tmp_path, playbox, recorder, environ={"CREDENTIALS_DIRECTORY": str(credentials)}) as daemon:
        text = daemon.config.read_text()
        without = "\n".join(line for line in text.splitlines() if "password_file" not in line)
        daemon.config.write_text(without)
        done = vrmon("check", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert "movierecorder  accepts the password." in done.stdout
        mine = {key: value for key, value in daemon.environ.items() if key != "CREDENTIALS_DIRECTORY"}
        assert "wants a password" in vrmon("check", "--here", environ=mine).stdout
        assert vrmon("check", environ=mine).stdout.splitlines()[1:] != []
        assert "accepts the password" in vrmon("check", environ=mine).stdout
        found = [json.loads(line) for line in vrmon("check", "--json", environ=mine).stdout.splitlines()]
        assert {one["ok"] for one in found} == {True}
        daemon.config.write_text(without.replace("timeout", "tiemout"))
        done = vrmon("check", environ=mine)
        assert done.returncode == 78
        assert done.stdout.count("unknown key") == 2
        recorder.fault("hang")
        daemon.config.write_text(without)
        done = vrmon("check", environ=mine)
        assert done.returncode == 1
        assert "✖ fail  movierecorder" in done.stdout
        daemon.kill()
        done = vrmon("check", environ=mine)
        assert done.stdout.startswith("▲ warn  vrmond  Cannot reach vrmond: nobody listens on")
        assert "● ok  playbox" in done.stdout
