"""Which source a channel means while another is away, or is called as it: never another one in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, names


def by_index() -> Run:
    run = begun(channels=2)
    channels = tuple(replace(one, source=index) for index, one in enumerate(run.settings.channels))
    run.reload(replace(run.settings, channels=channels))
    run.until(10.0)
    return run


def recorded(run: Run) -> list[str]:
    return [one.recording.asked if one.recording is not None else "" for one in run.mac.sources]


def test_a_source_that_an_index_means_is_waited_for() -> None:
    run = by_index()
    run.mac.sources[0].is_there = False
    run.until(20.0)
    assert [run.problems(one) for one in range(2)] == [{"source-missing"}, set()]
    run.job("B", 1)
    run.until(30.0)
    assert (run.verdict(1).phase, names(run)) == ("recording", ["B"])
    run.mac.sources[0].is_there = True
    run.job("A", 0)
    run.until(50.0)
    assert recorded(run) == ["A", "B"]
    assert [run.problems(one) for one in range(2)] == [set(), set()]


def test_it_is_so_after_a_restart_as_well() -> None:
    run = by_index()
    run.mac.sources[0].is_there = False
    run.until(12.5)
    run.mac.sources[0].is_there = True
    run.until(600.0)
    run.crash(pause=1.0)
    run.until(700.0)
    run.job("A", 0)
    run.job("B", 1)
    run.until(730.0)
    assert recorded(run) == ["A", "B"]


def test_another_index_means_another_source() -> None:
    run = begun(channels=2)
    first = replace(run.settings.channels[0], source=0)
    run.reload(replace(run.settings, channels=(first,)))
    run.until(10.0)
    run.reload(replace(run.settings, channels=(replace(first, source=1),)))
    run.job("A")
    run.until(30.0)
    assert recorded(run) == ["", "A"]


def test_a_source_that_one_channel_names_by_its_id_is_no_others_by_what_it_is_called() -> None:
    run = begun(channels=2)
    one, two = run.settings.channels
    run.reload(replace(run.settings, channels=(replace(one, source="Backup 1"), two)))
    run.until(10.0)
    first, second = run.mac.sources
    first.display_name, second.display_name = "Camera 7", "Backup 1"
    run.until(20.0)
    assert [run.problems(one) for one in range(2)] == [{"source-ambiguous"}, set()]
    run.job("B", 1)
    run.until(40.0)
    assert recorded(run) == ["", "B"]


@pytest.mark.parametrize("other", [0, "4XT00292 - 0"])
def test_an_index_that_leads_to_another_channels_source_takes_it_from_nobody(other: int | str) -> None:
    run = begun(channels=2)
    one, two = run.settings.channels[0], replace(run.settings.channels[1], source=other)
    run.reload(replace(run.settings, channels=(replace(one, source="4XT00292 - 1"), two)))
    run.until(10.0)
    run.mac.order.reverse()
    run.until(12.0)
    run.reload(replace(run.settings, channels=(replace(one, source=1), two)))
    run.until(20.0)
    run.job("B", 1)
    run.until(40.0)
    assert [run.problems(place) for place in range(2)] == [{"source-ambiguous"}, set()]
    assert recorded(run) == ["B", ""]
