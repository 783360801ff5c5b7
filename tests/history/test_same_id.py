"""A primary that uses a job's id for the next show without a pause: each show has an account of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.history.test_report import Evenings, evenings, seconds

TURNED = 335.0


def with_weather_after_news(here: Evenings) -> None:
    """The file's name is asked for every 30 s, and told at 350 s."""
    run = here.run
    run.begin()
    run.until(50.0)
    job = run.job("NEWS", identity="7")
    run.until(TURNED)
    run.playbox.names[job] = (0.0, "WEATHER")


def between(bounds: dict[str, Any]) -> tuple[float, float]:
    return seconds(bounds["earliest"]), seconds(bounds["latest"])


def assert_turned(here: Evenings, not_before: float) -> None:
    """From one show to the other, within honest bounds."""
    news, weather = here.read()["jobs"]
    assert (news["basename"], weather["basename"]) == ("NEWS", "WEATHER")
    for earliest, latest in (between(news["ended"]), between(weather["began"])):
        assert not_before <= earliest <= TURNED <= latest


def test_the_one_ends_and_the_other_begins_before_the_new_name_is_told(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        here.run.until(600.0)
        here.run.playbox.jobs.clear()
        here.run.until(700.0)
        assert_turned(here, 319.0)
        news, weather = here.read()["jobs"]
        assert [one["status"] for one in (news, weather)] == ["complete", "complete"]
        assert [one["files"] for one in news["takes"]] == [["NEWS"]]
        assert [one["files"] for one in weather["takes"]] == [["NEWS"], ["WEATHER"]]


def test_what_is_missing_before_the_new_name_is_told_may_be_of_either(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        here.run.mac.is_up = False
        here.run.mac.end(here.run.mac.sources[0], here.run.now)
        here.run.until(342.0)
        here.run.mac.is_up = True
        here.run.until(600.0)
        for job in here.read()["jobs"]:
            assert job["missing"]["least"] == 0.0
            assert job["missing"]["most"] >= 7.0


def test_what_is_missing_for_certain_before_the_new_name_is_told_may_be_of_either(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        here.run.mac.sources[0].is_locked = True
        here.run.mac.end(here.run.mac.sources[0], here.run.now)
        here.run.until(345.0)
        (news,) = here.run.memory.covered.read(here.run.settings.channels[0].key, here.run.now)
        assert news.account.least > 5.0
        here.run.mac.sources[0].is_locked = False
        here.run.until(600.0)
        for job in here.read()["jobs"]:
            assert job["missing"]["least"] == pytest.approx(0.0)
            assert job["missing"]["most"] >= 9.0


def test_both_are_told_of_at_every_moment(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        told = []
        for quarter in range(90):
            here.run.until(TURNED + quarter / 4)
            told.append([job["basename"] for job in here.read()["jobs"]])
        assert {*map(tuple, told)} == {("NEWS",), ("NEWS", "WEATHER")}
        assert told == sorted(told, key=len)


@pytest.mark.parametrize("keep", [0, 1, 4, None])
@pytest.mark.parametrize("when", [345.0, 350.2, 351.2, 352.0, 354.5])
def test_both_outlive_a_kill(tmp_path: Path, when: float, keep: int | None) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        here.run.until(when)
        here.run.crash(keep=keep, pause=5.0)
        here.run.until(500.0)
        assert [job["basename"] for job in here.read()["jobs"]] == ["NEWS", "WEATHER"]


def test_a_restart_remembers_when_the_name_was_told_last(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        with_weather_after_news(here)
        here.run.crash(pause=5.0)
        here.run.until(600.0)
        assert_turned(here, 230.0)
