"""The house: a code, a severity, a phase, a verb is a member of its enum, and never a literal."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.world.modules import MODULES
from vrmon.catalog import ROWS, Code, Remedy, Severity, Text, Wait, fill, names, needs
from vrmon.model import Phase, Verb

PLACES = (
    "vrmon.plan",
    "vrmon.views",
    "vrmon.daemon",
    "vrmon.workers",
    "vrmon.api",
    "vrmon.cli",
    "vrmon.alarm",
)
WORDS = {word.value for kind in (Code, Severity, Phase, Verb) for word in kind}
KEYS = {"recording", "started"}
"""Keys of a document that bear the name of something else."""
READERS = {"text", "number", "part", "parts", "moment", "seconds_since"}
"""The functions that read a key of a document."""
ASKED = {"vrmon.api", "vrmon.cli"}
"""Where a stop is what a person asks for. It is a verb where a device is told so."""


def _folder(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _literals(tree: ast.Module) -> Iterator[ast.Constant]:
    keys: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys.update(id(key) for key in node.keys)
        if isinstance(node, ast.Subscript):
            keys.add(id(node.slice))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in READERS:
            keys.update(id(argument) for argument in node.args)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not (id(node) in keys and node.value in KEYS):
            yield node


@pytest.mark.parametrize("module", [name for name in MODULES if _folder(name) in PLACES])
def test_a_word_is_never_a_literal(module: str) -> None:
    words = WORDS - {Verb.STOP.value} if _folder(module) in ASKED else WORDS
    found = [(one.lineno, one.value) for one in _literals(MODULES[module]) if one.value in words]
    assert found == []


def test_every_code_has_its_row() -> None:
    assert set(ROWS) == set(Code)


def test_a_row_tells_the_first_text_whose_facts_are_there_and_leaves_out_what_is_empty() -> None:
    """What the words of every row rest on."""
    row = ROWS[Code.TAKE_DIED]
    assert row.message({"lost": "A", "recorder": "it", "remedy": "Look."}) == (
        "The take 'A' has ended by itself; vrmon starts the next one."
    )
    assert fill("a[ {b}][ {c}]", {"b": "", "c": 0}) == "a 0"
    assert fill("{gone}", {}) == "?", "a word that is missing stops nothing"
    assert names("{a!r} {b}") == {"a", "b"}
    assert needs(Text("{a}[ {b}]", "{c}")) == {"a", "c"}


@pytest.mark.parametrize("phrase", [*Remedy, *Wait])
def test_a_phrase_asks_for_what_a_row_may_ask_for(phrase: str) -> None:
    assert names(phrase) <= {"recorder", "medium", "primary", "dvr"}
