"""Starts and stops before a DVR that answers in every way that wire-facts knows to be possible."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.world.mirror import Mirror, Spot, codes, mirror
from tests.world.running import Status, channel

SIZE = 24


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, Iterator[int]]]:
    with mirror(tmp_path_factory.mktemp("site"), size=SIZE, timeout=0.5) as made:
        yield made, count(1)


@pytest.fixture
def spot(site: tuple[Mirror, Iterator[int]]) -> Spot:
    return Spot(site[0], next(site[1]))


def test_a_build_with_the_keys_of_3x_only(spot: Spot) -> None:
    spot.switch(keys="3.x")
    job = spot.record()
    assert spot.here.the_take(spot.number).name == f"SHOW {spot.number}"
    spot.end(job)
    assert (spot.sent("record"), spot.sent("stop")) == (1, 1)


@pytest.mark.parametrize("start_date", ["absent", "empty"])
def test_a_build_without_start_dates(spot: Spot, start_date: str) -> None:
    spot.switch(start_date=start_date)
    spot.end(spot.record())
    assert (spot.sent("record"), spot.sent("stop")) == (1, 1)


def test_starts_and_stops_that_show_late(spot: Spot) -> None:
    spot.switch(start_visible_after=0.5, stop_visible_after=0.4)
    spot.end(spot.record())
    assert (spot.sent("record"), spot.sent("stop")) == (1, 1)


def test_commands_that_are_accepted_and_done_later(spot: Spot) -> None:
    spot.switch(accepted_after=0.3)
    spot.end(spot.record())
    assert (spot.sent("record"), spot.sent("stop")) == (1, 1)
    assert spot.here.the_take(spot.number).name == f"SHOW {spot.number}"


def test_a_record_that_is_refused_is_tried_all_the_same_until_it_is_not(
    site: tuple[Mirror, Iterator[int]],
) -> None:
    here, numbers = site
    spots = [Spot(here, next(numbers)) for _ in range(5)]
    without, without_422, locked, locked_422, disabled = spots
    for spot, position in ((without, "200"), (without_422, "422")):
        spot.switch(without_destination=position, no_destinations="null")
        here.recorder.set_destinations(spot.source)
    for spot, position in ((locked, "403"), (locked_422, "422")):
        spot.switch(locked_source=position)
        here.recorder.lock(spot.source)
    here.recorder.source(disabled.source).is_enabled = False
    warned = {locked: "source-locked", locked_422: "source-locked", disabled: "source-disabled"}
    here.daemon.wait_for(lambda status: all(code in codes(status, one.name) for one, code in warned.items()))
    for spot in spots:
        spot.start()
    status = here.daemon.wait_for(
        lambda status: all("start-refused" in codes(status, one.name) for one in spots)
    )
    reasons = ["no destination is enabled"] * 2 + ["the source is locked"] * 2 + ["the source is disabled"]
    for spot, why in zip(spots, reasons, strict=True):
        assert why in channel(status, spot.name)["problem"]["message"]
    assert (
        channel(status, locked.name)["problem"]["hint"] == "The source is locked: unlock it in MovieRecorder."
    )
    for spot in spots:
        here.recorder.set_destinations(spot.source, ["media"])
        here.recorder.lock(spot.source, locked=False)
        here.recorder.source(spot.source).is_enabled = True
    for spot in spots:
        assert here.wait_for_phase("recording", spot.number)["take"]["number"] == 1


def test_a_source_without_a_destination_is_warned_of_before_air_and_tried(spot: Spot) -> None:
    spot.here.recorder.set_destinations(spot.source)
    spot.switch(without_destination="records")
    status = spot.here.daemon.wait_for(lambda status: codes(status, spot.name))
    assert channel(status, spot.name)["problem"]["code"] == "no-destination"
    assert channel(status, spot.name)["phase"] == "idle"
    spot.record()
    status = spot.here.daemon.wait_for(lambda status: status["health"] == "critical")
    assert codes(status, spot.name) == {"no-destination"}


def test_a_locked_source_is_recorded_where_the_dvr_does(spot: Spot) -> None:
    spot.switch(locked_source="accepted")
    spot.here.recorder.lock(spot.source)
    spot.record()
    assert codes(spot.here.daemon.status(), spot.name) == set()


def test_a_record_whose_answer_is_lost_is_not_sent_twice(spot: Spot) -> None:
    spot.lose("record")
    job = spot.record()
    spot.end(job)
    assert spot.sent("record") == 1


def test_a_stop_whose_answer_is_lost_is_not_sent_twice(spot: Spot) -> None:
    spot.lose("stop")
    spot.end(spot.record())
    assert spot.sent("stop") == 1


def test_a_name_whose_answer_is_lost_is_the_takes_all_the_same(spot: Spot) -> None:
    spot.lose("recording_name")
    spot.record()
    assert spot.here.the_take(spot.number).name == f"SHOW {spot.number}"


def test_a_source_that_takes_no_name_is_recorded_all_the_same(spot: Spot) -> None:
    spot.here.recorder.fault("error", f"*- {spot.source}/recording_name", status=422)
    spot.record()
    status = spot.here.daemon.wait_for(lambda status: "name-refused" in codes(status, spot.name))
    assert f"'SHOW {spot.number}'" in channel(status, spot.name)["problem"]["message"]


def test_a_take_that_is_paused_is_resumed(spot: Spot) -> None:
    spot.record()
    spot.here.recorder.pause_by_hand(spot.source)
    spot.here.daemon.wait_for(lambda status: "take-paused" in codes(status, spot.name) or spot.sent("resume"))
    spot.here.recorder.wait_until(lambda: not spot.here.the_take(spot.number).paused)
    spot.here.wait_for_phase("recording", spot.number)


def test_takes_that_keep_dying_are_followed_by_others_with_growing_pauses(spot: Spot) -> None:
    recorder = spot.here.recorder
    spot.start()
    for number in (1, 2):
        spot.here.daemon.wait_for(lambda status: _take(status, spot) == number)  # noqa: B023
        recorder.kill_take(spot.source)
        recorder.wait_until(lambda: recorder.running(spot.source))
    one, two, three = recorder.takes_of(spot.source)
    first = f"SHOW {spot.number}"
    assert [take.name for take in (one, two, three)] == [first, f"{first}_cont1", f"{first}_cont2"]
    assert one.ended is not None
    assert two.ended is not None
    looks = [look for look in recorder.arrivals("GET /sources") if one.ended < look.at < two.started]
    assert len(looks) <= 3
    assert three.started - two.ended > 0.8
    assert "take-died" in codes(spot.here.daemon.status(), spot.name)


def _take(status: Status, spot: Spot) -> int | None:
    """The number of the take that is recording."""
    found = channel(status, spot.name)
    return int(found["take"]["number"]) if found["phase"] == "recording" else None
