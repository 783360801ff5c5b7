"""Each switch of the simulated MovieRecorder: what it answers, and what then is on the Mac."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.world.device_client import FIRST, SECOND, SUCCESS, Client, refused
from vrmon.simulator import MovieRecorder


def test_recording_twice(recorder: MovieRecorder, dvr: Client) -> None:
    dvr.command("record")
    assert refused(dvr.command("record"), 200)
    recorder.switch(refusal=422)
    assert refused(dvr.command("record"), 422)
    recorder.switch(record_while_recording="success")
    assert dvr.command("record") == SUCCESS
    assert len(recorder.takes) == 1


def test_stopping_what_is_idle(recorder: MovieRecorder, dvr: Client) -> None:
    assert dvr.command("stop") == SUCCESS
    recorder.switch(stop_while_idle="refused")
    assert refused(dvr.command("stop"), 200)


@pytest.mark.parametrize(("position", "status"), [("200", 200), ("422", 422)])
def test_no_destination(recorder: MovieRecorder, dvr: Client, position: str, status: int) -> None:
    recorder.set_destinations(FIRST)
    recorder.switch(without_destination=position)
    assert refused(dvr.command("record"), status)
    assert recorder.takes == []
    recorder.switch(without_destination="records")
    assert dvr.command("record") == SUCCESS
    assert recorder.running(FIRST)


def test_what_is_shown_lags_behind(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(start_visible_after=0.4, stop_visible_after=0.4)
    dvr.command("record")
    assert recorder.running(FIRST)
    assert not dvr.source()["is_recording"]
    recorder.wait_until(lambda: dvr.source()["is_recording"])
    assert time.monotonic() - recorder.takes[0].started >= 0.4
    dvr.command("stop")
    assert recorder.running(FIRST) is None
    assert dvr.source()["is_recording"]
    recorder.wait_until(lambda: not dvr.source()["is_recording"])
    assert time.monotonic() - (recorder.takes[0].ended or 0) >= 0.4


def test_a_short_take_is_not_shown_for_ever(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(start_visible_after=0.1)
    dvr.command("record")
    dvr.command("stop")
    recorder.wait_until(lambda: time.monotonic() > recorder.takes[0].started + 0.1)
    assert not dvr.source()["is_recording"]


def test_success_without_effect(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(record_effect="nothing", stop_effect="nothing")
    assert dvr.command("record") == SUCCESS
    assert recorder.takes == []
    recorder.record_by_hand(FIRST)
    assert dvr.command("stop") == SUCCESS
    assert recorder.running(FIRST)


def test_a_take_dies_later_on_one_source(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(FIRST, take_dies_after=0.05)
    dvr.command("record")
    dvr.command("record", SECOND)
    recorder.wait_until(lambda: not dvr.source(FIRST)["is_recording"])
    assert dvr.source(SECOND)["is_recording"]
    [dead] = recorder.takes_of(FIRST)
    assert dead.ended_by == "died"
    assert dead.ended == pytest.approx(dead.started + 0.05)


def test_only_the_take_it_was_meant_for_dies(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(take_dies_after=0.3)
    dvr.command("record")
    recorder.stop_by_hand(FIRST)
    recorder.record_by_hand(FIRST)
    recorder.wait_until(lambda: time.monotonic() > recorder.takes[0].started + 0.31)
    assert recorder.running(FIRST)


def test_the_name_after_a_stop(recorder: MovieRecorder, dvr: Client) -> None:
    dvr.name("SHOW")
    dvr.command("record")
    dvr.command("stop")
    assert dvr.source()["recording_name"] == "SHOW"
    recorder.switch(name_after_stop="reset")
    dvr.command("record")
    dvr.command("stop")
    assert dvr.source()["recording_name"] == "Backup 1"


@pytest.mark.parametrize(
    ("position", "shown", "files"),
    [
        ("now", "B", ["B", "B 1"]),
        ("next", "A", ["A", "B"]),
        ("next, shown", "B", ["A", "B"]),
    ],
)
def test_naming_a_running_take(
    recorder: MovieRecorder, dvr: Client, position: str, shown: str, files: list[str]
) -> None:
    recorder.switch(name_while_recording=position)
    dvr.name("A")
    dvr.command("record")
    assert dvr.name("B") == SUCCESS
    assert dvr.source()["recording_name"] == shown
    dvr.command("stop")
    dvr.command("record")
    assert recorder.files == files


def test_naming_a_running_take_is_refused(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(name_while_recording="refused")
    dvr.name("A")
    dvr.command("record")
    assert refused(dvr.name("B"), 422)
    assert recorder.files == ["A"]


@pytest.mark.parametrize(
    ("position", "shown", "files"),
    [
        ("suffix", "A", ["A", "A 1"]),
        ("suffix, shown", "A 1", ["A", "A 1"]),
        ("overwritten", "A", ["A"]),
    ],
)
def test_a_second_file_of_one_name(
    recorder: MovieRecorder, dvr: Client, position: str, shown: str, files: list[str]
) -> None:
    recorder.switch(duplicate_name=position)
    for source in (FIRST, SECOND):
        assert dvr.name("A", source) == SUCCESS
        assert dvr.command("record", source) == SUCCESS
    assert dvr.source(SECOND)["recording_name"] == shown
    assert recorder.files == files
    assert len(recorder.takes) == 2


def test_a_second_file_of_one_name_is_refused(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.record_by_hand(FIRST, "A")
    recorder.switch(duplicate_name="name refused")
    assert refused(dvr.name("A", SECOND), 422)
    recorder.switch(duplicate_name="record refused")
    assert dvr.name("A", SECOND) == SUCCESS
    assert refused(dvr.command("record", SECOND), 200)
    assert recorder.files == ["A"]


@pytest.mark.parametrize("position", ["403", "422"])
def test_a_locked_source(recorder: MovieRecorder, dvr: Client, position: str) -> None:
    recorder.lock(FIRST)
    assert dvr.source()["is_locked"]
    assert dvr.command("record") == SUCCESS
    recorder.switch(locked_source=position)
    assert refused(dvr.command("stop"), int(position))
    assert refused(dvr.name("X"), int(position))
    assert recorder.running(FIRST)
    assert dvr.command("unlock") == SUCCESS
    assert dvr.command("stop") == SUCCESS
    assert dvr.command("lock") == SUCCESS
    assert refused(dvr.command("record"), int(position))


def test_a_disabled_source(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.enable(FIRST, False)
    assert not dvr.source()["is_enabled"]
    assert refused(dvr.command("record"), 200)
    recorder.switch(disabled_source="accepted")
    assert dvr.command("record") == SUCCESS


@pytest.mark.parametrize(("position", "date"), [("absent", None), ("empty", "")])
def test_a_start_date_is_not_given(
    recorder: MovieRecorder, dvr: Client, position: str, date: str | None
) -> None:
    recorder.switch(start_date=position)
    dvr.command("record")
    assert dvr.source().get("recording_start_date") == date


def test_commands_are_accepted_and_done_later(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(accepted_after=0.3)
    before = time.monotonic()
    assert dvr.command("record") == (202, {"success": True})
    assert recorder.takes == []
    take = recorder.wait_until(lambda: recorder.running(FIRST))
    assert take is not None
    assert take.started >= before + 0.3
    recorder.switch(accepted_status=200)
    assert dvr.command("stop") == SUCCESS
    assert recorder.running(FIRST) is not None
    recorder.wait_until(lambda: recorder.running(FIRST) is None)


def test_record_and_stop_are_obeyed_late_each_by_itself(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(stop_obeyed_after=3600)
    assert dvr.command("record") == SUCCESS
    assert dvr.command("stop") == SUCCESS
    assert dvr.source()["is_recording"]
    assert refused(dvr.command("record"), 200)
    recorder.switch(stop_obeyed_after=0.2)
    stopped = time.monotonic()
    assert dvr.command("stop") == SUCCESS
    recorder.wait_until(lambda: not dvr.source()["is_recording"])
    assert (recorder.takes[0].ended or 0) >= stopped + 0.2
    recorder.switch(record_obeyed_after=3600)
    assert dvr.command("record") == SUCCESS
    assert not dvr.source()["is_recording"]
    recorder.switch(record_obeyed_after=0.2)
    recorded = time.monotonic()
    assert dvr.command("record") == SUCCESS
    recorder.wait_until(lambda: dvr.source()["is_recording"])
    assert recorder.takes[1].started >= recorded + 0.2


def test_a_second_stop_that_is_obeyed_late_hits_the_next_take(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.switch(stop_obeyed_after=1)
    recorder.record_by_hand(FIRST, "A")
    for _ in range(2):
        assert dvr.command("stop") == SUCCESS
        recorder.swap_take(FIRST, "B")
    recorder.wait_until(lambda: not dvr.source()["is_recording"])
    assert [(take.name, take.ended_by) for take in recorder.takes] == [
        ("A", "operator"), ("B", "operator"), ("B 1", "remote")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("position", "success", "recording"),
    [("reported", False, True), ("hidden", True, True), ("none done", False, False)],
)
def test_a_bulk_command_fails_in_part(
    recorder: MovieRecorder, dvr: Client, position: str, success: bool, recording: bool
) -> None:
    recorder.switch(bulk_failure=position)
    _, answer = dvr.put("/sources/record", [FIRST, "gone"])
    assert answer["success"] is success
    assert (recorder.running(FIRST) is not None) is recording


def test_bulk_commands(recorder: MovieRecorder, dvr: Client) -> None:
    assert dvr.put("/sources/record", [FIRST, SECOND]) == SUCCESS
    assert len(recorder.takes) == 2
    assert dvr.put("/sources/stop", [SECOND, FIRST]) == SUCCESS
    assert all(take.ended_by == "remote" for take in recorder.takes)
    assert refused(dvr.put("/sources/stop", {"no": "array"}), 400)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "unknown"),
        ({"keys": "4.x"}, 'not one of "all", "3.x"'),
        ({"start_visible_after": -1}, "seconds"),
        ({"take_dies_after": "soon"}, "seconds, null"),
    ],
)
def test_a_wrong_switch_is_refused(change: dict[str, Any], complaint: str) -> None:
    recorder = MovieRecorder(1)
    before = recorder.switches
    with pytest.raises(ValueError, match=complaint):
        recorder.switch(**change)
    assert recorder.switches == before
