"""The house: in plan/ a time is compared through the moment, which remembers it, and nowhere else."""

from __future__ import annotations

import ast

import pytest

from tests.world.modules import MODULES

PLAN = [name for name in MODULES if name == "vrmon.plan" or name.startswith("vrmon.plan.")]


def compared(tree: ast.AST) -> list[int]:
    """The lines in which `now`, somebody's or as it is, is compared with anything."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(_is_now(one) for one in ast.walk(node))
    ]


def _is_now(node: ast.AST) -> bool:
    return getattr(node, "attr", None) == "now" or getattr(node, "id", None) == "now"


@pytest.mark.parametrize("name", [name for name in PLAN if name != "vrmon.plan.moment"])
def test_no_time_is_compared_with_now_but_through_the_moment(name: str) -> None:
    assert compared(MODULES[name]) == []


def test_the_moment_is_what_compares() -> None:
    assert compared(MODULES["vrmon.plan.moment"])


@pytest.mark.parametrize("text", ["now > t", "t + 5 <= self.now", "a < site.moment.now - b", "not now >= t"])
def test_such_a_comparison_is_found(text: str) -> None:
    assert compared(ast.parse(text)) == [1]


@pytest.mark.parametrize("text", ["Attempt(verb, sent=now)", "since = moment.now", "moment.passed(t, 5)"])
def test_a_now_that_is_stored_is_none(text: str) -> None:
    assert compared(ast.parse(text)) == []
