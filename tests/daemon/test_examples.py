"""The examples for other programs, played against a real vrmond: addresses and fields are the files' own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.world.mirror import Mirror, mirror, wait

EXAMPLES = Path(__file__).parents[2] / "packaging/examples"
WRITTEN = "http://10.1.85.10:8001"
ENTRY = {"name", "unique_id", "value_template", "json_attributes", "unit_of_measurement", "device_class"}
"""Of the keys of Home Assistant's sensors, those that the example has."""
VARIABLE = r"\$\(custom:(\w+)\)"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """A vrmond whose PCR 1 records "SHOW" and is on hold."""
    with mirror(tmp_path_factory.mktemp("site"), size=1) as one:
        one.record("SHOW.mxf")
        code, answer = one.daemon.post("/channels/PCR%201/hold", {"by": "anna", "reason": "a line check"})
        assert code == 200, answer
        yield one


def get(here: Mirror, path: str) -> dict[str, Any]:
    answer = requests.get(f"{here.daemon.url}{path}", timeout=60)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestHomeAssistant:
    @pytest.fixture
    def entries(self) -> list[dict[str, Any]]:
        (rest,) = yaml.safe_load((EXAMPLES / "home-assistant.yaml").read_text()).values()
        return list(rest)

    def states(self, here: Mirror, entries: list[dict[str, Any]]) -> dict[str, str]:
        """Of each entity by its unique_id, as Home Assistant renders it."""
        environment, found = ImmutableSandboxedEnvironment(undefined=StrictUndefined), {}
        for entry in entries:
            assert entry["resource"].startswith(WRITTEN)
            document = get(here, entry["resource"].removeprefix(WRITTEN))
            for entity in (*entry["sensor"], *entry["binary_sensor"]):
                assert set(entity.get("json_attributes", ())) <= set(document)
                template = environment.from_string(entity["value_template"])
                found[entity["unique_id"]] = template.render(value_json=document)
        return found

    def test_the_file_has_what_the_integration_reads(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            assert set(entry) == {"resource", "scan_interval", "timeout", "sensor", "binary_sensor"}
            assert entry["timeout"] <= 4
            for entity in (*entry["sensor"], *entry["binary_sensor"]):
                assert set(entity) <= ENTRY
        assert all(one["device_class"] == "problem" for entry in entries for one in entry["binary_sensor"])

    def test_the_entities_say_what_vrmon_says(self, here: Mirror, entries: list[dict[str, Any]]) -> None:
        held = {
            "vrmon_word": "Safe",
            "vrmon_critical": "0",
            "vrmon_problem": "False",
            "vrmon_pcr_1_word": "On hold",
            "vrmon_pcr_1_problem": "False",
        }

        def shown() -> dict[str, str]:
            states = self.states(here, entries)
            assert float(states.pop("vrmon_pcr_1_missing")) >= 0
            return states

        wait(lambda: shown() == held, "a job that is recorded and on hold")
        here.recorder.fault("reset")
        lost = {**held, "vrmon_word": "Not safe", "vrmon_critical": "1", "vrmon_problem": "True"}
        wait(lambda: shown() == {**lost, "vrmon_pcr_1_problem": "True"}, "a job without a backup")
        here.recorder.clear_faults()
        wait(lambda: shown() == held, "the end of it")

    def test_what_is_missing_is_shown_in_seconds_or_as_nothing(self, entries: list[dict[str, Any]]) -> None:
        (entity,) = (
            one for entry in entries for one in entry["sensor"] if one["unique_id"] == "vrmon_pcr_1_missing"
        )
        template = ImmutableSandboxedEnvironment().from_string(entity["value_template"])
        assert template.render(value_json={"missing": None}) == "0"
        assert template.render(value_json={"missing": {"least": 4.2, "most": 5.0}}) == "4.2"


class TestCompanion:
    @pytest.fixture
    def text(self) -> str:
        return (EXAMPLES / "companion.md").read_text()

    def test_every_path_of_the_page_leads_to_a_value(self, here: Mirror, text: str) -> None:
        assert f"\n    {WRITTEN}\n" in text
        channel, whole = (get(here, path) for path in re.findall(r"(?:URI \| |URI )`(/[^`]+)`", text))
        paths = {name: set[str]() for name in ("pcr1", "vrmon")}
        for name, path in re.findall(rf"jsonpath\({VARIABLE}, '([^']+)'\)", text):
            paths[name].add(path)
        paths["pcr1"] |= set(re.findall(r"`(\$\.[\w.]+)`", text))
        assert {len(paths["pcr1"]) > 8, len(paths["vrmon"]) == 2} == {True}
        known = {"$.name": "PCR 1", "$.job": "SHOW", "$.take": "SHOW", "$.word": "On hold"}
        for path in paths["pcr1"]:
            found = value(channel, path)
            assert found == known.get(path, found)
        assert str(value(channel, "$.hold.by")).startswith("anna")
        assert all(isinstance(value(whole, path), str) for path in paths["vrmon"])

    def test_the_words_that_it_compares_with_are_vrmons(self, text: str) -> None:
        compared = re.findall(r"'\$\.(\w+)'\) == '(\w+)'", text)
        assert set(compared) == {
            ("phase", "recording"),
            ("severity", "degraded"),
            ("severity", "critical"),
            ("health", "critical"),
        }

    def test_the_time_tells_whether_vrmon_is_there(self, here: Mirror) -> None:
        told = datetime.fromisoformat(get(here, "/channels/PCR%201")["now"].replace("Z", "+00:00"))
        assert abs(time.time() - told.timestamp()) < 60


def value(document: Any, path: str) -> object:
    """What a path such as $.missing.least leads to; KeyError where it leads nowhere."""
    for name in path.removeprefix("$.").split("."):
        document = document[name]
    return document
