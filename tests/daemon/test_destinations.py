"""What a recorder says of the places it records to, while it records: to whom it is told, and how soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.mirror import codes, mirror
from tests.world.running import Status

EAGER = """
import sys
from vrmon.daemon.__main__ import main
from vrmon.workers import device
device._DESTINATIONS_EVERY = 0.5
sys.exit(main())
"""
"""What Python runs: a vrmond that asks for destinations more often."""


def warned(status: Status) -> set[str]:
    """The channels with a warning about a destination."""
    return {one["subject"] for one in status["problems"] if one["code"] == "destination-warning"}


@pytest.mark.parametrize("keys", ["all", "3.x"])
def test_a_full_disk_is_told_of_in_mid_take_also_where_sources_do_not_tell_theirs(
    tmp_path: Path, keys: str
) -> None:
    with mirror(tmp_path, program=("-c", EAGER)) as here:
        here.recorder.switch(keys=keys)
        here.record()
        here.recorder.fill_disk()
        status = here.daemon.wait_for(lambda status: "PCR 1" in warned(status))
        assert status["health"] == "degraded"
        assert "The disk is full" in status["channels"][0]["problem"]["message"]
        here.recorder.fill_disk(full=False)
        here.daemon.wait_for(lambda status: not warned(status))


def test_a_warning_about_one_source_is_told_of_its_channel_alone(tmp_path: Path) -> None:
    with mirror(tmp_path, program=("-c", EAGER)) as here:
        here.recorder.warn("media", ["Format not supported"], 1)
        status = here.daemon.wait_for(warned)
        assert warned(status) == {"PCR 2"}
        (problem,) = status["problems"]
        assert "Format not supported" in problem["message"]
        assert here.recorder.sources[1].unique_id not in problem["message"]
        here.recorder.warn("media", [], 1)
        here.recorder.warn("media", ["Almost full"])
        here.daemon.wait_for(lambda status: warned(status) == {"PCR 1", "PCR 2"})


def test_the_last_destination_is_taken_away_in_mid_take(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        here.recorder.set_destinations(0, [])
        status = here.daemon.wait_for(lambda status: "no-destination" in codes(status))
        assert (status["health"], status["channels"][0]["phase"]) == ("critical", "recording")
        here.recorder.set_destinations(0, ["media"])
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
