"""The letters in which the simulated MovieRecorder shows a name, and what it calls a take that was split."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from tests.world import plain
from vrmon.simulator import MovieRecorder

FIRST, SECOND = "4XT00292 - 0", "4XT00292 - 1"
SUCCESS = (200, {"success": True})


@pytest.mark.parametrize(
    ("position", "given", "shown"),
    [
        ("as given", "Nachrichten für Zürich", "Nachrichten für Zürich"),
        ("latin-1", "Nachrichten für Zürich", "Nachrichten fÃ¼r ZÃ¼rich"),
        ("question marks", "Nachrichten für Zürich", "Nachrichten f?r Z?rich"),
        ("underscores", "НОВОСТИ 1", "_______ 1"),
        ("transliterated", "Nachrichten für Zürich", "Nachrichten fuer Zuerich"),
        ("transliterated", "ЩИ и Ёж é ßЖ 日", "ShchI i Ezh e ssZh ?"),
        ("decomposed", "Zürich", "Zu\u0308rich"),
        ("prefixed", "SHOW", "Io4K - 0 - 1 - SHOW"),
    ],
)
def test_the_letters_of_a_name(recorder: MovieRecorder, position: str, given: str, shown: str) -> None:
    recorder.switch(name_shown=position)
    plain.name(recorder.url, given)
    assert plain.source(recorder.url)["recording_name"] == shown
    recorder.switch(name_shown_while="recording")
    assert plain.source(recorder.url)["recording_name"] == given
    plain.command(recorder.url, "record")
    assert plain.source(recorder.url)["recording_name"] == shown
    assert recorder.files == [given]


@pytest.mark.parametrize(
    ("position", "shown", "files"),
    [
        ("kept", ["LONG", "LONG"], ["LONG", "LONG 1", "LONG 2"]),
        ("suffixed", ["LONG-1", "LONG-2"], ["LONG", "LONG-1", "LONG-2"]),
        ("reset", ["Backup 1", "Backup 1"], ["LONG", "Backup 1", "Backup 1 1"]),
    ],
)
def test_the_name_after_a_split(
    recorder: MovieRecorder, position: str, shown: list[str], files: list[str]
) -> None:
    recorder.switch(split_name=position, name_after_stop="reset")
    plain.name(recorder.url, "LONG")
    plain.command(recorder.url, "record")
    for name in shown:
        assert plain.command(recorder.url, "manual_split") == SUCCESS
        source = plain.source(recorder.url)
        assert (source["is_recording"], source["recording_name"]) == (True, name)
    assert recorder.files == files
    first, second, third = recorder.takes
    assert (first.ended, second.ended, third.ended) == (second.started, third.started, None)
    assert [(take.whole, take.part) for take in recorder.takes] == [(0, 0), (0, 1), (0, 2)]


def test_a_name_for_the_next_take_is_taken_by_the_next_file(recorder: MovieRecorder) -> None:
    recorder.switch(name_while_recording="next", split_name="suffixed")
    plain.name(recorder.url, "A")
    plain.command(recorder.url, "record")
    plain.name(recorder.url, "B")
    plain.command(recorder.url, "manual_split")
    plain.command(recorder.url, "manual_split")
    assert recorder.files == ["A", "B", "B-2"]


@pytest.mark.parametrize("position", ["new", "kept"])
def test_the_date_after_a_split(recorder: MovieRecorder, position: str) -> None:
    recorder.switch(split_date=position)
    plain.command(recorder.url, "record")
    date = plain.source(recorder.url)["recording_start_date"]
    recorder.wait_until(lambda: int(time.time()) > int(recorder.takes[0].began_at))
    plain.command(recorder.url, "manual_split")
    assert (plain.source(recorder.url)["recording_start_date"] == date) is (position == "kept")


def test_a_split_seems_idle_for_a_moment(recorder: MovieRecorder) -> None:
    for source, idle in ((FIRST, 3600), (SECOND, 0.3)):
        recorder.switch(source, split_idle=idle)
        plain.command(recorder.url, "record", source)
        plain.command(recorder.url, "manual_split", source)
    shown = plain.source(recorder.url)
    assert (shown["is_recording"], shown["recording_start_date"]) == (False, "")
    recorder.wait_until(lambda: plain.source(recorder.url, SECOND)["is_recording"])
    began, split = (take.started for take in recorder.takes_of(SECOND))
    assert time.monotonic() >= split + 0.3
    assert recorder.gaps(SECOND, began, time.monotonic()) == []


def test_a_take_is_split_by_itself(recorder: MovieRecorder) -> None:
    recorder.switch(0, split_after=0.2, split_name="suffixed")
    plain.name(recorder.url, "LONG")
    for source in (FIRST, SECOND):
        plain.command(recorder.url, "record", source)
    recorder.wait_until(lambda: plain.source(recorder.url)["recording_name"] >= "LONG-2")
    plain.command(recorder.url, "stop")
    takes = recorder.takes_of(0)
    assert [take.name for take in takes[:3]] == ["LONG", "LONG-1", "LONG-2"]
    assert all(later.started == pytest.approx(sooner.started + 0.2) for sooner, later in pairwise(takes))
    assert len(recorder.takes_of(1)) == 1
    assert takes[-1].ended_by == "remote"


def test_a_take_that_was_split_dies_as_a_whole(recorder: MovieRecorder) -> None:
    recorder.switch(take_dies_after=0.3, split_after=0.2)
    plain.command(recorder.url, "record")
    recorder.wait_until(lambda: not plain.source(recorder.url)["is_recording"])
    first, second = recorder.takes
    assert second.ended == pytest.approx(first.started + 0.3)
    assert second.ended_by == "died"


def test_an_operator_splits(recorder: MovieRecorder) -> None:
    recorder.split_by_hand(FIRST)
    recorder.record_by_hand(FIRST, "MINE")
    recorder.split_by_hand(FIRST)
    assert plain.source(recorder.url)["is_recording"]
    assert [(take.name, take.part, take.ended_by) for take in recorder.takes] == [
        ("MINE", 0, "split"), ("MINE 1", 1, None)
    ]  # fmt: skip


def test_splitting_is_refused(recorder: MovieRecorder) -> None:
    recorder.switch(splitting="refused")
    plain.command(recorder.url, "record")
    status, answer = plain.command(recorder.url, "manual_split")
    assert (status, answer["success"]) == (200, False)
    assert len(recorder.takes) == 1
