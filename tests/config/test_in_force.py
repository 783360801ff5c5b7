"""Which configuration is in force, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.configuring import CHANNEL, DEVICES
from vrmon.config import recall
from vrmon.config.in_force import InForce
from vrmon.errors import ConfigError
from vrmon.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    file = tmp_path / "vrmon.toml"
    file.write_text(DEVICES + CHANNEL)
    return file


def in_force(file: Path) -> InForce:
    return InForce(file, {"STATE_DIRECTORY": str(file.parent / "state")})


def test_an_accepted_file_is_in_force_and_remembered_when_asked(file: Path) -> None:
    inforce = in_force(file)
    assert inforce.settings == Settings()
    assert [channel.name for channel in inforce.read().channels] == ["PCR 1"]
    assert recall(file.parent / "state") is None, "somebody else may hold the state directory"
    inforce.remember()
    assert recall(file.parent / "state") == DEVICES + CHANNEL
    assert (inforce.shown()["in_force"], inforce.shown()["complaints"], inforce.trouble()) == ("file", [], "")


def test_a_refused_file_changes_nothing_but_what_is_said(file: Path) -> None:
    inforce = in_force(file)
    before = inforce.read()
    file.write_text("nonsense = 1")
    with pytest.raises(ConfigError):
        inforce.read()
    inforce.remember()
    assert inforce.settings is before
    assert recall(file.parent / "state") == DEVICES + CHANNEL
    (complaint,) = inforce.shown()["complaints"]
    assert "nonsense" in complaint
    assert inforce.trouble() == f"{file} is refused: what was in force before stays so. {complaint}"
    file.write_text(DEVICES)
    inforce.read()
    assert inforce.trouble() == ""


def test_of_many_faults_a_few_are_told_and_all_are_shown(file: Path) -> None:
    inforce = in_force(file)
    file.write_text(DEVICES + "[log]\n" + "".join(f"key_{number} = 1\n" for number in range(1000)))
    with pytest.raises(ConfigError):
        inforce.read()
    assert len(inforce.shown()["complaints"]) == 1000
    told = inforce.trouble()
    assert told.endswith(" and 995 more: vrmon check names all")
    assert len(told) < 1000
    assert len(inforce.complaints[0]) < 200
    (file.parent / "state" / "last-good.toml").write_text(file.read_text())
    inforce.fall_back()
    assert len(inforce.trouble()) < 1500


def test_a_fall_back_lasts_until_the_file_is_accepted(file: Path) -> None:
    earlier = in_force(file)
    earlier.read()
    earlier.remember()
    file.write_text("nonsense = 1")
    inforce = in_force(file)
    with pytest.raises(ConfigError):
        inforce.read()
    assert inforce.fall_back().channels == earlier.settings.channels
    assert inforce.shown()["in_force"] == "last-good"
    assert "accepted last" in inforce.trouble()
    inforce.remember()
    assert recall(file.parent / "state") == DEVICES + CHANNEL
    file.write_text(DEVICES)
    assert inforce.read().channels == ()
    assert (inforce.shown()["in_force"], inforce.trouble()) == ("file", "")


def test_with_nothing_to_fall_back_on_nothing_is_in_force(file: Path) -> None:
    file.write_text("nonsense = 1")
    inforce = in_force(file)
    with pytest.raises(ConfigError):
        inforce.read()
    assert inforce.fall_back().channels == ()
    assert inforce.shown()["in_force"] == "none"
    assert "no channel is protected" in inforce.trouble()


def test_a_folder_that_takes_no_file_is_told_of_until_it_does(file: Path) -> None:
    inforce = in_force(file)
    inforce.read()
    (file.parent / "state").rmdir()
    inforce.remember()
    assert inforce.failing.startswith("Cannot keep the accepted configuration in")
    (file.parent / "state").mkdir()
    inforce.remember()
    assert inforce.failing == ""
