"""A recorder that takes seconds to list its sources: what it shows is old when it arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.mirror import Mirror, codes, mirror, wait

SLOW = 1.2  # seconds that the list takes


def _lists(here: Mirror) -> int:
    return len(here.recorder.arrivals("/sources"))


def _wait_for_a_list(here: Mirror) -> None:
    """Until the next one has been asked for: what it will show is settled, and it comes later."""
    before = _lists(here)
    wait(lambda: _lists(here) > before, "the next list")


@pytest.mark.parametrize("alone", ["told", "404"])
def test_an_operators_take_that_the_list_does_not_show_yet_is_not_stopped(tmp_path: Path, alone: str) -> None:
    with mirror(tmp_path, size=1, timeout=60) as here:
        job = here.record()
        here.recorder.switch(list_takes=SLOW, source_alone=alone)
        _wait_for_a_list(here)
        _wait_for_a_list(here)
        here.recorder.swap_take(0, "OPERATOR")
        here.playbox.end_job(job)
        here.daemon.wait_for(lambda status: codes(status, "PCR 1") & {"doubtful-recording", "runaway-take"})
        assert here.sent("*/stop") == []
        ours, operators = here.recorder.takes
        assert (ours.ended_by, operators.ended) == ("operator", None)


@pytest.mark.parametrize("alone", ["told", "404"])
def test_a_slow_list_keeps_nothing_from_being_recorded_and_ended(tmp_path: Path, alone: str) -> None:
    with mirror(tmp_path, size=1, timeout=60) as here:
        here.recorder.switch(list_takes=SLOW / 2, source_alone=alone)
        job = here.record()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert (here.the_take().name, here.the_take().ended_by) == ("SHOW", "remote")


@pytest.mark.parametrize("fault", ["reset", "hang"])
def test_a_build_that_answers_nothing_about_one_source_is_commanded_all_the_same(
    tmp_path: Path, fault: str
) -> None:
    with mirror(tmp_path, size=1, timeout=3 * SLOW) as here:
        here.recorder.fault(fault, "*- 0", seconds=600)
        here.recorder.switch(list_takes=SLOW / 2)
        _wait_for_a_list(here)
        _wait_for_a_list(here)
        job = here.record()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert (here.the_take().name, here.the_take().ended_by) == ("SHOW", "remote")
