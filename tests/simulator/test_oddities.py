"""One entry told oddly beside good ones, byte for byte."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import pytest

from tests.world import plain
from vrmon.simulator import MovieRecorder, PlayBox, serving
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches

JOBS = "/ingests/activejobsinfo"
SECOND = "4XT00292 - 1"


def positions(kind: type, switch: str) -> set[str]:
    return set(get_args(get_type_hints(kind)[switch]))


SOURCES: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "unique_id absent": [{"unique_id": ...}],
    "unique_id null": [{"unique_id": None}],
    "unique_id number": [{"unique_id": 7}],
    "unique_id empty": [{"unique_id": ""}],
    "display_name absent": [{"display_name": ...}],
    "display_name null": [{"display_name": None}],
    "display_name number": [{"display_name": 7}],
    "is_enabled absent": [{"is_enabled": ...}],
    "is_recording absent": [{"is_recording": ...}],
    "is_recording null": [{"is_recording": None}],
    "is_recording text": [{"is_recording": "busy"}],
    "is_paused absent": [{"is_paused": ...}],
    "is_paused null": [{"is_paused": None}],
    "recording_name null": [{"recording_name": None}],
    "recording_name number": [{"recording_name": 7}],
    "enabled_destinations text": [{"enabled_destinations": "busy"}],
    "half a surrogate": [{"display_name": "Backup 2\ud83d"}],
}


def odd(well: dict[str, Any], changes: dict[str, Any] | str | None) -> dict[str, Any] | str | None:
    """The entry with the changes; ... takes a key away."""
    if not isinstance(changes, dict):
        return changes
    return {key: value for key, value in {**well, **changes}.items() if value is not ...}


def test_every_oddity_has_its_line() -> None:
    assert positions(MovieRecorderSwitches, "source_told") == {*SOURCES, "well", "an invalid byte"}
    assert positions(PlayBoxSwitches, "ingest_told") == {*INGESTS, "well", "an invalid byte"}
    assert positions(PlayBoxSwitches, "job_told") == {*ENTRIES, "well", "an invalid byte"}
    assert positions(PlayBoxSwitches, "file_told") == {*FILES, "well", "an invalid byte"}
    assert positions(MovieRecorderSwitches, "destination_told") == {*DISKS, "well", "an invalid byte"}
    assert positions(MovieRecorderSwitches, "scheduled_told") == {*AGENDA, "well", "an invalid byte"}


@pytest.mark.parametrize("how", SOURCES)
def test_a_source_told_oddly(how: str) -> None:
    with serving(MovieRecorder(3)) as recorder:
        before = plain.get(recorder.url, "/sources")
        recorder.switch(SECOND, source_told=how)
        assert plain.get(recorder.url, "/sources") == [
            before[0], *(odd(before[1], changes) for changes in SOURCES[how]), before[2]
        ]  # fmt: skip


INGESTS: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "ingestId absent": [{"ingestId": ...}],
    "ingestId null": [{"ingestId": None}],
    "ingestId number": [{"ingestId": 7}],
    "ingestId empty": [{"ingestId": ""}],
    "activeJobsInfo absent": [{"activeJobsInfo": ...}],
    "activeJobsInfo null": [{"activeJobsInfo": None}],
    "activeJobsInfo text": [{"activeJobsInfo": "busy"}],
    "activeJobsInfo object": [{"activeJobsInfo": {}}],
    "half a surrogate": [{"ingestName": "\ud83d"}],
}


@pytest.mark.parametrize("how", INGESTS)
def test_an_ingest_told_oddly(how: str) -> None:
    with serving(PlayBox(3)) as playbox:
        playbox.start_job(1)
        before = plain.get(playbox.url, JOBS)
        playbox.switch(1, ingest_told=how)
        assert plain.get(playbox.url, JOBS) == [
            before[0], *(odd(before[1], changes) for changes in INGESTS[how]), before[2]
        ]  # fmt: skip


ENTRIES: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "id absent": [{"id": ...}],
    "id null": [{"id": None}],
    "id float": [{"id": 7.5}],
    "id empty": [{"id": ""}],
    "id list": [{"id": []}],
    "id object": [{"id": {}}],
    "half a surrogate": [{"id": "A\ud83d"}],
}


@pytest.mark.parametrize("how", ENTRIES)
def test_a_job_told_oddly(how: str) -> None:
    with serving(PlayBox(2)) as playbox:
        playbox.start_job(0, job="A")
        before = plain.get(playbox.url, JOBS)
        playbox.switch(0, job_told=how)
        playbox.switch(1, job_told=how)
        first, second = plain.get(playbox.url, JOBS)
        well = before[0]["activeJobsInfo"][0]
        assert first["activeJobsInfo"] == [odd(well, changes) for changes in ENTRIES[how]]
        assert len(second["activeJobsInfo"]) == len(ENTRIES[how])


FILES: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "fileName absent": [{"fileName": ...}],
    "fileName null": [{"fileName": None}],
    "fileName number": [{"fileName": 7}],
    "fileName list": [{"fileName": []}],
    "presetTag absent": [{"presetTag": ...}],
    "presetTag null": [{"presetTag": None}],
    "presetTag number": [{"presetTag": 7}],
    "half a surrogate": [{"fileName": "SHOW.mxf\ud83d"}],
}


@pytest.mark.parametrize("how", FILES)
def test_a_primary_file_told_oddly(how: str) -> None:
    with serving(PlayBox(1)) as playbox:
        job = playbox.start_job(0, "SHOW.mxf")
        path = f"/ingests/{playbox.ingests[0]}/jobs/{job}/files"
        proxy, well = plain.get(playbox.url, path)["data"]
        playbox.switch(file_told=how)
        assert plain.get(playbox.url, path)["data"] == [proxy, *(odd(well, one) for one in FILES[how])]


DISKS: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "unique_id absent": [{"unique_id": ...}],
    "unique_id null": [{"unique_id": None}],
    "name null": [{"name": None}],
    "warning_messages text": [{"warning_messages": "busy"}],
    "warning_messages number": [{"warning_messages": 7}],
    "half a surrogate": [{"name": "Cloud\ud83d"}],
}
AGENDA: dict[str, list[dict[str, Any] | str | None]] = {
    "twice": [{}, {}],
    "null": [None],
    "text": ["busy"],
    "unique_id null": [{"unique_id": None}],
    "source_unique_id absent": [{"source_unique_id": ...}],
    "source_unique_id null": [{"source_unique_id": None}],
    "start_time null": [{"start_time": None}],
    "duration text": [{"duration": "busy"}],
    "recording_days null": [{"recording_days": None}],
    "half a surrogate": [{"name": "LATE\ud83d"}],
}


@pytest.mark.parametrize(
    ("switch", "path", "how", "lines"),
    [("destination_told", "/destinations", how, lines) for how, lines in DISKS.items()]
    + [("scheduled_told", "/scheduled_recordings", how, lines) for how, lines in AGENDA.items()],
)
def test_the_last_of_a_list_told_oddly(
    switch: str, path: str, how: str, lines: list[dict[str, Any] | str | None]
) -> None:
    with serving(MovieRecorder(2)) as recorder:
        recorder.add_destination("cloud", "Cloud")
        for name in ("NEWS", "LATE"):
            recorder.schedule(0, name, start_in=7200, duration=60)
        first, well = plain.get(recorder.url, path)
        recorder.switch(**{switch: how})
        assert plain.get(recorder.url, path) == [first, *(odd(well, one) for one in lines)]


@pytest.mark.parametrize("charset", ["escaped", "utf-8"])
def test_a_byte_that_is_not_utf_8(charset: str) -> None:
    with serving(MovieRecorder(2)) as recorder, serving(PlayBox(2)) as playbox:
        for device in (recorder, playbox):
            device.switch(charset=charset)
        recorder.switch(SECOND, source_told="an invalid byte")
        playbox.switch(1, ingest_told="an invalid byte")
        playbox.switch(0, job_told="an invalid byte")
        body = plain.ask(recorder.url, "/sources")[1]
        assert b'"Backup 2\xff"' in body
        assert body.count(b"\xff") == 1
        body = plain.ask(playbox.url, JOBS)[1]
        assert b'"ingestName": "\xff"' in body
        assert b'"id": "7000\xff"' in body
        with pytest.raises(UnicodeDecodeError):
            body.decode()
        assert len(json.loads(body.decode("latin-1"))) == 2
