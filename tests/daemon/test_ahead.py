"""What the recorder will do by itself, and what becomes of the picture, is told in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.mirror import codes, mirror
from tests.world.running import Status

EAGER = """
import sys
from vrmon.daemon.__main__ import main
from vrmon.workers import device
device._SCHEDULES_EVERY = 0.2
sys.exit(main())
"""
"""What Python runs: a vrmond that asks for the schedule more often."""


def severities(status: Status, code: str) -> list[tuple[str, str]]:
    return [(one["subject"], one["severity"]) for one in status["problems"] if one["code"] == code]


def test_the_recorders_own_schedule_is_told_before_it_begins_and_before_it_ends(tmp_path: Path) -> None:
    with mirror(tmp_path, program=("-c", EAGER)) as here:
        here.recorder.schedule(1, "REHEARSAL", start_in=200, duration=3600)
        status = here.daemon.wait_for(lambda status: "schedule-ahead" in codes(status))
        assert severities(status, "schedule-ahead") == [("PCR 2", "info")]
        assert status["health"] == "ok"
        (problem,) = status["problems"]
        assert "'REHEARSAL' of MovieRecorder begins on 'Backup 2' in" in problem["message"]
        here.record()
        here.recorder.schedule(0, "EARLIER", start_in=-100, duration=400)
        status = here.daemon.wait_for(lambda status: len(severities(status, "schedule-ahead")) == 2)
        assert severities(status, "schedule-ahead") == [("PCR 1", "degraded"), ("PCR 2", "info")]
        assert "which may end 'SHOW' as well" in status["channels"][0]["problem"]["message"]


@pytest.mark.parametrize("dates", ["cocoa", "iso", "iso, local", "milliseconds"])
def test_an_end_that_is_set_for_the_take_is_told_before_it_comes(tmp_path: Path, dates: str) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.switch(dates=dates)
        here.record()
        here.recorder.limit_take(0, 900)
        here.daemon.wait_for(lambda status: severities(status, "end-set") == [("PCR 1", "info")])
        here.recorder.limit_take(0, 300)
        status = here.daemon.wait_for(lambda status: severities(status, "end-set") == [("PCR 1", "degraded")])
        assert "MovieRecorder will end 'SHOW' by itself in" in status["channels"][0]["problem"]["message"]


@pytest.mark.parametrize("no_signal", ["empty", "words", "null"])
def test_a_picture_that_changes_in_mid_take_is_told_until_it_is_as_it_was(
    tmp_path: Path, no_signal: str
) -> None:
    with mirror(tmp_path, size=1) as here:
        here.recorder.switch(no_signal=no_signal)
        here.record()
        here.recorder.set_video_format(0, "720p50")
        status = here.daemon.wait_for(lambda status: "format-changed" in codes(status))
        assert status["health"] == "degraded"
        message = status["channels"][0]["problem"]["message"]
        assert message == "'SHOW' began in 1080i50; the source shows 720p50 by now."
        here.recorder.set_video_format(0)
        here.daemon.wait_for(lambda status: "no picture any more" in status["problems"][0]["message"])
        here.daemon.restart()
        here.daemon.wait_for(lambda status: "format-changed" in codes(status))
        here.recorder.set_video_format(0, "1080i50")
        here.daemon.wait_for(lambda status: status["health"] == "ok")
