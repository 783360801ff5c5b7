"""Any JSON that a device might send, with the keys that matter more often than chance would have it."""

from __future__ import annotations

from hypothesis import strategies as st


def random_json(*keys: str) -> st.SearchStrategy[object]:
    names = st.sampled_from(keys) | st.text(max_size=5)
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=20,
    )
