"""Half a surrogate pair never leaves the API: no encoding can carry it, and clients choke on it."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vrmon.api.answers import encode
from vrmon.api.control import _text

TEXTS = st.text(
    st.sampled_from(["\ud83d", "\ude00", "\U0001f600", "\\", "u", "d", "8", "0", '"', "ü"]), max_size=12
)


@given(TEXTS)
@example("\\\ud800")
@example("\\ud800")
@example("\ud83d\U0001f600\ude00")
def test_half_a_pair_is_a_question_mark_and_the_rest_is_as_it_was(text: str) -> None:
    told = json.loads(encode({"name": text}))["name"]
    told.encode("utf-8")
    assert told == json.loads(json.dumps(text)).encode("utf-8", "replace").decode("utf-8")


@pytest.mark.parametrize("key", ["reason", "by"])
def test_what_a_person_gives_as_well(key: str) -> None:
    assert _text({key: "re\ud83dhearsal \U0001f600"}, key) == "re?hearsal \U0001f600"
