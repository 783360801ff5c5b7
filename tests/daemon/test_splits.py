"""A take that goes on in a new file, or turns up late: it is ours or doubtful, and never runs on unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.world.mirror import codes, is_in, mirror


@pytest.mark.parametrize(
    "switches",
    [
        {"split_name": "kept"},
        {"split_name": "suffixed"},
        {"split_idle": 0.3, "keys": "3.x"},
        {"start_visible_after": 1.0, "keys": "3.x"},
        {"record_obeyed_after": 1.5},
    ],
)
def test_the_whole_of_a_take_is_ours_and_ends_with_its_job(tmp_path: Path, switches: dict[str, Any]) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.switch(**switches)
        job = here.record()
        here.recorder.split_by_hand(0)
        here.wait_for_polls(5)
        assert here.wait_for_phase("recording")["take"]
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert here.recorder.running(0) is None
        assert here.recorder.takes_of(0)[-1].ended_by == "remote"
        here.wait_for_polls()
        assert here.daemon.status()["health"] == "ok"


def test_a_split_under_a_strange_name_is_doubtful_for_as_long_as_it_runs(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.switch(split_name="reset", dates="milliseconds")
        job = here.record()
        here.recorder.split_by_hand(0)
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "doubtful"))
        here.playbox.end_job(job)
        here.daemon.wait_for(lambda status: not status["active_jobs"])
        here.wait_for_polls()
        status = here.daemon.status()
        assert (status["health"], codes(status)) == ("degraded", {"doubtful-recording"})
        assert here.sent("*/stop") == []
