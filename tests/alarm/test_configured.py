"""From vrmon.toml to whom vrmon-alarm tells: what is at fault there stays as it was accepted last."""

from __future__ import annotations

from pathlib import Path

import pytest

from vrmon.alarm.configured import Configured

GOOD = """
[alarm]
webhook = "http://10.1.1.1/SECRET"
after = { critical = 5 }
[eyes]
enabled = true
"""


def configured(folder: Path, text: str) -> Configured:
    """As a process finds it that has just been started."""
    (folder / "state").mkdir(exist_ok=True)
    (folder / "vrmon.toml").write_text(text)
    environ = {"CONFIGURATION_DIRECTORY": str(folder), "STATE_DIRECTORY": str(folder / "state")}
    found = Configured(None, environ)
    found.read()
    return found


def ways(found: Configured) -> list[str]:
    return [one.name for one in found.ways]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("webhook =", "webhok ="),
        ('"http:', '"htp:'),
        ("[alarm]", "[alrm]"),
        ("[alarm]", "[alarm"),
        ("critical = 5", "critical = true"),
        (GOOD, "alarm = 5"),
        (GOOD, ""),
    ],
)
def test_a_mistake_in_it_costs_nobody_and_is_told(tmp_path: Path, old: str, new: str) -> None:
    assert configured(tmp_path, GOOD).faults == ()
    for _ in range(2):  # nor is the mistake kept
        found = configured(tmp_path, GOOD.replace(old, new))
        assert ways(found) == ["webhook"]
        assert found.settings.alarm.after.critical == 5
        (fault,) = found.faults
        assert fault.way == "vrmon.toml"
        assert f"{tmp_path}/vrmon.toml:" in fault.why
        assert "SECRET" not in fault.why
    assert configured(tmp_path, GOOD.replace("10.1.1.1", "10.1.1.2")).faults == ()
    assert configured(tmp_path, "# nobody\n").ways == ()


def test_a_process_that_cannot_keep_anything_knows_what_it_accepted(tmp_path: Path) -> None:
    found = configured(tmp_path, GOOD)
    for one in (tmp_path / "state").iterdir():
        one.unlink()
    (tmp_path / "vrmon.toml").write_text(GOOD.replace("webhook", "webhok"))
    found.read()
    assert ways(found) == ["webhook"]


def test_of_what_was_never_accepted_the_rest_is_used(tmp_path: Path) -> None:
    text = GOOD.replace("critical = 5", "critical = true")
    assert ways(configured(tmp_path, text)) == ["webhook"]
    assert ways(configured(tmp_path, "no TOML at all")) == ["webhook"]


def test_a_mistake_elsewhere_costs_only_what_it_is_in(tmp_path: Path) -> None:
    configured(tmp_path, GOOD)
    text = GOOD.replace("10.1.1.1", "10.1.1.2").replace("enabled = true", "enabled = 5")
    found = configured(tmp_path, text + "[sync]\nstop_delay = -1\n[dvr.a]\n")
    assert found.settings.alarm.webhook == "http://10.1.1.2/SECRET"
    assert found.settings.eyes.enabled
    assert found.faults == (), "vrmond tells of it"
