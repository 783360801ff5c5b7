"""Where takes go: destinations on air, full disks, warnings. And the truth about what got into a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.world import plain
from vrmon.simulator import MovieRecorder, Take, serving

FIRST, SECOND = "4XT00292 - 0", "4XT00292 - 1"
SUCCESS = (200, {"success": True})
FULL = "The disk is full"


@pytest.fixture
def recorder() -> Iterator[MovieRecorder]:
    with serving(MovieRecorder(2)) as device:
        device.add_destination("cloud", "Cloud")
        yield device


def enable(recorder: MovieRecorder, *destinations: str) -> tuple[int, Any]:
    return plain.put(recorder.url, "/sources/4XT00292%20-%200/destinations", list(destinations))


def enabled(recorder: MovieRecorder) -> list[str]:
    listed = plain.source(recorder.url)["enabled_destinations"]
    return [one["destination_unique_id"] for one in listed]


def warnings(recorder: MovieRecorder, destination: str = "media") -> Any:
    listed = plain.get(recorder.url, "/destinations")
    return next(one for one in listed if one["unique_id"] == destination).get("warning_messages", "absent")


def test_destinations_are_replaced_on_air_and_the_truth_is_kept(recorder: MovieRecorder) -> None:
    plain.command(recorder.url, "record")
    assert enable(recorder, "cloud", "media") == SUCCESS
    assert enabled(recorder) == ["media", "cloud"]
    assert enable(recorder, "cloud") == SUCCESS
    assert enable(recorder) == SUCCESS
    source = plain.source(recorder.url)
    assert (source["is_recording"], source["enabled_destinations"]) == (True, [])
    assert enable(recorder, "cloud") == SUCCESS
    assert plain.command(recorder.url, "stop") == SUCCESS
    [take] = recorder.takes
    [(dry, wet)] = take.dry
    assert wet is not None
    assert take.recorded() == [(take.started, dry), (wet, take.ended)]
    assert recorder.gaps(0, take.started, take.ended or 0) == [(dry, wet)]


def test_destinations_that_are_not_there_are_refused(recorder: MovieRecorder) -> None:
    status, answer = enable(recorder, "media", "nowhere")
    assert (status, answer["success"]) == (422, False)
    assert enabled(recorder) == ["media"]
    assert plain.put(recorder.url, "/sources/0/destinations", {"no": "array"})[0] == 400


def test_a_take_without_a_destination_is_dry_from_its_beginning(recorder: MovieRecorder) -> None:
    recorder.switch(without_destination="records")
    enable(recorder)
    plain.command(recorder.url, "record")
    [take] = recorder.takes
    assert (take.dry, take.recorded()) == ([(take.started, None)], [])


def test_a_disk_that_is_pulled_is_enabled_for_nobody(recorder: MovieRecorder) -> None:
    plain.command(recorder.url, "record")
    recorder.remove_destination("media")
    assert enabled(recorder) == []
    assert [one["unique_id"] for one in plain.get(recorder.url, "/destinations")] == ["cloud"]
    assert len(recorder.takes[0].dry) == 1


def test_a_full_disk_takes_not_a_byte_more(recorder: MovieRecorder) -> None:
    plain.command(recorder.url, "record")
    plain.command(recorder.url, "record", SECOND)
    recorder.set_destinations(SECOND, ["media", "cloud"])
    recorder.fill_disk("media")
    assert warnings(recorder) == {"NotRelatedToSource": [FULL]}
    assert plain.source(recorder.url)["is_recording"]
    recorder.fill_disk("media", full=False)
    assert warnings(recorder) == "absent"
    first, second = recorder.takes
    assert len(first.dry) == 1
    assert first.dry[0][1] is not None
    assert second.dry == []


def test_a_full_disk_ends_takes_and_refuses_new_ones(recorder: MovieRecorder) -> None:
    recorder.switch(full_disk="take ends", record_on_full_disk="refused")
    plain.command(recorder.url, "record")
    recorder.fill_disk()
    assert not plain.source(recorder.url)["is_recording"]
    status, answer = plain.command(recorder.url, "record")
    assert (status, answer["success"], answer["error"]) == (200, False, "the disk is full")
    recorder.switch(record_on_full_disk="success")
    assert plain.command(recorder.url, "record") == SUCCESS
    assert not plain.source(recorder.url)["is_recording"]
    assert [take.ended_by for take in recorder.takes] == ["full", "full"]


def test_how_a_full_disk_is_told(recorder: MovieRecorder) -> None:
    recorder.fill_disk()
    recorder.set_destinations(SECOND, ["cloud"])
    recorder.switch(full_disk_told="per source")
    assert warnings(recorder) == {FIRST: [FULL]}
    recorder.switch(full_disk_told="not at all")
    assert warnings(recorder) == "absent"


def test_warnings_about_one_source_and_about_none(recorder: MovieRecorder) -> None:
    recorder.warn("media", ["slow"], source=SECOND)
    assert warnings(recorder) == {SECOND: ["slow"]}
    recorder.warn("media", ["hot", "loud"])
    assert warnings(recorder) == {SECOND: ["slow"], "NotRelatedToSource": ["hot", "loud"]}
    recorder.warn("media", source=SECOND)
    assert warnings(recorder) == {"NotRelatedToSource": ["hot", "loud"]}
    assert warnings(recorder, "cloud") == "absent"
    with pytest.raises(ValueError, match="there are media, cloud"):
        recorder.warn("nowhere", ["lost"])


@pytest.mark.parametrize(("position", "told"), [("absent", "absent"), ("empty", {}), ("null", None)])
def test_no_warnings(recorder: MovieRecorder, position: str, told: object) -> None:
    recorder.switch(no_warnings=position)
    assert warnings(recorder) == told


def test_destinations_are_not_listed(recorder: MovieRecorder) -> None:
    recorder.switch(destination_list="empty")
    assert plain.get(recorder.url, "/destinations") == []
    recorder.switch(destination_list="404")
    assert plain.ask(recorder.url, "/destinations")[0] == 404


def test_several_sources_are_paused_at_once(recorder: MovieRecorder) -> None:
    for source in (FIRST, SECOND):
        plain.command(recorder.url, "record", source)
    assert plain.put(recorder.url, "/sources/pause", [FIRST, SECOND]) == SUCCESS
    assert [plain.source(recorder.url, source)["is_paused"] for source in (FIRST, SECOND)] == [True, True]
    assert plain.put(recorder.url, "/sources/resume", [SECOND]) == SUCCESS
    assert [plain.source(recorder.url, source)["is_paused"] for source in (FIRST, SECOND)] == [True, False]
    paused = recorder.takes_of(0)[0].pauses
    assert recorder.takes_of(0)[0].recorded()[0][1] == paused[0][0]


def test_the_truth_is_in_the_remote_state_by_both_clocks(recorder: MovieRecorder) -> None:
    before = time.time()
    plain.command(recorder.url, "record")
    plain.command(recorder.url, "pause")
    plain.command(recorder.url, "resume")
    [take] = plain.get(recorder.url, "/simulator/")["result"]["takes"]
    [[first, paused], [resumed, last]] = take["recorded"]
    assert take["started"] == first < paused <= resumed
    assert last is None
    assert before - 0.5 <= take["began_at"] <= time.time() + 0.5
    plain.command(recorder.url, "stop")
    [ended] = recorder.takes
    assert ended.ended is not None
    assert ended.ended_at is not None
    assert ended.recorded_at()[0][0] == pytest.approx(ended.began_at)
    assert ended.ended_at - ended.began_at == pytest.approx(ended.ended - ended.started, abs=0.5)


def test_what_got_into_a_file() -> None:
    take = Take("s", "A", 10.0)
    take.pause(12.0)
    take.write(13.0, False)
    take.write(13.5, False)
    take.resume(14.0)
    take.write(15.0, True)
    take.write(16.0, True)
    assert take.recorded() == [(10.0, 12.0), (15.0, float("inf"))]
    take.write(18.0, False)
    take.pause(19.0)
    take.end(20.0, "died")
    assert take.recorded() == [(10.0, 12.0), (15.0, 18.0)]
    assert (take.pauses[-1], take.dry[-1]) == ((19.0, 20.0), (18.0, 20.0))
