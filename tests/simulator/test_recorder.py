"""The simulated MovieRecorder as a client sees it, and the takes on its Mac."""

from __future__ import annotations

import time

import pytest

from tests.world.device_client import FIRST, SECOND, SUCCESS, Client, refused
from vrmon.simulator import MovieRecorder, RecorderSource, Take, gaps, serving
from vrmon.simulator.recording.picture import black, colour_bars


def test_a_take_is_named_recorded_and_stopped(recorder: MovieRecorder, dvr: Client) -> None:
    before = time.monotonic()
    assert dvr.name("SHOW") == SUCCESS
    assert dvr.command("record") == SUCCESS
    source = dvr.source()
    assert (source["is_recording"], source["recording_name"]) == (True, "SHOW")
    assert source["recording_start_date"]
    assert dvr.command("stop") == SUCCESS
    assert not dvr.source()["is_recording"]
    [take] = recorder.takes
    assert (take.source, take.name, take.by, take.ended_by) == (FIRST, "SHOW", "remote", "remote")
    assert take.ended is not None
    assert before < take.started < take.ended < time.monotonic()


def test_a_source_answers_to_its_index_which_moves(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.enable(FIRST, False)
    assert [one["unique_id"] for one in dvr.get("/sources")[1]] == [SECOND, FIRST]
    assert dvr.command("record", "0") == SUCCESS
    assert recorder.running(SECOND)
    recorder.rename_source(SECOND, "Z")
    recorder.enable(FIRST)
    assert recorder.sources[0].unique_id == FIRST
    recorder.reorder([SECOND])
    assert recorder.sources[0].unique_id == SECOND


def test_a_source_that_is_gone_is_404_and_its_take_over(recorder: MovieRecorder, dvr: Client) -> None:
    dvr.command("record")
    recorder.remove_source(FIRST)
    assert refused(dvr.command("stop"), 404)
    assert [take.ended_by for take in recorder.takes_of(FIRST)] == ["removed"]
    recorder.add_source(FIRST, "Backup 1")
    assert dvr.command("record") == SUCCESS


def test_the_operator_is_told_apart(recorder: MovieRecorder, dvr: Client) -> None:
    recorder.record_by_hand(0, "MINE")
    assert (dvr.source()["is_recording"], dvr.source()["recording_name"]) == (True, "MINE")
    recorder.rename_take(0, "YOURS")
    assert dvr.source()["recording_name"] == "YOURS"
    recorder.stop_by_hand(0)
    [take] = recorder.takes
    assert (take.name, take.by, take.ended_by) == ("YOURS", "operator", "operator")


def test_pauses_are_gaps_and_stay_recording(recorder: MovieRecorder, dvr: Client) -> None:
    dvr.command("record")
    assert dvr.command("pause") == SUCCESS
    assert (dvr.source()["is_recording"], dvr.source()["is_paused"]) == (True, True)
    assert refused(dvr.command("pause"), 200)
    assert dvr.command("resume") == SUCCESS
    recorder.pause_by_hand(0)
    recorder.resume_by_hand(0)
    assert not dvr.source()["is_paused"]
    [take] = recorder.takes
    assert recorder.gaps(0, take.started, time.monotonic()) == take.pauses
    recorder.switch(pausing="refused", refusal=422)
    assert refused(dvr.command("pause"), 422)


def test_takes_die_by_accident_and_in_a_crash(recorder: MovieRecorder, dvr: Client) -> None:
    dvr.command("record")
    recorder.kill_take(FIRST)
    assert not dvr.source()["is_recording"]
    dvr.command("record")
    recorder.crash()
    assert [take.ended_by for take in recorder.takes] == ["died", "crash"]
    [first, second] = recorder.takes
    assert recorder.gaps(0, first.started, second.started) == [(first.ended, second.started)]


def test_gaps_and_overlaps() -> None:
    takes = [Take("s", "A", 1.0, 3.0), Take("s", "B", 2.0, 4.0), Take("s", "C", 6.0)]
    assert gaps(takes, 0.0, 9.0) == [(0.0, 1.0), (4.0, 6.0)]
    assert gaps(takes, 5.0, 5.5) == [(5.0, 5.5)]
    assert gaps(takes, 1.5, 2.5) == []
    assert gaps([], 0.0, 1.0) == [(0.0, 1.0)]


def test_only_the_keys_of_an_old_build(recorder: MovieRecorder, dvr: Client) -> None:
    newer = set(dvr.source())
    recorder.switch(keys="3.x")
    assert newer - set(dvr.source()) == {
        *("is_locked", "recording_name", "video_format", "enabled_destinations"),
        *("recording_start_date", "recording_end_date"),
    }


def test_destinations_their_warnings_and_their_absence(recorder: MovieRecorder, dvr: Client) -> None:
    assert dvr.get("/destinations") == (200, [{"unique_id": "media", "name": "Media RAID"}])
    recorder.warn("media", ["almost full"])
    assert dvr.get("/destinations")[1][0]["warning_messages"] == {"NotRelatedToSource": ["almost full"]}
    recorder.set_destinations(FIRST, [])
    assert dvr.source()["enabled_destinations"] == []
    recorder.switch(no_destinations="null")
    assert dvr.source()["enabled_destinations"] is None
    recorder.switch(no_destinations="absent")
    assert "enabled_destinations" not in dvr.source()


@pytest.mark.parametrize(("position", "magic"), [("png", b"\x89PNG"), ("jpeg", b"\xff\xd8\xff")])
def test_thumbnails(recorder: MovieRecorder, dvr: Client, position: str, magic: bytes) -> None:
    recorder.switch(thumbnail=position)
    answer = dvr.session.get(f"{recorder.url}/sources/0/thumbnail", timeout=60)
    assert answer.headers["Content-Type"] == f"image/{position}"
    assert answer.content.startswith(magic)
    recorder.switch(thumbnail="absent")
    assert refused(dvr.command("thumbnail"), 404)


@pytest.mark.parametrize(
    ("position", "shown"), [("frozen", colour_bars(0.0, recording=False)), ("black", black())]
)
def test_thumbnails_that_stand_still(
    recorder: MovieRecorder, dvr: Client, position: str, shown: bytes
) -> None:
    recorder.switch(thumbnail=position)
    assert dvr.session.get(f"{recorder.url}/sources/0/thumbnail", timeout=60).content == shown
    recorder.switch(thumbnail="cut short")
    assert len(dvr.session.get(f"{recorder.url}/sources/0/thumbnail", timeout=60).content) < len(shown) + 40


def test_a_put_without_its_content_type_is_refused(recorder: MovieRecorder, dvr: Client) -> None:
    path = f"{recorder.url}/sources/0/recording_name"
    answer = dvr.session.put(path, data='{"recording_name": "X"}', timeout=60)
    assert refused((answer.status_code, answer.json()), 400)
    assert refused(dvr.put("/sources/0/recording_name", ["X"]), 400)
    assert dvr.source()["recording_name"] == "Backup 1"


def test_a_source_of_ones_own() -> None:
    with serving(MovieRecorder([RecorderSource("A/B", "Studio", destinations=["media"])])) as recorder:
        client = Client(recorder.url)
        with client.session:
            assert client.command("record", "A/B") == SUCCESS
        assert recorder.files == ["Studio"]
