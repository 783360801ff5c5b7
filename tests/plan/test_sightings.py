"""What is said of a channel's pictures: planned on when it comes, kept until it is otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import incidents as when
from tests.world.observed import Site
from vrmon.catalog import Code
from vrmon.daemon.sightings import heard
from vrmon.model import Seen, Sighting
from vrmon.plan import plan
from vrmon.plan.memory import Hold
from vrmon.plan.sighting import UNSEEN
from vrmon.settings import Channel, ChannelKey, Eyes

ONE, TWO = (Channel(f"PCR {n}", "playbox", f"{n}", "dvr", f"s {n}") for n in (1, 2))


def test_it_is_told_by_the_clock_of_the_loop() -> None:
    told = [Seen("PCR 1", 30.0, 0.0, 4.0), Seen("PCR 2", None, 60.0), Seen("gone", 30.0, None)]
    assert heard({}, told, (ONE, TWO), 1000.0) == {
        ONE.key: Sighting(996.0, 30.0, 0.0),
        TWO.key: Sighting(1000.0, None, 60.0),
    }
    assert heard({}, [Seen("PCR 1", None, None, None)], (ONE,), 1000.0) == {}


def test_what_stays_well_is_nothing_new() -> None:
    well = [Seen("PCR 1", 0.0, 0.0, 1.0)]
    before = heard({}, well, (ONE,), 1000.0)
    assert heard(before, well, (ONE,), 1010.0) == before
    black = heard(before, [Seen("PCR 1", 30.0, 0.0, 1.0)], (ONE,), 1020.0)
    assert heard(black, well, (ONE,), 1030.0) == {ONE.key: Sighting(1029.0, 0.0, 0.0)}


KEY: ChannelKey = when.CHANNEL.key
BLACK, FROZEN = Code.PICTURE_BLACK, Code.PICTURE_FROZEN


def recording() -> Site:
    at = when.site()
    when.a_job_is_recorded(at)
    return at


def shows(at: Site, seen: Sighting | None) -> dict[Code, str]:
    """The problems, a second after that was heard."""
    at.sightings = {} if seen is None else {KEY: seen}
    at.until(at.now + 1.0)
    assert at.plan is not None
    return {one.code: one.message for one in at.plan.problems}


def test_it_is_planned_on_when_it_comes_and_when_it_is_over() -> None:
    at = recording()
    world = replace(at.world, results=())
    first = plan(at.settings, world, at.memory, at.now)
    black = replace(world, sightings={KEY: Sighting(at.now, 30.0, 0.0)})
    second = plan(at.settings, black, first.memory, at.now + 0.1, first)
    assert [one.code for one in second.problems] == [BLACK]
    third = plan(at.settings, black, second.memory, at.now + 0.2, second)
    assert third.problems is second.problems
    assert third.decided == ()
    well = replace(world, sightings={KEY: Sighting(at.now + 0.2, 0.0, 0.0)})
    over = plan(at.settings, well, third.memory, at.now + 0.3, third)
    assert over.problems == ()


@pytest.mark.parametrize("unknown", [None, "nothing seen", "black, but not yet for long enough"])
def test_what_is_unknown_ends_nothing_and_is_said(unknown: str | None) -> None:
    at = recording()
    began = at.now
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    while at.now < began + UNSEEN - 15.0:
        at.until(at.now + 10.0)
        seen = Sighting(at.now, None, 0.0) if unknown and unknown.startswith("black") else None
        shown = shows(at, seen)
        assert shown.keys() == {BLACK}
        assert "is recorded black" in shown[BLACK]
    last = at.now
    at.until(last + UNSEEN + 1.0)
    shown = shows(at, None)
    assert shown.keys() == {BLACK}
    assert "when the picture of 'Cam 1' was last seen" in shown[BLACK]
    shown = shows(at, Sighting(at.now, 30.0, 0.0))
    assert "is recorded black" in shown[BLACK]
    (channel,) = at.memory.channels.values()
    assert channel.picture is not None
    assert channel.picture.black == began - 30.0, "the same black as ever"
    assert shows(at, Sighting(at.now, 0.0, None)) == {}
    assert shows(at, Sighting(at.now, None, None)) == {}, "over is over"


def test_what_one_picture_says_of_black_another_does_not_say_of_frozen() -> None:
    at = recording()
    assert shows(at, Sighting(at.now, 0.0, 60.0)).keys() == {FROZEN}
    assert shows(at, Sighting(at.now, 0.0, None)).keys() == {FROZEN}
    assert shows(at, Sighting(at.now, None, 0.0)) == {}
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    assert shows(at, Sighting(at.now, 0.0, 0.0)) == {}


def test_a_picture_of_before_the_take_says_nothing_of_it() -> None:
    at = when.site()
    at.sightings = {KEY: Sighting(at.now, 30.0, 0.0)}
    when.a_job_is_recorded(at)
    assert shows(at, Sighting(at.now - 20.0, 30.0, 0.0)) == {}
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}


def test_it_outlives_vrmond_and_not_the_take() -> None:
    at = recording()
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    at.sightings = {}
    when.vrmon_restarts(at)
    at.until(at.now + 5.0)
    assert at.plan is not None
    assert [one.code for one in at.plan.problems] == [BLACK]
    when.the_job_ends(at)
    at.until(at.now + 5.0)
    assert at.memory.channels[KEY].picture is None


@pytest.mark.parametrize("seconds", [1.0, 60.0])
@pytest.mark.parametrize("device", ["dvr", "playbox"])
def test_a_device_that_does_not_answer_ends_nothing(device: str, seconds: float) -> None:
    at = recording()
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    when.fails(device, when.SILENT)(at)
    for _ in range(round(seconds * 2)):
        at.until(at.now + 0.5)
        assert BLACK in {one.code for one in at.problems}
    when.answers_again(device)(at)
    for _ in range(10):
        at.until(at.now + 0.5)
        assert BLACK in {one.code for one in at.problems}


def test_nor_does_a_person_who_has_the_channel() -> None:
    at = recording()
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    at.amend(0, hold=Hold(at.now))
    at.until(at.now + 10.0)
    assert BLACK in {one.code for one in at.problems}


def test_where_nobody_is_to_look_nothing_is_known() -> None:
    at = recording()
    assert shows(at, Sighting(at.now, 30.0, 0.0)).keys() == {BLACK}
    at.settings = replace(at.settings, eyes=Eyes())
    assert shows(at, Sighting(at.now, 30.0, 0.0)) == {}
