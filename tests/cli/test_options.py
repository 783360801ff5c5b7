"""Every command's help, its place in the manual, and what a shell completes."""

from __future__ import annotations

import importlib
import itertools
import os
import re
import subprocess
from argparse import _SubParsersAction
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world.api_server import serving
from tests.world.command import COMMAND, ENVIRON, ROOT, vrmon
from tests.world.running import running
from vrmon import __version__
from vrmon.catalog import Severity
from vrmon.cli import news, tables
from vrmon.cli.options import make_parser
from vrmon.model import Health, Phase
from vrmon.simulator import MovieRecorder, PlayBox
from vrmon.simulator import serving as serving_devices
from vrmon.views import words

MANUAL = ROOT / "packaging" / "man" / "vrmon.1.scd"


def commands() -> dict[str, Any]:
    [choices] = [action.choices for action in make_parser()._actions if isinstance(action, _SubParsersAction)]
    return dict(choices)


@pytest.mark.parametrize("name", commands())
def test_each_command_has_help_with_an_example_and_a_function(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        make_parser().parse_args([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    examples = re.search(r"\nexamples?:\n((?:  .+\n)+)", text)
    assert examples is not None
    assert all(line.startswith(f"  vrmon {name}") for line in examples[1].splitlines())
    assert max(map(len, text.splitlines())) <= 100
    module, _, function = commands()[name].get_default("run").partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_the_manual_describes_every_command_and_no_other() -> None:
    described = re.findall(r"^\*vrmon ([\w-]+)\*", MANUAL.read_text(), flags=re.MULTILINE)
    described += re.findall(r", \*vrmon (\w+)\*", MANUAL.read_text())
    assert sorted(described) == sorted(commands())


def test_help_and_version_come_without_a_daemon() -> None:
    done = vrmon("--help")
    assert done.returncode == 0
    assert all(re.search(rf"\n    {name}\s", done.stdout) for name in commands())
    assert vrmon("--version").stdout == f"vrmon {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("hold",),
        ("hold", "PCR 1", "--all"),
        ("hold", "x", "--for", "3"),
        ("hold", "x", "--for", "3h", "--until", "22:00"),
        ("status", "--jsn"),
        ("status", "--url", "10.1.85.10:8001"),
        ("events", "-n", "0"),
        ("events", "--severity", "info"),
    ],
)
def test_wrong_usage_is_not_mistaken_for_a_health(arguments: tuple[str, ...]) -> None:
    done = vrmon(*arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("usage: vrmon")


def test_a_name_without_its_quotes_and_one_of_another_encoding() -> None:
    done = vrmon("hold", "PCR", "1")
    assert done.returncode == 64
    assert "stands in quotes" in done.stderr
    done = vrmon("hold", "R\udce9gie 1")
    assert done.returncode == 64
    assert "not UTF-8" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "guess"),
    [
        (("stauts",), "there is no command 'stauts'. Did you mean 'status'?"),
        (("Hold", "PCR 1"), "Did you mean 'hold'?"),
        (("events", "--folow"), "there is no option '--folow'. Did you mean '--follow'?"),
    ],
)
def test_what_is_almost_right_is_guessed(arguments: tuple[str, ...], guess: str) -> None:
    done = vrmon(*arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert guess in done.stderr
    assert "Did you mean" not in vrmon("frobnicate").stderr


def test_the_legend_explains_every_word_that_is_shown_with_a_sign_of_its_own() -> None:
    told = vrmon("status", "--help").stdout
    for phase, severity in itertools.product(Phase, Severity):
        sign = tables.PHASES[phase][0] if severity is Severity.INFO else news.SIGNS[severity][0]
        word = words.of_channel(phase, severity, held=False)
        assert f" {word} " in told
        assert f"{sign} {word} " in told or severity is not Severity.INFO or phase is Phase.BLOCKED
    held = words.of_channel(Phase.IDLE, Severity.INFO, held=True)
    drilled = words.of_channel(Phase.RECORDING, Severity.INFO, held=False, drilled=True)
    every = {words.of_all(one, channels=some, jobs=some) for one in Health for some in (0, 1)}
    every.add(words.of_all(Health.OK, channels=1, jobs=0))
    assert len(every) == 5
    for word in (held, drilled, *every):
        assert re.search(rf"[ ,] ?{word}\b", told)


def completed(line: str, **environ: str) -> list[str]:
    """What the shell is told when Tab is pressed at the end of `line`."""
    read, write = os.pipe()
    variables = {
        "_ARGCOMPLETE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_IFS": "\n",
    }
    # argcomplete answers on descriptor 8.
    script = f'exec 8>&{write}; exec "$0" "$@"'
    subprocess.run(
        ["bash", "-c", script, *COMMAND],
        cwd=ROOT,
        env={**ENVIRON, **variables, **environ},
        pass_fds=[write],
        check=True,
        capture_output=True,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        return [one.strip() for one in answer.read().split("\n") if one.strip()]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with serving(tmp_path):
        yield tmp_path


def test_a_shell_completes_commands_and_channels(folder: Path) -> None:
    assert completed("vrmon stat", RUNTIME_DIRECTORY=str(folder)) == ["status"]
    assert completed("vrmon hold P", RUNTIME_DIRECTORY=str(folder)) == [r"PCR\ 1"]
    assert completed("vrmon events --channel P", RUNTIME_DIRECTORY=str(folder)) == [r"PCR\ 1"]


def test_a_shell_completes_what_the_devices_offer_where_it_belongs(tmp_path: Path) -> None:
    with (
        serving_devices(PlayBox(2)) as playbox,
        serving_devices(MovieRecorder(2)) as recorder,
        running(tmp_path, playbox, recorder) as daemon,
    ):
        daemon.wait_for(lambda status: all(one["state"] == "ok" for one in status["dvrs"].values()))
        daemon.wait_for(lambda status: all(one["state"] == "ok" for one in status["primaries"].values()))
        folder = {"RUNTIME_DIRECTORY": str(daemon.socket.parent)}
        assert completed("vrmon map X --source 4", **folder) == [r"4XT00292\ -\ 0", r"4XT00292\ -\ 1"]
        assert completed("vrmon map X --dvr none --source 4", **folder) == []
        assert sorted(completed("vrmon map X --ingest ", **folder)) == sorted(playbox.ingests)
        assert completed("vrmon map X --primary ", **folder) == ["playbox"]
        devices = [one for one in completed("vrmon trust ", **folder) if not one.startswith("-")]
        assert sorted(devices) == ["movierecorder", "playbox"]


def test_files_are_completed_where_a_file_is_wanted_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "new.toml").touch()
    environ = {"RUNTIME_DIRECTORY": str(tmp_path)}
    assert completed(f"vrmon check --config {tmp_path}/n", **environ) == [f"{tmp_path}/new.toml"]
    for line in ("vrmon hold ", "vrmon map --source ", "vrmon hold X --reason ", "vrmon events -n "):
        assert not [one for one in completed(line, **environ) if not one.startswith("-")]


def test_a_site_stands_before_the_command_and_is_the_one_that_is_asked() -> None:
    start = "Start it: systemctl start vrmon@NORTH"
    for arguments in (("--site", "NORTH"), ("--site=NORTH",), ("--site", "NORTH", "hold", "PCR 1")):
        done = vrmon(*arguments, environ={"RUNTIME_DIRECTORY": "/run/another"})
        assert (done.returncode, done.stderr) == (
            3,
            f"Cannot reach vrmond: there is no /run/vrmon@NORTH/vrmon.sock. {start}\n",
        )
    done = vrmon("--site", "NORTH", "alarms")
    assert done.stderr.endswith(
        "/run/vrmon-alarm@NORTH/alarm.sock. Start it: systemctl start vrmon-alarm@NORTH\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--site", "NORTH", "stauts"), "there is no command 'stauts'. Did you mean 'status'?"),
        (("--site", "../etc", "status"), "'../etc' is not the name of a site"),
        (("--site",), "--site: expected one argument"),
        (("--sight", "status"), "there is no option '--sight'. Did you mean '--site'?"),
        (("--site", "NORTH", "status", "--jsn"), "there is no option '--jsn'. Did you mean '--json'?"),
    ],
)
def test_what_is_wrong_before_the_command_is_told_as_well(arguments: tuple[str, ...], said: str) -> None:
    done = vrmon(*arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert said in done.stderr
