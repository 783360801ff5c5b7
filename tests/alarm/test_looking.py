"""A recorder's pictures go black, stand still, are none: what is told of it while vrmon-alarm looks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.alarm.alarming import Alarming, alarming
from tests.world.mirror import Mirror, codes, mirror, wait
from vrmon.alarm.condition import moment
from vrmon.catalog import Code

EYES = "[eyes]\nenabled = true\nevery = 1.0\nblack_after = 2.0\nfrozen_after = 2.0\n"
BLACK, FROZEN = Code.PICTURE_BLACK.value, Code.PICTURE_FROZEN.value


@contextmanager
def looking(folder: Path, thumbnail: str) -> Iterator[tuple[Mirror, Alarming]]:
    """A take of "PCR 1" runs, whose pictures are such."""
    with mirror(folder, size=2, extra=EYES) as here:
        here.recorder.switch(thumbnail=thumbnail)
        here.record()
        with alarming(folder, here.daemon.config.read_text(), here.daemon.socket) as alarm:
            yield here, alarm


def wait_for(here: Mirror, *expected: str) -> None:
    """Until these are the problems of "PCR 1", and no others."""
    here.daemon.wait_for(lambda status: codes(status, "PCR 1") == set(expected))


def decoders(alarm: Alarming) -> list[int]:
    """The process IDs of its children that decode."""
    tasks = Path(f"/proc/{alarm.process.pid}/task").glob("*/children")
    children = [int(one) for task in tasks for one in task.read_text().split()]
    return [one for one in children if b"decoder" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_a_black_picture_is_told_until_there_is_something_to_see_again(tmp_path: Path) -> None:
    with looking(tmp_path, "black") as (here, alarm):
        wait_for(here, BLACK)
        shown = here.daemon.channel("PCR 1")
        assert (shown["phase"], shown["severity"]) == ("recording", "degraded")
        assert shown["problem"]["code"] == BLACK
        assert "SHOW" in shown["problem"]["message"]
        assert len({one.path for one in here.recorder.arrivals("*/thumbnail")}) == 1, "only what is recorded"
        (killed,) = decoders(alarm)
        os.kill(killed, signal.SIGKILL)
        alarm.wait_for(lambda: "Picture cannot be looked at" in alarm.log())
        alarm.wait_for(lambda: "Pictures can be looked at again" in alarm.log())
        wait_for(here, BLACK)
        here.recorder.switch(thumbnail="png")
        wait_for(here)
        assert here.daemon.channel("PCR 1")["phase"] == "recording"


def test_a_job_that_ends_ends_what_is_told_of_its_picture(tmp_path: Path) -> None:
    with looking(tmp_path, "black") as (here, _):
        wait_for(here, BLACK)
        (job,) = here.playbox.jobs
        here.playbox.end_job(job.id)
        here.wait_for_phase("idle")
        wait_for(here)


def test_a_frozen_picture_is_worth_knowing_and_trouble_where_it_should_move(
    tmp_path: Path,
) -> None:
    with looking(tmp_path, "frozen") as (here, _):
        wait_for(here, FROZEN)
        assert here.daemon.status()["health"] == "ok"
        here.reconfigure(('name = "PCR 1"', 'name = "PCR 1"\nmoving = true'))
        here.daemon.wait_for(lambda status: status["health"] == "degraded")
        wait_for(here, FROZEN)


def since(here: Mirror) -> float:
    """When the black of "PCR 1" began, as it is shown, in Unix time; 0 where it is over."""
    told = [moment(one["since"]) for one in here.daemon.status()["problems"] if one["code"] == BLACK]
    return (told[0] if told else None) or 0.0


@pytest.mark.parametrize("thumbnail", ["cut short", "absent"])
def test_what_is_no_picture_is_not_black_and_ends_no_black(tmp_path: Path, thumbnail: str) -> None:
    with looking(tmp_path, thumbnail) as (here, alarm):
        wait(lambda: len(here.recorder.arrivals("*/thumbnail")) > 0, "it was asked for")
        if thumbnail == "cut short":
            alarm.wait_for(lambda: "Picture cannot be looked at" in alarm.log())
        wait_for(here)
    (tmp_path / "black").mkdir()
    with looking(tmp_path / "black", "black") as (here, alarm):
        wait_for(here, BLACK)
        began = since(here)
        here.recorder.switch(thumbnail=thumbnail)
        asked = len(here.recorder.arrivals("*/thumbnail"))
        if thumbnail == "cut short":
            alarm.wait_for(lambda: "Picture cannot be looked at" in alarm.log())
        else:
            wait(lambda: len(here.recorder.arrivals("*/thumbnail")) > asked, "it was asked for")
        here.wait_for_polls(15)
        assert since(here) == began


def test_neither_process_forgets_a_black_picture_when_it_is_restarted(tmp_path: Path) -> None:
    with looking(tmp_path, "black") as (here, alarm):
        wait_for(here, BLACK)
        began = since(here)
        alarm.kill()
        asked = len(here.recorder.arrivals("*/thumbnail"))
        alarm.start()
        wait(lambda: len(here.recorder.arrivals("*/thumbnail")) > asked, "it looks again")
        here.wait_for_polls(15)
        assert since(here) == began
        here.wait_for_state('"picture":[')
        alarm.kill()  # so that nobody tells it anew
        here.daemon.kill()
        here.daemon.start()
        wait_for(here, BLACK)
        assert since(here) == pytest.approx(began, abs=0.01)
        alarm.start()
        here.recorder.switch(thumbnail="png")
        wait_for(here)


def test_nobody_looks_unless_asked_to(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.recorder.switch(thumbnail="black")
        here.record()
        with alarming(tmp_path, here.daemon.config.read_text(), here.daemon.socket) as alarm:
            assert decoders(alarm) == []
            here.wait_for_polls(15)
            assert here.recorder.arrivals("*/thumbnail") == []


def test_where_pillow_is_missing_that_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("import sys\nsys.modules['PIL'] = None\n")
    with mirror(tmp_path, extra=EYES) as here:
        here.record()
        environ = {"PYTHONPATH": str(tmp_path / "site")}
        with alarming(tmp_path, here.daemon.config.read_text(), here.daemon.socket, environ):
            shown = here.daemon.wait_for(lambda status: "alarm-failing" in codes(status))
    (told,) = (one for one in shown["problems"] if one["code"] == "alarm-failing")
    assert "apt install python3-pil" in told["message"]
