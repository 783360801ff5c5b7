"""A primary or a DVR that is called otherwise by now: what was known of it goes on, and nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_stories import begun, hold, just_begun, memory_of, names, recording, running
from vrmon.catalog import Code
from vrmon.model import Job
from vrmon.plan.memory import Running
from vrmon.state import snapshot
from vrmon.views import events
from vrmon.views.round import Round

Rename = Callable[[Run], None]


def renamed_primary(run: Run) -> None:
    run.rename_primary("playbox", "second")


def renamed_dvr(run: Run) -> None:
    run.rename_recorder("mac", "mac mini")


def both_renamed(run: Run) -> None:
    renamed_dvr(run)
    renamed_primary(run)


def while_away(rename: Rename) -> Rename:
    def restarted(run: Run) -> None:
        run.crash(pause=3.0)
        rename(run)
        run.until(run.now + 4.0)

    return restarted


WAYS = [renamed_primary, renamed_dvr, both_renamed]
every_way = pytest.mark.parametrize("rename", [*WAYS, *map(while_away, WAYS)])
by_reload = pytest.mark.parametrize("rename", WAYS)


def told(run: Run) -> list[str]:
    """The events from now on."""
    found: list[str] = []

    def turned(turned: Round) -> None:
        known = run.planned.problems if run.planned is not None else ()
        found.extend(one.code for one in events.between(turned.before, known, turned.plan, turned.now))

    run.turned = turned
    return found


@every_way
def test_a_take_goes_on_and_ends_with_its_job(rename: Rename) -> None:
    run, job, take = recording()
    rename(run)
    run.until(60.0)
    assert memory_of(run).running is not None
    assert run.memory.channels.keys() == run.settings.keys
    assert not run.planned or Code.LEFTOVER_TAKE not in {one.code for one in run.planned.problems}
    run.playbox.jobs.remove(job)
    run.until(120.0)
    assert take.ended is not None
    assert take.ended < 80.0
    assert names(run) == ["NEWS"]


@by_reload
def test_nothing_has_happened(rename: Rename) -> None:
    run, _, _ = recording()
    found = told(run)
    rename(run)
    run.until(60.0)
    assert found == []


@every_way
def test_a_name_that_was_given_is_not_given_again(rename: Rename) -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.until(60.0)
    rename(run)
    run.job("NEWS", identity="another")
    run.until(100.0)
    assert names(run) == ["NEWS", "NEWS_2"]


@every_way
def test_a_hold_goes_on(rename: Rename) -> None:
    run = begun()
    hold(run)
    rename(run)
    run.job("NEWS")
    run.until(40.0)
    assert names(run) == []


@every_way
def test_the_second_show_of_an_id_stays_the_second(rename: Rename) -> None:
    run, job, _ = recording()
    run.promises.every = 0
    run.playbox.names[job] = (0.0, "WEATHER")
    run.until(90.0)
    assert names(run) == ["NEWS", "WEATHER"]
    rename(run)
    run.until(140.0)
    assert names(run) == ["NEWS", "WEATHER"]
    assert running(run).asked == "WEATHER"


@by_reload
@pytest.mark.parametrize("started", [False, True])
def test_a_command_that_is_under_way(rename: Rename, started: bool) -> None:
    run = begun(Quirks(start_lag=2.0))
    job = run.job("NEWS")
    if started:
        just_begun(run)
    else:
        while memory_of(run).attempt is None:
            run.until(run.now + 0.001)
    rename(run)
    run.until(40.0)
    assert isinstance(memory_of(run).take, Running)
    assert [one for one in run.mac.recordings if one.ended is None] == [running(run)]
    run.playbox.jobs.remove(job)
    run.until(80.0)
    assert all(one.ended is not None for one in run.mac.recordings)


def test_another_recorder_in_place_of_one_that_is_gone_inherits_nothing() -> None:
    run, _, _ = recording()
    run.promises.every = 0
    elsewhere = replace(run.settings.dvrs["mac"], url="http://127.0.0.2")
    run.settings = replace(run.settings, dvrs={"mac": elsewhere})
    renamed_dvr(run)
    run.until(21.0)
    assert "mac" in run.memory.dvrs
    assert len(run.memory.channels) == 2


def test_a_hold_and_no_take_goes_on_where_the_address_is_another_as_well() -> None:
    run, _, take = recording()
    hold(run)
    elsewhere = replace(run.settings.primaries["playbox"], url="http://127.0.0.2")
    run.settings = replace(run.settings, primaries={"playbox": elsewhere})
    renamed_primary(run)
    assert memory_of(run).hold is not None
    assert memory_of(run).take is None
    run.playbox.jobs.clear()
    run.until(60.0)
    assert take.ended is None


def test_a_channel_that_moves_to_a_primary_that_is_known_keeps_its_take() -> None:
    run = begun()
    settings = run.settings
    primaries = {**settings.primaries, "second": replace(settings.primaries["playbox"], name="second")}
    run.reload(replace(settings, primaries=primaries))
    job = run.job("NEWS")
    run.until(20.0)
    take = running(run)
    channels = tuple(replace(one, primary="second") for one in settings.channels)
    run.reload(replace(settings, primaries=primaries, channels=channels))
    run.until(60.0)
    assert running(run) is take
    run.playbox.jobs.remove(job)
    run.until(90.0)
    assert take.ended is not None
    assert names(run) == ["NEWS"]


def test_what_a_vrmon_saved_that_knew_no_addresses_is_read() -> None:
    run, _, take = recording()
    saved = snapshot.payload(run.memory, EPOCH)
    del saved["addresses"]
    memory = snapshot.restore(saved, EPOCH, run.now, run.settings.sync)
    assert not memory.addresses
    run.begin(memory)
    renamed_primary(run)
    run.until(40.0)
    assert running(run) is take
    assert isinstance(next(iter(run.memory.primaries["second"].jobs)), Job)
