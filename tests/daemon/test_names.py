"""What the takes are called: whatever the primary's files are called, whatever the DVR has already."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.world.mirror import Mirror, Spot, codes, mirror
from tests.world.running import channel


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, Iterator[int]]]:
    with mirror(tmp_path_factory.mktemp("site"), size=24) as made:
        yield made, count(1)


@pytest.fixture
def spot(site: tuple[Mirror, Iterator[int]]) -> Spot:
    return Spot(site[0], next(site[1]))


def test_what_the_mac_cannot_hold_is_replaced(site: tuple[Mirror, Iterator[int]]) -> None:
    here, numbers = site
    wanted = {
        "NEWS:2026:11.part.mxf": "NEWS_2026_11.part",
        "TAB\tBELL\x07NUL\x00.mxf": "TAB_BELL_NUL_",
        "é" * 150 + ".mxf": "é" * 100,
        "x" + "🎬" * 80 + ".mxf": "x" + "🎬" * 49,
        'Grüße & 100% "ok"?.mxf': 'Grüße & 100% "ok"?',
        "no extension": "no extension",
    }
    spots = {file_name: Spot(here, next(numbers)) for file_name in wanted}
    for file_name, spot in spots.items():
        spot.start(file_name)
    for file_name, spot in spots.items():
        shown = here.wait_for_phase("recording", spot.number)["take"]["name"]
        assert shown == here.the_take(spot.number).name == wanted[file_name]


def test_a_name_of_which_nothing_is_left_gives_way_to_a_stand_in(spot: Spot) -> None:
    job = spot.start("...mxf")
    spot.here.wait_for_phase("recording", spot.number)
    assert spot.here.the_take(spot.number).name == f"{spot.name}_{job}"


def test_two_jobs_with_one_name_do_not_overwrite_each_other(
    spot: Spot, site: tuple[Mirror, Iterator[int]]
) -> None:
    here = spot.here
    here.recorder.switch(duplicate_name="overwritten")
    other = Spot(here, next(site[1]))
    first = spot.start("TWICE.mxf")
    other.start("twice.mxf")
    here.wait_for_phase("recording", spot.number)
    here.wait_for_phase("recording", other.number)
    spot.end(first)
    spot.start("TWICE.mxf")
    here.wait_for_phase("recording", spot.number)
    names = [take.name.lower() for n in (spot, other) for take in here.recorder.takes_of(n.source)]
    assert sorted(names) == ["twice", "twice_2", "twice_3"]
    here.recorder.switch(duplicate_name="suffix")


@pytest.mark.parametrize("position", ["name refused", "record refused"])
def test_a_name_that_the_dvr_has_already_is_followed_by_another(spot: Spot, position: str) -> None:
    recorder = spot.here.recorder
    recorder.record_by_hand(spot.source, f"OLD {spot.number}")
    recorder.stop_by_hand(spot.source)
    recorder.switch(spot.source, duplicate_name=position)
    spot.start(f"OLD {spot.number}.mxf")
    spot.here.wait_for_phase("recording", spot.number)
    _, take = recorder.takes_of(spot.source)
    assert take.name == f"OLD {spot.number}_2"


def test_a_dvr_that_makes_its_names_unique_is_followed(spot: Spot) -> None:
    recorder = spot.here.recorder
    recorder.record_by_hand(spot.source, f"OLD {spot.number}")
    recorder.stop_by_hand(spot.source)
    recorder.switch(spot.source, duplicate_name="suffix, shown")
    job = spot.start(f"OLD {spot.number}.mxf")
    take = spot.here.wait_for_phase("recording", spot.number)["take"]
    assert take["name"] == f"OLD {spot.number} 1"
    spot.here.playbox.end_job(job)
    recorder.wait_until(lambda: recorder.running(spot.source) is None)


def test_a_name_that_comes_within_the_wait_is_waited_for(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, sync={"name_wait": 60.0}) as here:
        here.playbox.start_job(0, "LATE.mxf", name_after=0.25)
        here.wait_for_phase("recording")
        assert here.the_take().name == "LATE"


def test_a_name_that_comes_too_late_or_never_is_stood_in_for(site: tuple[Mirror, Iterator[int]]) -> None:
    here, numbers = site
    for unnamed in ("empty", "proxies", "blank"):
        here.playbox.switch(unnamed_files=unnamed)
        spot = Spot(here, next(numbers))
        job = here.playbox.start_job(spot.source, "TOO LATE.mxf", name_after=None)
        here.wait_for_phase("recording", spot.number)
        assert here.the_take(spot.number).name == f"{spot.name}_{job}"
        assert "stand-in-name" in codes(here.daemon.status(), spot.name)
    here.playbox.name_job(job, "TOO LATE.mxf")
    status = here.daemon.wait_for(lambda status: (channel(status, spot.name)["job"] or {}).get("basename"))
    assert "'TOO LATE'" in channel(status, spot.name)["problem"]["message"]
    spot.end(job)


def test_templates_shape_the_names(tmp_path: Path) -> None:
    templates = {"name_template": "{channel} {basename}", "continuation": "{name} part {n}"}
    with mirror(tmp_path, size=1, sync=templates) as here:
        here.record()
        here.recorder.kill_take(0)
        here.recorder.wait_until(lambda: here.recorder.running(0))
        assert [take.name for take in here.recorder.takes] == ["PCR 1 SHOW", "PCR 1 SHOW part 1"]
