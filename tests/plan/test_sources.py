"""Sources that vanish, move and are shared, as stories in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world.virtual_stories import begun, names, recording, running
from vrmon.plan.memory import Naming


def test_a_source_that_vanishes_blocks_its_channel_and_no_other_is_used() -> None:
    run, job, take = recording()
    run.mac.sources[0].is_there = False
    run.until(30.0)
    assert (run.verdict().phase, run.problems()) == ("blocked", {"source-missing"})
    run.mac.sources[0].is_there = True
    run.until(40.0)
    assert running(run) is take
    assert job in run.playbox.jobs


def test_a_channel_given_another_source_by_name_goes_on_there_when_its_own_is_gone() -> None:
    run = begun(channels=2)
    run.job("NEWS")
    run.until(20.0)
    run.mac.sources[0].is_there = False
    channels = (replace(run.settings.channels[0], source="Backup 2"),)
    run.settings = replace(run.settings, channels=channels)
    run.until(30.0)
    assert running(run, 1).name == "NEWS_cont1"


def test_an_index_that_moves_while_recording_leads_to_no_other_source() -> None:
    run = begun(channels=2)
    channels = (replace(run.settings.channels[0], source=0),)
    run.settings = replace(run.settings, channels=channels)
    job = run.job("NEWS")
    run.until(20.0)
    take = running(run)
    run.mac.sources[0].is_there = False
    run.until(25.0)
    assert run.problems() == {"source-missing"}
    run.mac.sources[0].is_there = True
    run.mac.order.reverse()
    run.until(30.0)
    assert running(run) is take
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert take.ended is not None
    assert len(run.mac.recordings) == 1


def test_two_channels_of_one_source_do_not_share_it() -> None:
    run = begun(channels=2)
    first, second = run.settings.channels
    run.settings = replace(run.settings, channels=(first, replace(second, source=0)))
    run.job("A", 0)
    run.job("B", 1)
    run.until(20.0)
    assert names(run) == ["A"]
    assert run.problems(1) == {"source-ambiguous", "backup-incomplete"}


def test_a_channel_whose_source_is_changed_by_a_reload_does_not_walk_into_a_recording() -> None:
    run = begun(channels=2)
    theirs = run.mac.begin(run.mac.sources[1], "operator", run.now, name="BY HAND")
    run.until(5.0)
    run.job("", identity="1")
    run.until(7.0)
    run.settings = replace(run.settings, channels=(replace(run.settings.channels[0], source="Backup 2"),))
    run.until(30.0)
    assert run.mac.recordings == [theirs]
    assert run.verdict().phase == "foreign"


@pytest.mark.parametrize(
    ("change", "code"),
    [("is_locked", "source-locked"), ("is_there", "source-missing")],
)
def test_what_would_keep_the_next_start_is_told_while_idle(change: str, code: str) -> None:
    run = begun()
    setattr(run.mac.sources[0], change, change == "is_locked")
    run.until(10.0)
    assert run.problems() == {code}


@pytest.mark.parametrize("lag", [0.0, 0.01, 0.02, 0.03, 0.04])
def test_a_take_that_is_about_to_be_begins_on_the_source_that_its_channel_means_by_then(lag: float) -> None:
    """A reload gives the channel another source while the name for the one before is under way."""
    run = begun(channels=2)
    run.job("NEWS")
    first = run.settings.channels[0]
    while not isinstance(run.memory.channels[first.key].take, Naming):
        run.until(run.now + 0.001)
    run.until(run.now + lag)
    run.reload(replace(run.settings, channels=(replace(first, source="Backup 2"),)))
    is_named_only = isinstance(run.memory.channels[first.key].take, Naming)
    run.until(20.0)
    place = 1 if is_named_only else 0
    assert [source.recording is not None for source in run.mac.sources] == [place == 0, place == 1]
    assert (running(run, place).asked, run.verdict().phase) == ("NEWS", "recording")
    assert is_named_only or lag > 0.0


def test_a_dvr_that_goes_blind_is_not_said_to_record() -> None:
    run, _, take = recording()
    run.mac.is_up = False
    run.until(21.0)
    assert run.verdict().phase == "recording"  # seen a moment ago
    run.until(40.0)
    assert (run.verdict().phase, run.problems()) == ("unverified", {"dvr-blind"})
    assert running(run) is take


def test_a_dvr_that_goes_blind_is_not_said_to_record_the_next_job() -> None:
    run, job, _ = recording()
    run.mac.is_up = False
    run.playbox.jobs.remove(job)
    run.job("NEXT")
    run.until(22.5)
    tracked = run.verdict().job
    assert tracked is not None
    assert tracked.job.id == "NEXT"
    assert (run.verdict().phase, run.problems()) == ("blocked", {"dvr-blind"})
