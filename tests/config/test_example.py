"""The two files in etc/: what is installed, and the tour of every key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.world.configuring import read
from vrmon.config.schema import TABLES
from vrmon.devices.keys import REQUIRED, Key
from vrmon.devices.kinds import KINDS
from vrmon.settings import Api, DrillSettings, Eyes, History, Log, Settings, Sync

ETC = Path(__file__).parents[2] / "etc"


def test_the_packaged_file_names_no_device_and_loads_when_filled_in(tmp_path: Path) -> None:
    text = (ETC / "vrmon.toml").read_text()
    assert read(tmp_path, text) == Settings()
    filled = "\n".join(
        line.removeprefix("#") if "=" in line or "[" in line else line for line in text.splitlines()
    )
    settings = read(tmp_path, filled.replace("INGEST ID", "A1"))
    assert [device.poll_interval for device in (*settings.primaries.values(), *settings.dvrs.values())] == [
        1,
        1,
    ]
    assert len(settings.channels) == 1


def test_the_example_loads(tmp_path: Path) -> None:
    settings = read(tmp_path, (ETC / "vrmon.example.toml").read_text())
    assert (settings.sync, settings.api, settings.log) == (Sync(), Api(), Log())
    assert settings.history == History()
    assert settings.drill == DrillSettings()
    assert settings.eyes == Eyes()


def shown(default: object) -> str:
    """As TOML writes it."""
    if isinstance(default, dict):
        return f"{{ {', '.join(f'{key} = {shown(value)}' for key, value in default.items())} }}"
    return json.dumps(default)  # which writes texts, numbers and arrays as TOML does


KEYS = [(table, key) for table in TABLES for key in TABLES[table]]
KEYS += [(kind.role.value, key) for kind in KINDS.values() for key in kind.keys]


@pytest.mark.parametrize(("table", "name", "key"), [(table, key.name, key) for table, key in KEYS])
def test_the_example_tells_what_each_key_may_be_and_its_default(table: str, name: str, key: Key) -> None:
    lines = (ETC / "vrmon.example.toml").read_text().splitlines()
    header = next(
        index
        for index, line in enumerate(lines)
        if table in (line.strip("#[]"), line.strip("[]").split(".")[0])
    )
    place = next(
        index
        for index, line in enumerate(lines)
        if index > header and line.lstrip("#").startswith(f"{name} = ")
    )
    comment: list[str] = []
    while lines[place - 1].startswith("# "):
        place -= 1
        comment.insert(0, lines[place].removeprefix("# "))
    default = "Required."
    if key.default is not REQUIRED:
        default = f"Default: {'none' if key.default is None else shown(key.default)}"
    assert f"Expected: {key.value.expected}. {default}" in " ".join(comment)
