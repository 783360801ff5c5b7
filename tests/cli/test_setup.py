"""`vrmon setup`, `vrmon add` and `vrmon unmap`: a person at a terminal, a real daemon, simulated devices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from tests.world.command import on_terminal, vrmon
from tests.world.running import Running, running
from vrmon.cli.probing import addresses
from vrmon.devices.contract import Kind
from vrmon.devices.kinds import KINDS
from vrmon.errors import ControlError
from vrmon.simulator import MovieRecorder, PlayBox, serving

PASSWORD = "gürtel & schnalle?"


@pytest.fixture
def playbox() -> Iterator[PlayBox]:
    with serving(PlayBox(3), tls=True) as playbox:
        yield playbox


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(3, password=PASSWORD)) as recorder:
        yield recorder


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Running]:
    """As after the installation: no device, no channel."""
    with running(tmp_path, text='# Ours.\n[api]\nlisten = ""\n') as daemon:
        yield daemon


@pytest.mark.parametrize("columns", [40, 80, 132, 200])
def test_a_first_installation_ends_with_every_job_recorded(
    empty: Running, playbox: PlayBox, recorder: MovieRecorder, columns: int
) -> None:
    playbox.start_job(0, "NEWS.mxf")
    playbox.start_job(2, "SPORT.mxf")
    recorder.record_by_hand(2, "SPORT")
    answers = 0
    with on_terminal("setup", environ=empty.environ, columns=columns) as terminal:

        def answer(question: str, keys: str) -> None:
            nonlocal answers
            terminal.see(question)
            terminal.type(f"{keys}\n")
            answers += 1

        answer("Address of the PlayBox: ", playbox.url)
        answer(r"trusted from now on \[Y/n\]: ", "y")
        answer(r"Kind of the backup recorder: .* \[movierecorder\]: ", "")
        answer("Address of the MovieRecorder: ", recorder.url.removeprefix("http://"))
        answer("Password of movierecorder: ", PASSWORD)
        answer("Once more: ", PASSWORD)
        answer(rf"SOURCES(?s:.)*Ingest {playbox.ingests[0]}: has NEWS\.(?s:.)*\[0\]: ", "1")
        answer(r"Name of the channel \[Backup 1\]: ", "PCR 1")
        answer(rf"Ingest {playbox.ingests[1]}: no job\.(?s:.)*\[0\]: ", "")
        answer(rf"Ingest {playbox.ingests[2]}: has SPORT\.(?s:.)*\[2\]: ", "")
        answer(r"Name of the channel \[Backup 3\]: ", "PCR 3")
        answer(r"does not list now \(empty: none\): ", "")
        answer(r"put it in force\? \[Y/n\]: ", "")
        shown = terminal.rest()
        assert terminal.process.wait(60) == 0
    assert re.search("● (Safe|Ready) ", shown)
    assert "There is no board: api.listen is empty." in shown
    assert PASSWORD not in terminal.raw + empty.log()
    assert answers == 13
    written = tomlkit.parse(empty.config.read_text()).unwrap()
    assert empty.config.read_text().startswith("# Ours.\n")
    assert PASSWORD not in empty.config.read_text()
    assert written["primary"]["playbox"]["tls"] == f"sha256:{playbox.fingerprint}"
    assert [(one["name"], one["source"]) for one in written["channel"]] == [
        ("PCR 1", "4XT00292 - 0"),
        ("PCR 3", "4XT00292 - 2"),
    ]
    secret = Path(written["dvr"]["movierecorder"]["password_file"])
    assert (secret.read_text(), secret.stat().st_mode & 0o777) == (f"{PASSWORD}\n", 0o600)
    empty.wait_for(lambda status: [one["phase"] for one in status["channels"]] == ["recording", "recording"])


def test_what_is_answered_wrongly_is_asked_again(empty: Running, playbox: PlayBox) -> None:
    with serving(MovieRecorder(1)) as recorder, on_terminal("setup", environ=empty.environ) as terminal:
        terminal.see("Address of the PlayBox: ")
        terminal.type("no such address\n")
        terminal.see("cannot be an address(?s:.)*Address of the PlayBox: ")
        playbox.refuse()
        terminal.type(f"{playbox.url}\n")
        terminal.see(
            "Cannot find a PlayBox there.(?s:.)*refused the connection(?s:.)*Address of the PlayBox: "
        )
        playbox.listen_again()
        terminal.type(f"{playbox.url}\n")
        terminal.see(r"trusted from now on \[Y/n\]: ")
        terminal.type("n\n")
        terminal.see(r"\[y/N\]: ")
        terminal.type("n\n")
        assert "Nothing was sent to it." in terminal.rest()
        assert terminal.process.wait(60) == 1
    assert "primary" not in tomlkit.parse(empty.config.read_text())
    assert recorder


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_host_alone_is_enough_for_every_kind(kind: Kind) -> None:
    for host, shown in (
        ("10.1.85.53", "10.1.85.53"),
        ("mac.example.org", "mac.example.org"),
        ("fd00::1:2", "[fd00::1:2]"),
    ):
        meant = list(addresses(kind, host))
        assert meant != []
        for url in meant:
            assert f"//{shown}:" in url
            with_port = [one.rpartition(":")[2] for one in addresses(kind, f"{shown}:99")]
            assert set(with_port) == {"99"}
            assert list(addresses(kind, url)) == [url]
    with pytest.raises(ControlError, match="cannot be an address"):
        list(addresses(kind, "no such address"))


def test_without_a_daemon_nothing_is_asked(tmp_path: Path) -> None:
    done = vrmon(
        "setup", environ={"RUNTIME_DIRECTORY": str(tmp_path), "CONFIGURATION_DIRECTORY": str(tmp_path)}
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "systemctl start vrmon" in done.stderr


def test_add_and_unmap(tmp_path: Path, playbox: PlayBox, recorder: MovieRecorder) -> None:
    with running(tmp_path, playbox, recorder, channels=1) as daemon:
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        daemon.wait_for(lambda status: status["primaries"]["playbox"]["state"] == "ok")
        unlisted = "F" * 32
        with on_terminal("add", environ=daemon.environ, columns=200) as terminal:
            seen = terminal.see(r"Ingest \w+: no job\.(?s:.)*\[0\]: ")
            assert playbox.ingests[0] not in seen
            assert "4XT00292 - 0" not in seen
            terminal.type("7\n")
            terminal.see("There is no source 7(?s:.)*: ")
            terminal.type("2\n")
            terminal.see("Name of the channel ")
            terminal.type("pcr 1\n")
            terminal.see("There is a channel pcr 1 already(?s:.)*Name of the channel ")
            terminal.type("PCR 2\n")
            terminal.see(r"Ingest \w+: no job\.(?s:.)*\[0\]: ")
            terminal.type("\n")
            terminal.see("does not list now")
            terminal.type(f"{unlisted}\n")
            terminal.see(rf"Ingest {unlisted}: no job\.(?s:.)*\[0\]: ")
            terminal.type("1\n")
            terminal.see("Name of the channel ")
            terminal.type("Studio\n")
            terminal.see("does not list now")
            terminal.type("\n")
            terminal.see("put it in force")
            terminal.type("y\n")
            terminal.see("in force")
            assert terminal.process.wait(60) == 0
        names = [one["name"] for one in daemon.status()["channels"]]
        assert names == ["PCR 1", "PCR 2", "Studio"]
        playbox.start_job(1, "SHOW.mxf")
        daemon.wait_for(lambda status: status["channels"][1]["phase"] == "recording")

        done = vrmon("unmap", "PCR-2", environ=daemon.environ)
        assert done.returncode == 1
        assert "Did you mean 'PCR 2'?" in done.stderr
        done = vrmon("unmap", "PCR 2", "--reload", environ=daemon.environ)
        assert done.returncode == 0
        assert "PCR 2 records SHOW now." in done.stderr
        assert '-name = "PCR 2"' in done.stdout
        assert [one["name"] for one in daemon.status()["channels"]] == ["PCR 1", "Studio"]
        assert [take.name for take in recorder.takes_of("4XT00292 - 2")] == ["SHOW"]
        assert recorder.running("4XT00292 - 2") is not None
