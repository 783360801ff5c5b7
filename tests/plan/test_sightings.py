"""What is said of a channel's pictures: by the loop's clock, and planned on when it comes."""

from __future__ import annotations

from dataclasses import replace

from tests.world import incidents as when
from vrmon.catalog import Code
from vrmon.daemon.sightings import heard
from vrmon.model import Seen, Sighting
from vrmon.plan import plan
from vrmon.settings import Channel, ChannelKey

ONE, TWO = (Channel(f"PCR {n}", "playbox", f"{n}", "dvr", f"s {n}") for n in (1, 2))


def test_it_is_told_by_the_clock_of_the_loop() -> None:
    told = [Seen("PCR 1", 30.0, None), Seen("PCR 2", None, 60.0), Seen("gone", 30.0, None)]
    assert heard({}, told, (ONE, TWO), 1000.0) == {
        ONE.key: Sighting(1000.0, 970.0, None),
        TWO.key: Sighting(1000.0, None, 940.0),
    }


def test_the_same_beginning_stays_as_it_was_told_first() -> None:
    before = {ONE.key: Sighting(1000.0, 970.0, None)}
    assert heard(before, [Seen("PCR 1", 41.0, None)], (ONE,), 1010.0)[ONE.key] == Sighting(
        1010.0, 970.0, None
    )
    assert heard(before, [Seen("PCR 1", 2.0, None)], (ONE,), 1010.0)[ONE.key].black == 1008.0
    assert heard(before, [], (ONE,), 1010.0) == {}


def test_it_is_planned_on_when_it_comes_and_when_it_is_over() -> None:
    at = when.site()
    when.a_job_is_recorded(at)
    key: ChannelKey = when.CHANNEL.key
    world = replace(at.world, results=())
    first = plan(at.settings, world, at.memory, at.now)
    black = replace(world, sightings={key: Sighting(at.now, black=at.now - 30.0)})
    second = plan(at.settings, black, first.memory, at.now + 0.1, first)
    assert [one.code for one in second.problems] == [Code.PICTURE_BLACK]
    third = plan(at.settings, black, second.memory, at.now + 0.2, second)
    assert third.problems is second.problems
    assert third.decided == ()
    over = plan(at.settings, world, third.memory, at.now + 0.3, third)
    assert over.problems == ()
