"""Every command's help, its place in the manual, and what a shell completes."""

from __future__ import annotations

import importlib
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
from vrmon import __version__
from vrmon.cli.options import make_parser

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
    described = re.findall(r"^\*vrmon (\w+)\*", MANUAL.read_text(), flags=re.MULTILINE)
    described += re.findall(r", \*vrmon (\w+)\*", MANUAL.read_text())
    assert sorted(described) == sorted(commands())


def test_help_and_version_come_without_a_daemon() -> None:
    done = vrmon("--help")
    assert done.returncode == 0
    assert all(f"\n    {name} " in done.stdout for name in commands())
    assert vrmon("--version").stdout == f"vrmon {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [(), ("frobnicate",), ("hold",), ("status", "--jsn"), ("hold", "x", "--for", "3")]
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


def test_completion_is_silent_without_a_daemon(tmp_path: Path) -> None:
    assert not any("PCR" in name for name in completed("vrmon hold ", RUNTIME_DIRECTORY=str(tmp_path)))
