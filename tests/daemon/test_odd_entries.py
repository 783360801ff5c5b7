"""One odd entry costs only itself: told to the real daemon in every way that the simulators know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args, get_type_hints

import pytest

from tests.world.mirror import Mirror, codes, is_in, mirror
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches


def positions(switches: type, name: str) -> list[str]:
    return [one for one in _flat(get_type_hints(switches)[name]) if one != "well"]


def _flat(kind: object) -> Iterator[str]:
    for one in get_args(kind):
        yield from [one] if isinstance(one, str) else _flat(one)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """Two channels; a third ingest and a third source, which none has, are the odd ones."""
    with mirror(tmp_path_factory.mktemp("site"), size=3, channels=2) as made:
        yield made
        assert "Traceback" not in made.daemon.log()


def assert_the_others_go_on(here: Mirror, said: set[str]) -> None:
    """A job begins and ends on the first channel while `said` is said."""
    here.wait_for_polls()
    assert codes(here.daemon.status()) - {"unmapped-job"} == said
    job = here.record()
    assert codes(here.daemon.status()) - {"unmapped-job"} == said
    here.playbox.end_job(job)
    here.wait_for_phase("idle")


@pytest.mark.parametrize("how", positions(PlayBoxSwitches, "ingest_told"))
def test_an_odd_ingest_that_no_channel_has(here: Mirror, how: str) -> None:
    harmless = {"twice", "half a surrogate", "an invalid byte"}  # the others: in its name, which nobody reads
    here.playbox.switch(2, ingest_told=how)
    try:
        assert_the_others_go_on(here, set() if how in harmless else {"odd-answer"})
    finally:
        here.playbox.switch(2, ingest_told="well")


@pytest.mark.parametrize("how", positions(PlayBoxSwitches, "job_told"))
def test_an_odd_job_that_no_channel_has(here: Mirror, how: str) -> None:
    here.playbox.switch(2, job_told=how)
    try:
        assert_the_others_go_on(here, set() if how == "twice" else {"odd-answer"})
    finally:
        here.playbox.switch(2, job_told="well")


@pytest.mark.parametrize("how", positions(MovieRecorderSwitches, "source_told"))
def test_an_odd_source_that_no_channel_has(here: Mirror, how: str) -> None:
    harmless = {"recording_name null", "recording_name number", "enabled_destinations text"}
    harmless |= {"half a surrogate", "an invalid byte"}  # in its name for people
    here.recorder.switch(2, source_told=how)
    try:
        assert_the_others_go_on(here, set() if how in harmless else {"odd-answer"})
    finally:
        here.recorder.switch(2, source_told="well")


@pytest.mark.parametrize("how", ["display_name absent", "display_name null", "is_enabled absent"])
def test_a_source_needs_only_what_its_channel_needs(here: Mirror, how: str) -> None:
    here.recorder.switch(0, source_told=how)
    try:
        assert_the_others_go_on(here, {"odd-answer"})
    finally:
        here.recorder.switch(0, source_told="well")


@pytest.mark.parametrize("how", ["activeJobsInfo null", "ingestId null"])
def test_a_job_on_an_ingest_that_turns_odd_goes_on_and_none_begins_there(here: Mirror, how: str) -> None:
    job = here.record("ODD.mxf", 2)
    here.playbox.switch(1, ingest_told=how)
    here.daemon.wait_for(lambda status: "odd-answer" in codes(status))
    here.playbox.end_job(job)
    here.wait_for_polls(10)
    assert here.daemon.channel("PCR 2")["take"]["name"].startswith("ODD")
    assert here.recorder.running(1)
    assert_the_others_go_on(here, {"odd-answer"})
    here.playbox.switch(1, ingest_told="well")
    here.wait_for_phase("idle", 2)
    assert not here.recorder.running(1)
    assert here.daemon.wait_for(lambda status: status["health"] == "ok")


@pytest.mark.parametrize("how", ["is_paused absent", "null"])
def test_a_source_that_turns_odd_is_unverified_and_its_take_goes_on(here: Mirror, how: str) -> None:
    job = here.record("ON AIR.mxf", 2)
    before = here.sent()
    here.recorder.switch(1, source_told=how)
    try:
        status = here.daemon.wait_for(lambda status: codes(status, "PCR 2") == {"dvr-blind"})
        assert is_in(status, "PCR 2", "unverified")
        assert codes(status, "movierecorder") == {"odd-answer"}
        assert "[1]" in next(one["message"] for one in status["problems"] if one["subject"] == "PCR 2")
        assert here.sent() == before
        assert_the_others_go_on(here, {"odd-answer", "dvr-blind"})
    finally:
        here.recorder.switch(1, source_told="well")
    here.wait_for_phase("recording", 2)
    here.playbox.end_job(job)
    here.wait_for_phase("idle", 2)
