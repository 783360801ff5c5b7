"""A drill on every kind of recorder of which vrmond forgets everything: it ends it where it can know it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kinds.doubles import DOUBLES
from tests.kinds.test_promises import Studio, studio
from tests.world.mirror import codes, is_in, wait
from tests.world.running import channel

TELLS_ITS_START = ("movierecorder", "obs")


def begin(here: Studio) -> None:
    here.daemon.wait_for(
        lambda status: all(
            one["state"] == "ok" for one in (*status["primaries"].values(), *status["dvrs"].values())
        )
    )
    code, answer = here.daemon.post("/channels/PCR%201/drill", {"seconds": 600.0, "by": "anna"})
    assert code == 202, answer
    here.wait_for_phase("recording")


@pytest.mark.parametrize("kind", DOUBLES)
def test_it_is_ended_by_a_vrmond_that_has_forgotten_it_or_told_of(tmp_path: Path, kind: str) -> None:
    with studio(tmp_path, DOUBLES[kind]) as here:
        begin(here)
        here.daemon.kill()
        for one in here.daemon.state.glob("state.json*"):
            one.unlink()
        here.daemon.start()
        if kind in TELLS_ITS_START:
            wait(lambda: here.recorder.running is None, "the end of the drill's take")
            here.wait_for_phase("idle")
            assert here.recorder.stops == 1
            assert codes(here.daemon.status(), "PCR 1") == set()
            return
        here.wait_for_phase("foreign")
        if here.recorder.traits.tells_names:
            here.wait_for_problem("runaway-take")
        here.wait_for_looks(6)
        assert is_in(here.daemon.status(), "PCR 1", "foreign")
        assert here.recorder.running is not None
        assert here.recorder.stops == 0


def test_a_job_ends_it_and_gets_its_own_take_from_a_recorder_that_is_slow_to_end_one(tmp_path: Path) -> None:
    with studio(tmp_path, DOUBLES["obs"]) as here:
        begin(here)
        here.playbox.start_job(0, "SHOW.mxf")
        here.daemon.wait_for(lambda status: channel(status, "PCR 1")["job"])
        here.wait_for_phase("recording")
        rehearsed, take = here.recorder.made
        assert (rehearsed.ended_by, take.ended) == ("remote", None)
        assert not take.name.startswith("drill")


def test_what_somebody_recorded_under_a_drills_name_is_not_touched(tmp_path: Path) -> None:
    with studio(tmp_path, DOUBLES["obs"], late=0.0) as here:
        begin(here)
        (rehearsed,) = here.recorder.made
        here.daemon.kill()
        for one in here.daemon.state.glob("state.json*"):
            one.unlink()
        here.recorder.stop()
        wait(lambda: here.recorder.running is None, "the end of the drill's take")
        here.recorder.record(rehearsed.name.replace("_20", "_19", 1))
        here.daemon.start()
        here.wait_for_looks(6)
        assert here.recorder.running is not None
        assert here.recorder.stops == 0
