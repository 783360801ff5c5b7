"""The shapes of MovieRecorder's answers: what may be absent, and what makes an answer unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.test_movierecorder import JSON, NEW, recorder
from tests.world.hostile import http_answer, once
from vrmon.devices.movierecorder.answers import parse_destinations, parse_sources
from vrmon.errors import BadAnswer
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
    ],
)
def test_what_newer_builds_tell_is_optional(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    (source,) = parse_sources([{**NEW, **changes}])
    assert {key: getattr(source, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"unique_id": None}, "[1].unique_id: a string that is not empty is expected, not null"),
        ({"unique_id": 0}, "[1].unique_id: a string that is not empty is expected, not a number"),
        ({"unique_id": ""}, "[1].unique_id: a string that is not empty is expected, not an empty string"),
        ({"unique_id": "\udfff"}, "[1].unique_id: a surrogate without its other half"),
        ({"display_name": None}, "[1].display_name: a string is expected, not null"),
        ({"is_enabled": 1}, "[1].is_enabled: true or false is expected, not a number"),
        ({"is_recording": None}, "[1].is_recording: true or false is expected, not null"),
        ({"is_recording": "false"}, "[1].is_recording: true or false is expected, not a string"),
        ({"is_paused": None}, "[1].is_paused: true or false is expected, not null"),
        ({"unique_id": "first"}, "two sources have the same unique_id"),
    ],
)
def test_one_malformed_source_makes_the_whole_answer_unknown(changes: dict[str, Any], text: str) -> None:
    answer = [{**NEW, "unique_id": "first"}, {**NEW, **changes}]
    with pytest.raises(ShapeError) as caught:
        parse_sources(answer)
    assert str(caught.value) == text


@given(
    JSON
    | st.lists(st.fixed_dictionaries({key: JSON | st.just(value) for key, value in NEW.items()}), max_size=3)
)
def test_random_json_has_a_shape_or_an_error_of_shape(value: object) -> None:
    parsers: tuple[Callable[[object], object], ...] = (parse_sources, parse_destinations)
    for parse in parsers:
        try:
            repr(parse(document(json.dumps(value).encode()))).encode("utf-8")
        except ShapeError as error:
            str(error).encode("utf-8")


@pytest.mark.parametrize("depth", [500, 960, 990, 3000, 200_000])
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
