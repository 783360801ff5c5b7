"""The lines of keys: right wherever TOML lets a key stand."""

from __future__ import annotations

import tomlkit
import tomlkit.exceptions
from hypothesis import given, reject
from hypothesis import strategies as st

from vrmon.config.layout import KeyPath, Layout

EVERY_FORM = r"""# a comment with [brackets] and = signs
top = 1
dotted.one = 2
dotted . "two" = 3

[a] # a comment
x = '''
y = 1
[b]
''' # the end
y = [ # of an array
  1, 2,

  { inner = "}", other = [3] },
]
z = '''
[[c]]''''
"quo.ted" = 'a "literal" #'
"\u0041\"" = 1979-05-27 07:32:00 # when
[[c]]
name = 1
[c.sub]
x = 1
[[c]]
[[c.more]]
x = 2
[ d . e ]
f = {g = {h = 1}, 'i' = "]"}
[[c]]
[c.sub]
x.y = 3"""


def test_every_form_of_a_key() -> None:
    layout = Layout(EVERY_FORM)
    expected: dict[KeyPath, int] = {
        ("top",): 2,
        ("dotted",): 3,
        ("dotted", "one"): 3,
        ("dotted", "two"): 4,
        ("a",): 6,
        ("a", "x"): 7,
        ("a", "y"): 11,
        ("a", "y", 0): 12,
        ("a", "y", 1): 12,
        ("a", "y", 2): 14,
        ("a", "y", 2, "inner"): 14,
        ("a", "y", 2, "other", 0): 14,
        ("a", "z"): 16,
        ("a", "quo.ted"): 18,
        ("a", 'A"'): 19,
        ("c",): 20,
        ("c", 0, "name"): 21,
        ("c", 0, "sub", "x"): 23,
        ("c", 1): 24,
        ("c", 1, "more", 0): 25,
        ("c", 1, "more", 0, "x"): 26,
        ("d", "e"): 27,
        ("d", "e", "f", "g", "h"): 28,
        ("d", "e", "f", "i"): 28,
        ("c", 2): 29,
        ("c", 2, "sub", "x", "y"): 31,
    }
    assert {path: layout.line(path) for path in expected} == expected
    assert set(layout.values) | {(), *layout.tables} >= set(_leaves(tomlkit.parse(EVERY_FORM).unwrap()))


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    layout = Layout("[a]\nx = 1\n[[c]]\n[[c]]\n")
    assert [layout.line(path) for path in (("a", "y"), ("c", 1, "y"), ("b", "y"))] == [1, 4, 1]


def test_values_lie_between_their_offsets() -> None:
    text = "[a]\nx = 1979-05-27 07:32:00  # when\ny = 'b'\r\nz = [1,\n 2] # two\n"
    layout = Layout(text)
    assert {path[1]: text[start:end] for path, (start, end) in layout.values.items() if len(path) == 2} == {
        "x": "1979-05-27 07:32:00",
        "y": "'b'",
        "z": "[1,\n 2]",
    }
    assert text[layout.tables["a",] :] == "\n"


def _leaves(value: object, path: KeyPath = ()) -> list[KeyPath]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*path, index))]
    return [path]


KEYS = st.text(min_size=1, max_size=4)
SCALARS = st.integers(-9, 9) | st.booleans() | st.text(st.sampled_from("ab\"'\\\n[]{}=#, ."), max_size=6)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_value_that_tomlkit_writes_is_found_at_its_place(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    # What the text says: tomlkit 0.11 writes some documents as others.
    try:
        written = tomlkit.parse(text).unwrap()
    except tomlkit.exceptions.TOMLKitError:
        reject()  # and some as what it cannot read itself
    layout = Layout(text)
    assert layout.stopped_line is None
    for path in _leaves(written):
        start, end = layout.values[path]
        wanted: object = written
        for part in path:
            wanted = wanted[part]  # type: ignore[index]
        assert tomlkit.parse(f"x = {text[start:end]}").unwrap()["x"] == wanted
        assert layout.line(path) <= text.count("\n", 0, start) + 1


@given(st.text(st.sampled_from("ab\"'\\\n[]{}=#, .1"), max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    assert 1 <= Layout(text).line(("a", 0, "b")) <= text.count("\n") + 1
