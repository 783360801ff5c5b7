"""Both devices answering in every wrong way at once, with a recording under way: nothing moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world.mirror import Mirror, mirror
from vrmon.simulator.served.faults import REPLACING, SPOILING

HARMLESS = {"body", "delay", "close", "interim", "lost_answer"}
"""Those that leave a right answer, or are the same as another where nothing is commanded."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirror(tmp_path_factory.mktemp("site"), size=1, timeout=0.15) as made:
        made.record()
        yield made


@pytest.mark.parametrize("kind", sorted((REPLACING | SPOILING) - HARMLESS))
def test_a_wrong_answer_is_told_and_moves_nothing(here: Mirror, kind: str) -> None:
    before = here.sent()
    here.playbox.fault(kind)
    here.recorder.fault(kind)
    try:
        here.daemon.wait_for(
            lambda status: (
                status["primaries"]["playbox"]["failures"] >= 2
                and status["dvrs"]["movierecorder"]["failures"] >= 2
            )
        )
        status = here.daemon.status()
        devices = (status["primaries"]["playbox"], status["dvrs"]["movierecorder"])
        assert {one["state"] for one in devices} <= {"unreachable", "unknown"}
        assert all(one["error"] for one in devices)
        assert status["channels"][0]["phase"] == "keeping"
        assert status["active_jobs"]
    finally:
        here.playbox.clear_faults()
        here.recorder.clear_faults()
    status = here.daemon.wait_for(lambda status: status["health"] == "ok")
    assert (status["problems"], status["channels"][0]["phase"]) == ([], "recording")
    assert here.sent() == before
    assert here.the_take().ended is None
    assert "Traceback" not in here.daemon.log()


@pytest.mark.parametrize("kind", ["delay", "close", "interim"])
def test_an_answer_that_is_right_is_good_whatever_comes_with_it(here: Mirror, kind: str) -> None:
    here.playbox.fault(kind, times=5)
    here.recorder.fault(kind, times=5)
    here.wait_for_polls(6)
    status = here.daemon.status()
    assert status["health"] == "ok"
    assert "unreachable" not in {one["code"] for one in status["recent"][-2:]}
