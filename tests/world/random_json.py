"""Any JSON that a device might send, with the keys that matter more often than chance would have it."""

from __future__ import annotations

import json

from hypothesis import strategies as st


def random_json(*keys: str) -> st.SearchStrategy[object]:
    names = st.sampled_from(keys) | st.text(max_size=5)
    halves = st.text(st.sampled_from("ü\ud83d\ude00"), min_size=1, max_size=3)
    texts = st.text(max_size=9) | halves
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=20,
    )


def assert_encodable(value: object) -> None:
    """Fails where half a surrogate pair is in it, at whatever depth."""
    json.dumps(value, default=vars, ensure_ascii=False).encode("utf-8")
