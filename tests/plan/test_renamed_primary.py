"""A primary that the configuration calls otherwise: what its channels were at goes on."""

from __future__ import annotations

from dataclasses import replace

from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, hold, recording


def rename_the_primary(run: Run, name: str = "second") -> None:
    (device,) = run.settings.primaries.values()
    channels = tuple(replace(one, primary=name) for one in run.settings.channels)
    run.reload(replace(run.settings, primaries={name: device}, channels=channels))


def test_a_take_that_an_operator_has_renamed_stays_ours() -> None:
    run, job, take = recording()
    run.until(25.0)
    take.name = "BY ANOTHER NAME"
    run.until(30.0)
    rename_the_primary(run)
    run.until(40.0)
    assert (run.verdict().phase, run.problems()) == ("recording", set())
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert take.ended is not None


def test_a_job_that_was_lost_in_an_outage_is_recorded_as_long_as_without_it() -> None:
    run, _, take = recording()
    run.playbox.jobs.clear()
    run.playbox.is_up = False
    run.until(40.0)
    run.playbox.is_up = True
    run.until(45.0)
    rename_the_primary(run)
    run.until(90.0)
    assert take.ended is None
    run.until(120.0)
    assert take.ended is not None


def test_the_second_show_of_an_id_goes_on() -> None:
    run, job, _ = recording()
    run.playbox.names[job] = (0.0, "SPORT")
    run.playbox.reused[job] = 1
    run.until(80.0)
    take = run.mac.sources[0].recording
    assert take is not None and take.asked == "SPORT"
    rename_the_primary(run)
    run.until(150.0)
    assert (run.verdict().phase, run.problems(), take.ended) == ("recording", set(), None)


def test_an_index_means_the_source_that_it_meant() -> None:
    run = begun(channels=2)
    channels = tuple(replace(one, source=index) for index, one in enumerate(run.settings.channels))
    run.reload(replace(run.settings, channels=channels))
    run.until(10.0)
    run.mac.order.reverse()
    run.until(12.0)
    rename_the_primary(run)
    run.until(15.0)
    run.job("A")
    run.until(30.0)
    assert [one.recording is not None for one in run.mac.sources] == [True, False]


def test_a_hold_outlives_the_way_back_to_the_first_name() -> None:
    run, _, take = recording()
    run.until(25.0)
    rename_the_primary(run)
    run.until(30.0)
    hold(run)
    rename_the_primary(run, "playbox")
    run.until(32.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(60.0)
    assert "on-hold" in run.problems()
    assert run.mac.recordings == [take]


def test_a_channel_that_is_away_meanwhile_has_its_take_when_it_is_back() -> None:
    run = begun(channels=2)
    first = run.settings.channels[0]
    run.job("NEWS")
    run.until(20.0)
    (take,) = run.mac.recordings
    rename_the_primary(run)
    run.until(22.0)
    settings = run.settings
    run.reload(replace(settings, channels=settings.channels[1:]))
    take.name = "BY ANOTHER NAME"
    run.until(30.0)
    rename_the_primary(run, "playbox")
    run.until(40.0)
    run.reload(replace(run.settings, channels=(first, *run.settings.channels)))
    run.until(60.0)
    assert (run.verdict().phase, run.problems(), take.ended) == ("recording", set(), None)
