"""The house: what stands at a site is known to its own folder; everybody else asks what the kind says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.modules import ROOT
from vrmon.devices import kinds

NAMES = re.compile(r"\b(MovieRecorder|PlayBox|Mac|HyperDeck|OBS)\b")
THEIR_OWN = ("devices", "simulator", "demo")
"""Folders of vrmon that speak of what they stand for: the kinds themselves, and what plays them."""

ASKED_FOR = ("status", "sources", "ingests", "map", "events", "hold")
"""Commands that look at no device themselves."""


def _lines() -> Iterator[tuple[Path, int, str]]:
    for file in sorted((ROOT / "vrmon").rglob("*")):
        place = file.relative_to(ROOT / "vrmon")
        if not file.is_file() or place.parts[0] in THEIR_OWN or "__pycache__" in place.parts:
            continue
        text = file.read_text(errors="replace")
        yield from ((place, number, line) for number, line in enumerate(text.splitlines(), 1))


def test_no_line_names_what_only_one_kind_is_called() -> None:
    lines = list(_lines())
    assert {place.parts[0] for place, _, _ in lines} >= {"plan", "cli", "config", "catalog.py", "page"}
    assert [f"{place}:{number}: {line}" for place, number, line in lines if NAMES.search(line)] == []


def test_what_every_device_shares_names_no_kind() -> None:
    """In `devices` a kind is named by its own folder, and by the one table of them."""
    shared = [file for file in (ROOT / "vrmon/devices").glob("*.py") if file.stem != "kinds"]
    assert shared
    for file in shared:
        text = file.read_text()
        assert not NAMES.search(text), file
        assert not any(re.search(rf"\b{name}\b", text) for name in kinds.KINDS), file


def _imported_by(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return set(done.stdout.split())


@pytest.mark.parametrize("command", ASKED_FOR)
def test_a_command_imports_no_driver_for_nothing(command: str) -> None:
    assert not any(name.endswith(".driver") for name in _imported_by(f"import vrmon.cli.commands.{command}"))


def test_judging_a_configuration_imports_neither_a_driver_nor_what_drivers_need() -> None:
    read = (
        "from pathlib import Path; from vrmon.config import parse, text_of; "
        "file = Path('etc/vrmon.example.toml'); parse(text_of(file), file, {})"
    )
    imported = _imported_by(read)
    assert "vrmon.devices.movierecorder" in imported
    assert not any(name.endswith(".driver") for name in imported)
    assert "requests" not in imported
