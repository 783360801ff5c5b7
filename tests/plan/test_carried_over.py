"""What outlives a reload or a restart, and what must not: holds, names, problems that are over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import incidents as when
from tests.world.observed import NOW
from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, by_hand, hold, names, recording, running
from vrmon.catalog import Code
from vrmon.model import DeviceState, Observation, PrimaryObservation
from vrmon.plan import World, plan
from vrmon.state import snapshot


def rename_the_primary(run: Run) -> None:
    channels = tuple(replace(one, primary="second") for one in run.settings.channels)
    primaries = {"second": run.settings.primaries["playbox"]}
    run.settings = replace(run.settings, primaries=primaries, channels=channels)


def assert_is_on_hold(run: Run) -> None:
    run.job("NEWS")
    run.until(run.now + 28.0)
    assert "on-hold" in run.problems()
    assert names(run) == []


def test_a_hold_outlives_a_reload_without_its_channel() -> None:
    run = begun(channels=2)
    hold(run)
    settings = run.settings
    run.reload(replace(settings, channels=settings.channels[1:]))
    run.until(100.0)
    run.reload(settings)
    run.until(102.0)
    assert_is_on_hold(run)


def test_a_hold_outlives_another_name_of_the_primary() -> None:
    run = begun()
    hold(run)
    run.until(5.0)
    rename_the_primary(run)
    run.until(10.0)
    assert_is_on_hold(run)


def test_a_take_that_a_person_keeps_outlives_another_name_of_the_primary() -> None:
    run, job, take = recording()
    hold(run)
    run.until(25.0)
    rename_the_primary(run)
    run.until(30.0)
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert take.ended is None


@pytest.mark.parametrize("is_away", [False, True])
def test_the_name_of_a_job_that_ended_unseen_is_not_that_of_the_next_of_its_id(is_away: bool) -> None:
    """Its channel was away meanwhile, or its primary has got another name."""
    run = begun(channels=2)
    run.promises.every = 0
    job, settings = run.job("NEWS", identity="1"), run.settings
    run.until(20.0)
    if is_away:
        run.reload(replace(settings, channels=settings.channels[1:]))
    else:
        rename_the_primary(run)
    run.until(25.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.playbox.jobs.remove(job)
    run.until(120.0)
    if is_away:
        run.reload(settings)
    run.until(125.0)
    theirs = by_hand(run, "NEWS")
    again = run.job("SPORT", identity="1")
    run.until(150.0)
    assert run.verdict().phase == "foreign"
    run.mac.end(run.mac.sources[0], run.now)
    run.until(160.0)
    assert running(run).asked == "SPORT"
    run.playbox.jobs.remove(again)
    run.until(190.0)
    assert theirs.name == "NEWS"


def test_a_problem_that_was_over_after_a_restart_is_another_when_it_comes_again() -> None:
    at = when.site()
    at.faults["dvr"] = when.SILENT
    at.until(20.0)
    saved = snapshot.payload(at.memory, NOW, "boot")
    del at.faults["dvr"]
    at.restart(snapshot.restore(saved, NOW, at.now, at.settings.sync, "boot"))
    at.until(40.0)
    assert not at.problems
    while at.now < 3600.0:
        at.skip(at.now + 5.0)
    told = len(at.events)
    at.faults["dvr"] = when.SILENT
    at.skip(at.now + 1.0)
    at.skip(at.now + 1.0)
    assert at.memory.problems[at.problems[0].key].since > at.now - 5.0
    assert at.events[told:]


def test_a_cause_is_the_one_that_there_is_by_now() -> None:
    run, _, _ = recording()
    run.playbox.is_up = False
    run.until(40.0)
    before = run.planned
    assert before is not None
    unreachable = DeviceState.UNREACHABLE
    seen: PrimaryObservation = Observation.unknown(
        run.now, run.now + 0.01, "another certificate", unreachable, Code.CERTIFICATE_REFUSED
    )
    world = World({"playbox": seen}, {"mac": run.dvrs_seen["mac"]}, (), run.epoch)
    after = plan(run.settings, world, before.memory, run.now + 0.02, before)
    assert Code.CERTIFICATE_REFUSED in {one.cause.code for one in after.problems if one.cause is not None}
