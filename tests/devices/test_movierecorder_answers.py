"""The shapes of MovieRecorder's answers: what may be absent, and what makes an answer unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.test_movierecorder import JSON, NEW, OLD, SOURCE, recorder
from tests.world.hostile import always_json, http_answer, once
from tests.world.random_json import assert_encodable
from vrmon.catalog import Code
from vrmon.devices.movierecorder.answers import MOST, parse_destinations, parse_schedules, parse_sources
from vrmon.devices.movierecorder.dates import unix_time
from vrmon.errors import BadAnswer
from vrmon.model import Note, Odd, Schedule
from vrmon.net.shape import ShapeError, document


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"enabled_destinations": None}, {"destinations": None}),
        ({"enabled_destinations": []}, {"destinations": ()}),
        ({"recording_start_date": ""}, {"start_date": None}),
        ({"recording_start_date": None}, {"start_date": None}),
        ({"recording_name": None}, {"recording_name": None}),
        ({"recording_name": ""}, {"recording_name": ""}),
        ({"is_locked": None}, {"is_locked": None}),
        ({"is_locked": True}, {"is_locked": True}),
        ({"is_recording": True, "is_paused": True}, {"is_recording": True, "is_paused": True}),
        ({"display_name": "Ü\ud800"}, {"display_name": "Ü?"}),
        ({"is_locked": 0}, {"is_locked": None}),
        ({"recording_name": 7}, {"recording_name": None}),
        ({"recording_start_date": 1795000000}, {"start_date": "1795000000"}),
        ({"recording_start_date": {}}, {"start_date": None}),
        ({"enabled_destinations": {}}, {"destinations": None}),
        ({"enabled_destinations": ["d1"]}, {"destinations": None}),
        ({"enabled_destinations": [{"destination_unique_id": None}]}, {"destinations": None}),
        (
            {"is_recording": True, "recording_end_date": "2026-11-22 18:00:00 +0000"},
            {"end_date": "2026-11-22 18:00:00 +0000", "ends": 1795370400.0},
        ),
        ({"is_recording": True, "recording_end_date": "soon"}, {"end_date": "soon", "ends": None}),
        ({"is_recording": True, "recording_end_date": ""}, {"end_date": None, "ends": None}),
        ({"is_recording": True, "recording_end_date": []}, {"end_date": None, "ends": None}),
        ({"is_recording": False, "recording_end_date": "2026-11-22"}, {"end_date": None, "ends": None}),
        ({"video_format": "720p50"}, {"video_format": "720p50"}),
        ({"video_format": ""}, {"video_format": ""}),
        ({"video_format": None}, {"video_format": ""}),
        ({"video_format": "No Signal"}, {"video_format": ""}),
        ({"video_format": 7}, {"video_format": None}),
    ],
)
def test_what_newer_builds_tell_is_optional(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    sight = parse_sources([{**NEW, **changes}])
    (source,) = sight.seen
    assert (sight.odd, sight.notes) == ((), ())
    assert {key: getattr(source, key) for key in expected} == expected


def test_an_old_build_tells_of_no_picture_and_no_end() -> None:
    (source,) = parse_sources([{**OLD, "is_recording": True}]).seen
    assert (source.video_format, source.end_date, source.ends) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-11-22 18:00:00 +0000", 1795370400.0),
        ("2026-11-22T18:00:00Z", 1795370400.0),
        ("2026-11-22T19:00:00+01:00", 1795370400.0),
        ("2026-11-22T18:00:00.500Z", 1795370400.5),
        ("Sun, 22 Nov 2026 18:00:00 GMT", 1795370400.0),
        (1795370400, 1795370400.0),
        (1795370400000, 1795370400.0),
        ("2026-11-22 18:00:00", datetime(2026, 11, 22, 18).timestamp()),
        ("2026-11-22", datetime(2026, 11, 22).timestamp()),
    ],
)
def test_a_date_is_read_in_whatever_form_it_comes(told: object, expected: float) -> None:
    assert unix_time(told) == expected


@pytest.mark.parametrize(
    "told", ["", "soon", "2026-13-45", True, None, {}, 1e300, -1e300, "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_date_is_none(told: object) -> None:
    assert unix_time(told) is None


def test_the_schedule_as_far_as_it_is_told_well() -> None:
    weekly = {
        "unique_id": "A",
        "name": "REHEARSAL",
        "source_unique_id": SOURCE,
        "is_enabled": True,
        "stopped_by_user": True,
        "weekly_repeated": True,
        "recording_days": [0, 3],
        "date": "",
        "start_time": 1200,
        "duration": 90,
    }
    once_only = {**weekly, "unique_id": "B", "weekly_repeated": False, "date": 1795370400}
    odd: list[object] = [
        None,
        {**weekly, "is_enabled": False},
        {**weekly, "start_time": None},
        {**weekly, "duration": -1},
        {**weekly, "duration": 1e9},
        {**weekly, "unique_id": ""},
        {**weekly, "source_unique_id": None},
    ]
    assert parse_schedules([weekly, *odd, once_only, {**weekly, "recording_days": None, "name": 7}]) == (
        Schedule("A", "REHEARSAL", SOURCE, 1200, 90, (0, 3), is_stopped=True),
        Schedule("B", "REHEARSAL", SOURCE, 1200, 90, (), 1795370400.0, is_stopped=True),
        Schedule("A", "", SOURCE, 1200, 90, (), is_stopped=True),
    )


@pytest.mark.parametrize("told", [(True, False), (False, True)])
def test_a_source_that_is_told_to_record_and_not_to_is_odd(told: tuple[bool, bool]) -> None:
    twice = ", ".join(f'"is_recording": {json.dumps(one)}' for one in told)
    entry = json.dumps({**OLD, "unique_id": "B", "is_recording": None})
    entry = entry.replace('"is_recording": null', twice)
    sight = parse_sources(document(f"[{json.dumps(OLD)}, {entry}]".encode()))
    why = "[1].is_recording: true or false is expected, not two values that differ"
    assert ([one.unique_id for one in sight.seen], sight.odd) == ([OLD["unique_id"]], (Odd(1, "B", why),))


@pytest.mark.parametrize(
    ("entry", "unique_id", "why"),
    [
        (None, None, "[1]: an object is expected, not null"),
        ({**NEW, "unique_id": None}, None, "[1].unique_id: a string that is not empty is expected, not null"),
        (
            {**NEW, "unique_id": 0},
            None,
            "[1].unique_id: a string that is not empty is expected, not a number",
        ),
        (
            {**NEW, "unique_id": ""},
            None,
            "[1].unique_id: a string that is not empty is expected, not an empty",
        ),
        ({**NEW, "unique_id": "\udfff"}, None, "[1].unique_id: a surrogate without its other half"),
        ({**NEW, "is_recording": None}, SOURCE, "[1].is_recording: true or false is expected, not null"),
        ({**NEW, "is_recording": "false"}, SOURCE, "[1].is_recording: true or false is expected, not a str"),
        ({**NEW, "is_paused": None}, SOURCE, "[1].is_paused: true or false is expected, not null"),
        ({**NEW, "unique_id": "first"}, "first", "[1]: the same unique_id as [0]"),
    ],
)
def test_one_odd_source_costs_only_itself(entry: object, unique_id: str | None, why: str) -> None:
    first, third = {**NEW, "unique_id": "first"}, {**NEW, "unique_id": "third"}
    with recorder(always_json([first, entry, third])) as (dvr, _):
        sight = dvr.sources()
    assert [source.unique_id for source in sight.seen] == ["first", "third"]
    (odd,) = sight.odd
    assert (odd.place, odd.handle) == (1, unique_id)
    assert odd.why.startswith(why)


@pytest.mark.parametrize("others", [[{**NEW, "is_recording": True}], [NEW, {**NEW, "is_paused": None}]])
def test_a_source_that_is_told_in_two_ways_is_not_known(others: list[dict[str, Any]]) -> None:
    sight = parse_sources([{**NEW, "unique_id": "first"}, NEW, *others])
    assert [source.unique_id for source in sight.seen] == ["first"]
    assert [(odd.place, odd.handle) for odd in sight.odd] == [
        (1 + number, SOURCE) for number in range(1 + len(others))
    ]
    assert sight.odd[0].why == f"[1]: the same unique_id as [{1 + len(others)}], and another state"


@pytest.mark.parametrize(
    ("changes", "expected", "why"),
    [
        ({"display_name": None}, {"display_name": ""}, "[0].display_name: a string is expected, not null"),
        ({"is_enabled": 1}, {"is_enabled": True}, "[0].is_enabled: true or false is expected, not a number"),
    ],
)
def test_what_no_channel_needs_to_record_is_told_of_and_costs_nothing(
    changes: dict[str, Any], expected: dict[str, Any], why: str
) -> None:
    sight = parse_sources([{**NEW, **changes}])
    (source,) = sight.seen
    assert {key: getattr(source, key) for key in expected} == expected
    assert (sight.odd, sight.notes) == ((), (Note(Code.ODD_ANSWER, why),))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "the answer: an array is expected, not null"),
        ({"error": "busy"}, "the answer: an array is expected, not an object"),
        ([{"error": "busy"}], "[0].unique_id: a string that is not empty is expected, not null"),
        ([{**NEW, "is_recording": None}, None], "[0].is_recording: true or false is expected, not null"),
    ],
)
def test_what_tells_nothing_well_is_no_observation(answer: object, why: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_sources(answer)
    assert str(caught.value) == why


def test_more_sources_than_are_read() -> None:
    sight = parse_sources([{**NEW, "unique_id": str(number)} for number in range(20_000)])
    assert len(sight.seen) == MOST
    assert sight.odd == (Odd(MOST, None, f"[{MOST}]: this entry and those behind it are not read"),)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"unique_id": "b", "name": None, "warning_messages": ["slow"]}, [("b", "b", ("slow",))]),
        ({"unique_id": "b", "name": ""}, [("b", "b", ())]),
        ({"unique_id": "b"}, [("b", "b", ())]),
        ({"unique_id": None, "name": "B"}, []),
        ({"name": "B"}, []),
        ("b", []),
        (None, []),
    ],
)
def test_a_destination_that_is_told_oddly_hides_no_other(entry: object, found: list[object]) -> None:
    full = {"unique_id": "a", "name": "A", "warning_messages": {"NotRelatedToSource": ["Disk full"]}}
    last = {"unique_id": "c", "name": "C"}
    told = [(one.unique_id, one.name, one.warnings) for one in parse_destinations([full, entry, last])]
    assert told == [("a", "A", ("Disk full",)), *found, ("c", "C", ())]


@given(
    JSON
    | st.lists(st.fixed_dictionaries({key: JSON | st.just(value) for key, value in NEW.items()}), max_size=3)
)
def test_random_json_has_a_shape_or_an_error_of_shape(value: object) -> None:
    parsers: tuple[Callable[[object], object], ...] = (parse_sources, parse_destinations, parse_schedules)
    for parse in parsers:
        try:
            assert_encodable(parse(document(json.dumps(value).encode())))
        except ShapeError as error:
            str(error).encode("utf-8")


@pytest.mark.parametrize("depth", [500, 960, 990, 3000, 150_000])
def test_warnings_nested_however_deeply(depth: int) -> None:
    warnings = b"[" * depth + b'"x"' + b"]" * depth
    body = b'[{"unique_id": "D", "name": "", "warning_messages": ' + warnings + b"}]"
    with recorder(once(http_answer(body))) as (dvr, _):
        try:  # where between the two it becomes too deep is Python's affair
            assert dvr.destinations()[0].warnings == ("x",)
            assert depth < 1000
        except BadAnswer as error:
            assert depth > 800
            assert "nested too deeply" in str(error)
