"""`vrmon promote` on a cold standby, with a systemctl that starts a real vrmond."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.world.command import ENVIRON, ROOT, on_terminal, vrmon
from tests.world.mirror import Mirror, mirror, wait

DAEMON = f"cd {shlex.quote(str(ROOT))}; setsid {sys.executable} -m vrmon.daemon"


class Standby:
    """A host whose vrmond does not run. `asked` is what systemctl was."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._programs, self._asked, self._pid = folder / "bin", folder / "asked", folder / "pid"
        self._programs.mkdir()
        self._asked.touch()
        self.config = folder / "vrmon.toml"
        self.environ = {
            "PATH": f"{self._programs}:{ENVIRON['PATH']}",
            **{f"{name}_DIRECTORY": str(folder) for name in ("CONFIGURATION", "RUNTIME", "STATE")},
        }
        self.have_systemctl(f"[ $3 != vrmon ] || ({DAEMON} >{folder}/log 2>&1 & echo $! >{self._pid})")

    @property
    def asked(self) -> str:
        return self._asked.read_text()

    def have_systemctl(self, does: str) -> None:
        systemctl = self._programs / "systemctl"
        systemctl.write_text(f'#!/bin/sh\necho "$@" >>{self._asked}\n{does}\n')
        systemctl.chmod(0o755)

    def end(self) -> None:
        if not self._pid.exists():
            return
        process = int(self._pid.read_text())
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
        wait(lambda: not _runs(process), "the end of its vrmond")


def _runs(process: int) -> bool:
    """Also where nobody waits for orphans that have ended: they stay zombies then."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def standby(tmp_path: Path) -> Iterator[Standby]:
    standby = Standby(tmp_path / "standby")
    yield standby
    standby.end()


@contextmanager
def nobody() -> Iterator[str]:
    """An address that refuses."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Mirror]:
    """The other host, with its devices."""
    with mirror(tmp_path / "other", size=1) as here:
        yield here


def test_it_refuses_while_the_other_answers_whatever_is_said(standby: Standby, here: Mirror) -> None:
    url = here.daemon.url
    for given in (("--peer", url), ("--peer", url, "--yes")):
        done = vrmon("promote", *given, environ=standby.environ)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"Cannot promote this host: vrmond at {url} answers, and two ")
    standby.config.write_text(
        f'[pair]\nsite = "s"\nnode = "b"\netcd = ["http://127.0.0.1:1"]\npeer = "{url}"\n'
    )
    assert f"vrmond at {url} answers" in vrmon("promote", environ=standby.environ).stderr
    assert standby.asked == ""


def test_it_takes_the_running_take_over_and_ends_it_with_its_job(standby: Standby, here: Mirror) -> None:
    job = here.record("SHOW.mxf")
    here.daemon.kill()
    listen = here.daemon.url.removeprefix("http://")
    standby.config.write_text(here.daemon.config.read_text().replace(listen, "127.0.0.1:0"))
    done = vrmon("promote", "--peer", here.daemon.url, "--yes", environ=standby.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("vrmond runs on this host now")
    assert standby.asked == "enable --now vrmon\nenable --now vrmon-alarm\n"
    told = vrmon("status", "--json", environ=standby.environ)
    assert told.returncode in (0, 1, 2)
    assert here.the_take().ended is None
    again = vrmon("promote", "--peer", here.daemon.url, environ=standby.environ)
    assert (again.returncode, again.stdout) == (
        0,
        "vrmond runs on this host already. What it does: vrmon status\n",
    )
    here.playbox.end_job(job)
    wait(lambda: here.the_take().ended_by == "remote", "the end of the take")


def test_nobody_is_asked_in_a_pipe_and_that_is_a_refusal(standby: Standby) -> None:
    with nobody() as url:
        done = vrmon("promote", "--peer", url, environ=standby.environ, stdin="y\n")
    assert (done.returncode, done.stdout, standby.asked) == (1, "", "")
    assert f"nobody listens on {url}" in done.stderr
    assert done.stderr.endswith("Where you know that it does not run: vrmon promote --yes\n")


@pytest.mark.parametrize("answer", ["n", ""])
def test_a_person_who_is_not_sure_changes_nothing(standby: Standby, answer: str) -> None:
    with nobody() as url, on_terminal("promote", "--peer", url, environ=standby.environ) as terminal:
        terminal.see(r"switched off, or vrmon stopped on it\? \[y/N\]")
        terminal.type(f"{answer}\n")
        assert "Nothing was changed." in terminal.rest()
    assert standby.asked == ""


def test_a_person_who_is_sure_is_believed(standby: Standby) -> None:
    standby.have_systemctl("echo 'Failed to enable unit: Access denied' >&2; exit 1")
    with nobody() as url, on_terminal("promote", "--peer", url, environ=standby.environ) as terminal:
        terminal.see(r"\[y/N\]")
        terminal.type("y\n")
        assert "Cannot start vrmon: Failed to enable unit: Access denied. Is this root?" in terminal.rest()
    assert standby.asked == "enable --now vrmon\n"


def test_a_vrmon_alarm_that_cannot_be_started_stops_no_vrmond_and_is_told(
    standby: Standby, here: Mirror
) -> None:
    listen = here.daemon.url.removeprefix("http://")
    standby.config.write_text(here.daemon.config.read_text().replace(listen, "127.0.0.1:0"))
    here.daemon.kill()
    programs = Path(standby.environ["PATH"].partition(":")[0])
    starts = (programs / "systemctl").read_text()
    (programs / "systemctl").write_text(
        f"{starts}[ $3 = vrmon ] || {{ echo 'It is masked.' >&2; exit 1; }}\n"
    )
    done = vrmon("promote", "--peer", here.daemon.url, "--yes", environ=standby.environ)
    assert done.returncode == 1
    assert done.stdout.startswith("vrmond runs on this host now")
    assert done.stderr.startswith(
        "vrmond runs, but nobody is told of problems. Cannot start vrmon-alarm: It is masked. Is this root?"
    )


def test_of_several_sites_the_one_that_is_named_is_started(standby: Standby) -> None:
    standby.have_systemctl("exit 1")
    with nobody() as url:
        done = vrmon("--site", "NORTH", "promote", "--yes", "--peer", url, environ=standby.environ)
    assert done.stderr.startswith("Cannot start vrmon@NORTH: systemctl does not say why. Is this root?")
    assert standby.asked == "enable --now vrmon@NORTH\n"


def test_without_an_address_it_says_what_it_needs(standby: Standby) -> None:
    for text in ("", "[pair]\npeer = 3\n", "[pair\n"):
        standby.config.write_text(text)
        done = vrmon("promote", environ=standby.environ)
        assert (done.returncode, standby.asked) == (1, "")
        assert done.stderr.endswith("Give --peer, such as --peer http://10.1.85.10:8001\n")
