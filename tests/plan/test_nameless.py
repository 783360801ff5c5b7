"""A kind of recorder that tells no name of what it records: whatever it calls a recording proves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import incidents as when
from tests.world.observed import Site
from vrmon.catalog import Code
from vrmon.model import Phase

DEVICE = when.SETTINGS.dvrs["dvr"]
TRAITS = replace(DEVICE.traits, tells_names=False)
SETTINGS = replace(when.SETTINGS, dvrs={"dvr": replace(DEVICE, traits=TRAITS)})


def site(name: str | None) -> Site:
    sources = tuple(replace(one, recording_name=name) for one in when.SOURCES)
    made = Site(SETTINGS, {"dvr": sources})
    made.until(5.0)
    return made


def phase(at: Site) -> Phase:
    assert at.plan is not None
    return at.plan.verdicts[0][1].phase


@pytest.mark.parametrize("shown", [None, "", "Untitled", "YESTERDAY"])
def test_its_take_is_ours_and_bears_our_name_whatever_it_shows(shown: str | None) -> None:
    at = site(shown)
    when.a_job_begins(at)
    for _ in range(40):
        at.show("dvr", "s 1", recording_name=shown)
        at.until(at.now + 0.25)
    assert (phase(at), at.problems) == (Phase.RECORDING, ())
    take = at.memory.channels[when.CHANNEL.key].running
    assert take is not None
    assert (take.name, take.files) == ("NEWS", ("NEWS",))
    when.the_job_ends(at)
    at.until(at.now + 10.0)
    assert (phase(at), at.sources["dvr"]["s 1"].is_recording) == (Phase.IDLE, False)


def test_a_recording_under_our_name_is_somebodys_nevertheless() -> None:
    at = site("Untitled")
    when.a_job_is_recorded(at)
    when.the_job_ends(at)
    at.until(at.now + 10.0)
    when.our_name_is_recorded(at)
    at.until(at.now + 1.0)
    assert (phase(at), at.problems) == (Phase.FOREIGN, ())


def test_what_may_be_ours_and_goes_on_without_a_job_is_told_under_the_name_that_we_gave() -> None:
    at = site("Untitled")
    when.a_job_is_recorded(at)
    when.the_job_ends(at)
    while phase(at) is not Phase.STOPPING:
        at.until(at.now + 0.25)
    at.record("dvr", "s 1", "BY HAND")
    at.until(at.now + 1.0)
    (problem,) = at.problems
    assert problem.code is Code.RUNAWAY_TAKE
    assert problem.message.startswith("'NEWS' goes on recording on 'Cam 1'")
