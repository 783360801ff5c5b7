"""`vrmon map` and `vrmon trust`: what they write into vrmon.toml, and when they write nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from tests.world.command import on_terminal, open_folder, vrmon
from tests.world.running import running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving

PASSWORD = "gürtel & schnalle?"
INGEST = "9C64992CFF3A4A3FA3C635BB7D9B6071"


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox(), tls=True) as playbox:
        yield playbox


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(5), tls=True) as recorder:
        yield recorder


@pytest.fixture
def file(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> Path:
    path = tmp_path / "vrmon.toml"
    path.write_text(f"# Ours.\n{toml(tmp_path, playbox, recorder)}# The end.\n")
    return path


def test_map_adds_a_channel_and_keeps_the_rest(file: Path) -> None:
    before = file.read_text()
    done = vrmon("map", "PCR 5", "--ingest", INGEST, "--source", "4XT00292 - 4", "--config", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert f'+ingest = "{INGEST}"\n' in done.stdout
    assert done.stdout.endswith("It takes effect with: vrmon reload\n")
    after = file.read_text()
    added = ("[[channel]]", 'name = "PCR 5"', f'ingest = "{INGEST}"', 'source = "4XT00292 - 4"', "")
    assert "\n".join(added) in after
    assert after.startswith("# Ours.\n")
    assert "# The end.\n" in after
    channels = tomlkit.parse(after).unwrap()["channel"]
    assert channels[-1] == {"name": "PCR 5", "ingest": INGEST, "source": "4XT00292 - 4"}
    assert channels[:-1] == tomlkit.parse(before).unwrap()["channel"]


def test_map_changes_only_what_is_given(file: Path) -> None:
    channels = tomlkit.parse(file.read_text()).unwrap()["channel"]
    done = vrmon("map", "PCR 2", "--source", "4XT00292 - 4", "--config", file)
    assert done.returncode == 0
    channels[1]["source"] = "4XT00292 - 4"
    assert tomlkit.parse(file.read_text()).unwrap()["channel"] == channels
    again = vrmon("map", "PCR 2", "--source", "4XT00292 - 4", "--config", file)
    assert (again.returncode, again.stdout) == (0, f"{file} says so already.\n")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("PCR 5", "--source", "4XT00292 - 4"), "ingest: is missing"),
        (("PCR 5", "--ingest", INGEST, "--source", "4XT00292 - 0"), "source"),
        (("PCR 5", "--ingest", "no such thing", "--source", "x"), "ingest"),
        (("PCR 5", "--ingest", INGEST, "--source", "x", "--dvr", "none"), "dvr"),
    ],
)
def test_map_writes_nothing_that_would_be_refused(file: Path, arguments: tuple[str, ...], why: str) -> None:
    before = file.read_bytes()
    done = vrmon("map", *arguments, "--config", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert why in done.stderr
    assert file.read_bytes() == before


def test_map_with_reload_is_in_force_at_once(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    with running(tmp_path, playbox, recorder) as daemon:
        command = ("map", "PCR 5", "--ingest", INGEST, "--source", "Backup 5", "--reload")
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        done = vrmon(*command, environ=daemon.environ)
        assert done.returncode == 0
        assert "in force" in done.stdout
        daemon.wait_for(lambda status: status["channels"][-1]["source"] == "4XT00292 - 4")


def test_map_refuses_a_source_that_the_dvr_does_not_have(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    with running(tmp_path, playbox, recorder) as daemon:
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        daemon.wait_for(lambda status: status["primaries"]["playbox"]["state"] == "ok")
        before = daemon.config.read_bytes()
        done = vrmon("map", "PCR 1", "--source", "4XT00292-3", environ=daemon.environ)
        assert (done.returncode, done.stdout) == (1, "")
        assert "movierecorder has no source '4XT00292-3'. Did you mean '4XT00292 - 3'?" in done.stderr
        assert daemon.config.read_bytes() == before
        done = vrmon("map", "PCR 1", "--source", "NOPE", "--force", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        done = vrmon("map", "PCR 1", "--ingest", INGEST, environ=daemon.environ)
        assert done.returncode == 0
        assert f"Warning: playbox does not list the ingest {INGEST}." in done.stderr


def test_a_password_is_asked_for_without_showing_it_and_lies_where_vrmond_reads_it(
    tmp_path: Path, playbox: PlayBox
) -> None:
    with serving(MovieRecorder(password=PASSWORD)) as locked, running(tmp_path, playbox, locked) as daemon:
        secret = tmp_path / "movierecorder.password"
        secret.write_text("wrong")
        assert vrmon("reload", environ=daemon.environ).returncode == 0
        told = daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] != "ok")
        told = daemon.wait_for(lambda status: status["problems"])
        [problem] = [one for one in told["problems"] if one["code"] == "password-refused"]
        assert problem["hint"] == f"Put it into {secret} with: vrmon password movierecorder"
        with on_terminal("password", "movierecorder", "--reload", environ=daemon.environ) as terminal:
            terminal.see("Password of movierecorder: ")
            terminal.type(f"{PASSWORD}\n")
            terminal.see("Once more: ")
            terminal.type(f"{PASSWORD}\n")
            terminal.see(f"The password of movierecorder is in {secret}(?s:.)*in force")
            terminal.rest()
        assert PASSWORD not in terminal.raw
        assert secret.read_text() == f"{PASSWORD}\n"
        assert secret.stat().st_mode & 0o777 == 0o600
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        assert PASSWORD not in daemon.log()


def test_a_password_that_differs_or_is_none_changes_nothing(tmp_path: Path, playbox: PlayBox) -> None:
    with serving(MovieRecorder(password=PASSWORD)) as locked:
        (tmp_path / "vrmon.toml").write_text(toml(tmp_path, playbox, locked))
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path)}
    with on_terminal("password", "movierecorder", environ=environ) as terminal:
        terminal.see("Password of movierecorder: ")
        terminal.type("one\n")
        terminal.see("Once more: ")
        terminal.type("two\n")
        terminal.see("you typed two different ones. Nothing was changed.")
        assert terminal.process.wait(60) == 1
    assert vrmon("password", "movierecorder", environ=environ, stdin="\n").returncode == 1
    assert (tmp_path / "movierecorder.password").read_text() == PASSWORD
    done = vrmon("password", "movierecoder", environ=environ, stdin="new\n")
    assert "Did you mean 'movierecorder'?" in done.stderr
    assert vrmon("password", "movierecorder", environ=environ, stdin="new\n").returncode == 0
    assert (tmp_path / "movierecorder.password").read_text() == "new\n"


def test_no_password_is_asked_for_a_recorder_of_a_kind_that_wants_none(tmp_path: Path) -> None:
    text = '[dvr.deck]\nkind = "hyperdeck"\nurl = "tcp://127.0.0.1:9"\n'
    (tmp_path / "vrmon.toml").write_text(text)
    (tmp_path / "credentials").mkdir(0o700)
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path)}
    done = vrmon("password", "deck", environ=environ, stdin="new\n")
    assert (done.returncode, done.stderr) == (1, "Cannot set the password of deck: a hyperdeck wants none.\n")
    assert list((tmp_path / "credentials").iterdir()) == []


def test_a_reload_tells_that_a_password_which_is_handed_over_wants_a_restart(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder
) -> None:
    with running(tmp_path, playbox, recorder) as daemon:
        done = vrmon("reload", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        (daemon.config.parent / "credentials").mkdir(0o700)
        done = vrmon("password", "movierecorder", environ=daemon.environ, stdin=f"{PASSWORD}\n")
        assert done.stdout.endswith("It takes effect with: systemctl restart vrmon\n")
        file = daemon.config.parent / "credentials" / "movierecorder"
        assert (file.read_text(), file.stat().st_mode & 0o777) == (f"{PASSWORD}\n", 0o600)
        done = vrmon("reload", environ=daemon.environ)
        assert done.returncode == 0
        assert "systemctl restart vrmon takes them in; recordings go on." in done.stderr
        daemon.restart()
        done = vrmon("reload", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_reload_of_another_file_than_vrmonds_is_refused(
    tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder, file: Path
) -> None:
    with running(tmp_path, playbox, recorder) as daemon:
        command = ("map", "PCR 2", "--source", "4XT00292 - 4", "--reload", "--config")
        done = vrmon(*command, file, environ=daemon.environ)
        assert done.returncode == 1
        assert f"it is written, but vrmond reads {daemon.config}." in done.stderr
        assert "in force" not in done.stdout
        assert tomlkit.parse(file.read_text()).unwrap()["channel"][1]["source"] == "4XT00292 - 4"
        assert daemon.channel("PCR 2")["source"] == "4XT00292 - 1"
        same = tmp_path / "same.toml"
        same.symlink_to(daemon.config)
        done = vrmon(*command, same, environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        daemon.wait_for(lambda status: status["channels"][1]["source"] == "4XT00292 - 4")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, and only root can become one")
def test_who_may_not_write_is_told_so(playbox: PlayBox, recorder: MovieRecorder) -> None:
    with open_folder() as folder:
        file = folder / "vrmon.toml"
        file.write_text(toml(folder, playbox, recorder))
        before = file.read_bytes()
        done = vrmon("map", "PCR 1", "--source", "4XT00292 - 4", "--config", file, user="nobody")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (f"Cannot write {file}: Permission denied. Run this as the file's owner.\n")
        assert file.read_bytes() == before


def unpinned(file: Path, playbox: PlayBox) -> str:
    """The file's text, from now on without the PlayBox's certificate."""
    text = file.read_text().replace(f'tls = "sha256:{playbox.fingerprint}"\n', "", 1)
    file.write_text(text)
    return text


def test_trust_pins_the_certificate(file: Path, playbox: PlayBox) -> None:
    before = unpinned(file, playbox)
    done = vrmon("trust", "playbox", "--yes", "--config", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\n  {playbox.fingerprint}\n" in done.stdout
    assert f'+tls = "sha256:{playbox.fingerprint}"' in done.stdout
    assert file.read_text() != before
    assert vrmon("check", "--config", file).returncode == 0
    again = vrmon("trust", "playbox", "--config", file)
    assert again.returncode == 0
    assert "trusted already" in again.stdout


def test_trust_says_when_the_certificate_is_another_one(file: Path, playbox: PlayBox) -> None:
    old = "00:" * 31 + "00"
    file.write_text(file.read_text().replace(playbox.fingerprint, old, 1))
    done = vrmon("trust", "playbox", "--yes", "--config", file)
    assert done.returncode == 0
    assert f"NOT the one that is trusted so far:\n  {old}\n" in done.stdout


def test_without_a_yes_nothing_is_trusted(file: Path, playbox: PlayBox) -> None:
    before = unpinned(file, playbox)
    done = vrmon("trust", "playbox", "--config", file, stdin="y\n")
    assert done.returncode == 1
    assert "add --yes" in done.stderr
    assert playbox.fingerprint in done.stdout
    for answer in ("n\n", "\n", "\x04"):
        with on_terminal("trust", "playbox", "--config", file) as terminal:
            terminal.see(r"\[y/N\]")
            terminal.type(answer)
            assert "it was not confirmed" in terminal.rest()
            assert terminal.process.wait(60) == 1
    assert file.read_text() == before


def test_a_yes_on_the_terminal(file: Path, playbox: PlayBox) -> None:
    unpinned(file, playbox)
    with on_terminal("trust", "playbox", "--config", file) as terminal:
        assert playbox.fingerprint in terminal.see(r"\[y/N\]")
        terminal.type("y\n")
        assert "vrmon reload" in terminal.rest()
        assert terminal.process.wait(60) == 0
    assert file.read_text().count(playbox.fingerprint) == 2


def test_a_primary_and_a_dvr_of_one_name(file: Path, recorder: MovieRecorder) -> None:
    old = "00:" * 31 + "00"
    text = file.read_text().replace("movierecorder", "playbox").replace(recorder.fingerprint, old)
    file.write_text(text)
    done = vrmon("trust", "playbox", "--yes", "--config", file)
    assert done.returncode == 1
    assert "--kind" in done.stderr
    assert vrmon("trust", "playbox", "--kind", "dvr", "--yes", "--config", file).returncode == 0
    document = tomlkit.parse(file.read_text()).unwrap()
    assert document["primary"]["playbox"]["tls"] == f"sha256:{old}"
    assert document["dvr"]["playbox"]["tls"] == f"sha256:{recorder.fingerprint}"


def test_whom_nobody_can_trust(file: Path, playbox: PlayBox) -> None:
    done = vrmon("trust", "playbax", "--config", file)
    assert done.returncode == 1
    assert done.stderr == (
        f"Cannot trust playbax: {file} has no such device. There are: primary playbox, dvr movierecorder.\n"
    )
    playbox.refuse()
    done = vrmon("trust", "playbox", "--config", file)
    assert done.returncode == 1
    assert "refused the connection" in done.stderr
