"""What daily clients ask the simulated MovieRecorder beside recording, and what the Mac does by itself."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.world import plain
from vrmon.simulator import MovieRecorder

FIRST, SECOND = "4XT00292 - 0", "4XT00292 - 1"
SUCCESS = (200, {"success": True})


def scheduled(recorder: MovieRecorder) -> Any:
    [entry] = plain.get(recorder.url, "/scheduled_recordings")
    return entry


def minute_of_day() -> int:
    now = datetime.now().astimezone()
    return now.hour * 60 + now.minute


def test_the_schedule_records_and_stops(recorder: MovieRecorder) -> None:
    before = minute_of_day()
    unique_id = recorder.schedule(FIRST, "NEWS", start_in=1.0, duration=0.4)
    entry = scheduled(recorder)
    today = datetime.fromisoformat(entry.pop("date").replace(" +0000", "+00:00")).astimezone()
    start = entry.pop("start_time")
    assert (today.hour, today.minute) == (0, 0)
    assert start in (before, (before + 1) % 1440)
    assert entry == {
        "unique_id": unique_id,
        "name": "NEWS",
        "source_unique_id": FIRST,
        "is_enabled": True,
        "stopped_by_user": False,
        "weekly_repeated": False,
        "recording_days": [],
        "duration": 1,
    }
    assert not plain.source(recorder.url)["is_recording"]
    recorder.wait_until(lambda: recorder.takes and not plain.source(recorder.url)["is_recording"])
    [take] = recorder.takes
    assert (take.name, take.by, take.ended_by) == ("NEWS", "schedule", "schedule")
    assert take.ended == pytest.approx(take.started + 0.4)
    assert plain.get(recorder.url, "/scheduled_recordings") == []


def test_an_entry_is_extended_and_shows_its_end(recorder: MovieRecorder) -> None:
    unique_id = recorder.schedule(FIRST, "NEWS", start_in=0.0, duration=600)
    shown = plain.source(recorder.url)["recording_end_date"]
    assert plain.put(recorder.url, f"/scheduled_recordings/{unique_id}", {"duration": 20}) == SUCCESS
    assert scheduled(recorder)["duration"] == 20
    assert shown < plain.source(recorder.url)["recording_end_date"]
    assert plain.put(recorder.url, f"/scheduled_recordings/{unique_id}", {"duration": 0}) == SUCCESS
    assert not plain.source(recorder.url)["is_recording"]
    assert len(recorder.takes) == 1


def test_an_upcoming_entry_is_started_now(recorder: MovieRecorder) -> None:
    unique_id = recorder.schedule(FIRST, "NEWS", start_in=7200, duration=600)
    assert not plain.source(recorder.url)["is_recording"]
    body = {"start_time": minute_of_day()}
    assert plain.put(recorder.url, f"/scheduled_recordings/{unique_id}", body) == SUCCESS
    assert plain.source(recorder.url)["is_recording"]
    [take] = recorder.takes
    assert (take.name, take.by) == ("NEWS", "schedule")
    assert take.started <= time.monotonic()
    assert scheduled(recorder)["start_time"] == body["start_time"]


@pytest.mark.parametrize("body", [{}, {"name": "X"}, {"duration": "5"}, {"duration": 5, "name": "X"}, [5]])
def test_what_an_entry_cannot_be_given(recorder: MovieRecorder, body: object) -> None:
    unique_id = recorder.schedule(FIRST, "NEWS", start_in=7200, duration=600)
    status, answer = plain.put(recorder.url, f"/scheduled_recordings/{unique_id}", body)
    assert (status, answer["success"]) == (422, False)
    assert plain.put(recorder.url, "/scheduled_recordings/other", {"duration": 5})[0] == 404
    assert scheduled(recorder)["duration"] == 10


def test_an_entry_that_a_person_stopped_stays_stopped(recorder: MovieRecorder) -> None:
    recorder.switch(schedule_after_end="kept")
    unique_id = recorder.schedule(FIRST, "NEWS", start_in=0.0, duration=1.0)
    assert plain.source(recorder.url)["is_recording"]
    assert plain.command(recorder.url, "stop") == SUCCESS
    assert scheduled(recorder)["stopped_by_user"]
    plain.command(recorder.url, "record")
    entry, _ = recorder.takes
    recorder.wait_until(lambda: time.monotonic() > entry.started + 1.1)
    assert plain.source(recorder.url)["is_recording"]
    assert scheduled(recorder)["unique_id"] == unique_id


@pytest.mark.parametrize(("position", "goes_on"), [("any take", False), ("its own", True)])
def test_the_end_of_an_entry_and_a_take_that_is_not_its_own(
    recorder: MovieRecorder, position: str, goes_on: bool
) -> None:
    recorder.switch(schedule_end=position)
    plain.command(recorder.url, "record")
    recorder.schedule(FIRST, "NEWS", start_in=0.0, duration=0.1)
    recorder.wait_until(lambda: plain.get(recorder.url, "/scheduled_recordings") == [])
    assert plain.source(recorder.url)["is_recording"] is goes_on
    assert len(recorder.takes) == 1


def test_an_entry_that_is_disabled_or_weekly(recorder: MovieRecorder) -> None:
    recorder.schedule(FIRST, "NEWS", start_in=0.0, duration=600, enabled=False, days=[0, 6])
    entry = scheduled(recorder)
    assert (entry["is_enabled"], entry["weekly_repeated"], entry["recording_days"]) == (False, True, [0, 6])
    assert entry["date"] == ""
    assert not plain.source(recorder.url)["is_recording"]


def test_a_take_has_an_end_date_and_ends_then(recorder: MovieRecorder) -> None:
    recorder.switch(FIRST, take_ends_after=1)
    for source in (FIRST, SECOND):
        plain.command(recorder.url, "record", source)
    assert plain.source(recorder.url)["recording_end_date"]
    assert plain.source(recorder.url, SECOND)["recording_end_date"] == ""
    recorder.wait_until(lambda: not plain.source(recorder.url)["is_recording"])
    assert plain.source(recorder.url)["recording_end_date"] == ""
    [take] = recorder.takes_of(0)
    assert take.ended == pytest.approx(take.started + 1)
    assert take.ended_by == "end date"
    assert plain.source(recorder.url, SECOND)["is_recording"]


def test_the_last_end_date_holds_through_a_split(recorder: MovieRecorder) -> None:
    plain.command(recorder.url, "record")
    recorder.limit_take(FIRST, 0.0)
    plain.command(recorder.url, "record")
    recorder.limit_take(FIRST, 3600)
    recorder.limit_take(FIRST, 1.0)
    plain.command(recorder.url, "manual_split")
    recorder.wait_until(lambda: not plain.source(recorder.url)["is_recording"])
    assert [take.ended_by for take in recorder.takes] == ["end date", "split", "end date"]


@pytest.mark.parametrize("form", ["cocoa", "iso", "iso, local", "milliseconds"])
def test_how_dates_are_written(recorder: MovieRecorder, form: str) -> None:
    recorder.switch(dates=form)
    plain.command(recorder.url, "record")
    recorder.limit_take(FIRST, 3600)
    source = plain.source(recorder.url)
    start, end = (_read(source[key], form) for key in ("recording_start_date", "recording_end_date"))
    assert abs(start - datetime.now(timezone.utc)) < timedelta(seconds=60)
    assert abs(end - start - timedelta(hours=1)) < timedelta(seconds=60)


def _read(date: Any, form: str) -> datetime:
    if form == "milliseconds":
        return datetime.fromtimestamp(date / 1000, timezone.utc)
    return datetime.fromisoformat(date.replace("Z", "+00:00").replace(" +0000", "+00:00"))


@pytest.mark.parametrize(("position", "shown"), [("empty", ""), ("words", "No Signal"), ("null", None)])
def test_the_signal_changes_and_goes_away_in_mid_take(
    recorder: MovieRecorder, position: str, shown: str | None
) -> None:
    plain.command(recorder.url, "record")
    assert plain.source(recorder.url)["video_format"] == "1080i50"
    recorder.set_video_format(FIRST, "720p50")
    assert plain.source(recorder.url)["video_format"] == "720p50"
    recorder.switch(no_signal=position)
    recorder.set_video_format(FIRST)
    source = plain.source(recorder.url)
    assert (source["video_format"], source["is_recording"]) == (shown, True)


def restore(recorder: MovieRecorder, name: str, *what: str) -> tuple[int, Any]:
    parts = ("sources", "av_presets", "destinations", "schedule", "layout")
    wanted = {f"restore_{part}": part in what for part in parts}
    return plain.put(
        recorder.url, "/restore_configuration", {"name": name, "restore_vtr_bach_list": False, **wanted}
    )


@pytest.mark.parametrize(("position", "goes_on"), [("ends takes", False), ("keeps takes", True)])
def test_a_configuration_is_restored(recorder: MovieRecorder, position: str, goes_on: bool) -> None:
    recorder.switch(restoring=position)
    assert plain.get(recorder.url, "/configurations") == ["Default"]
    recorder.rename_source(FIRST, "Z")
    recorder.add_source("NEW", "A")
    recorder.add_destination("cloud", "Cloud")
    recorder.set_destinations(FIRST, ["cloud"])
    entry = recorder.schedule(SECOND, "NEWS", start_in=3600, duration=60)
    recorder.save_configuration("Evening")
    assert plain.get(recorder.url, "/configurations") == ["Default", "Evening"]
    for source in (FIRST, "NEW"):
        plain.command(recorder.url, "record", source)
    assert restore(recorder, "Default", "sources", "destinations", "schedule") == SUCCESS
    listed = plain.get(recorder.url, "/sources")
    assert [(one["unique_id"], one["display_name"]) for one in listed] == [
        (FIRST, "Backup 1"), (SECOND, "Backup 2")
    ]  # fmt: skip
    assert listed[0]["is_recording"] is goes_on
    assert [take.ended_by for take in recorder.takes_of("NEW")] == ["configuration"]
    assert [one["destination_unique_id"] for one in listed[0]["enabled_destinations"]] == ["media"]
    assert [one["unique_id"] for one in plain.get(recorder.url, "/destinations")] == ["media"]
    assert plain.get(recorder.url, "/scheduled_recordings") == []
    assert restore(recorder, "Evening", "schedule") == SUCCESS
    assert scheduled(recorder)["unique_id"] == entry
    assert len(plain.get(recorder.url, "/sources")) == 2
    assert restore(recorder, "Morning", "sources")[0] == 404


def test_a_take_that_is_kept_goes_on_and_can_be_stopped(recorder: MovieRecorder) -> None:
    recorder.switch(restoring="keeps takes")
    plain.name(recorder.url, "SHOW")
    plain.command(recorder.url, "record")
    restore(recorder, "Default", "sources")
    assert plain.source(recorder.url)["recording_name"] == "SHOW"
    plain.command(recorder.url, "stop")
    assert not plain.source(recorder.url)["is_recording"]
    assert [take.ended_by for take in recorder.takes] == ["remote"]


def test_a_schedule_that_is_restored_records_once(recorder: MovieRecorder) -> None:
    recorder.schedule(FIRST, "NEWS", start_in=1.0, duration=0.2)
    recorder.save_configuration("Now")
    restore(recorder, "Now", "schedule")
    recorder.wait_until(lambda: plain.get(recorder.url, "/scheduled_recordings") == [])
    assert [(take.by, take.ended_by) for take in recorder.takes] == [("schedule", "schedule")]


def test_the_page_of_the_application_tells_its_version(recorder: MovieRecorder) -> None:
    status, page, headers = plain.ask(recorder.url, "/api.html")
    assert (status, headers["content-type"]) == (200, "text/html")
    assert b"MovieRecorder 4." in page
    recorder.switch(keys="3.x")
    assert b"MovieRecorder 3." in plain.ask(recorder.url, "/api.html")[1]
    recorder.switch(api_page="absent")
    assert plain.ask(recorder.url, "/api.html")[0] == 404
