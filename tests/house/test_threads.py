"""The house: only the loop writes its memory, and what crosses threads or outlives a round is frozen."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import pytest

from tests.world.modules import MODULES
from vrmon.daemon.loop import Loop
from vrmon.views.round import Round

PLAIN = (str, int, float, bool, bytes, NoneType)
HANDED_OVER = ("deliver", "observed")
"""What the functions are called that a device's threads hand their values to."""


def _is_frozen(kind: Any, above: tuple[Any, ...] = ()) -> bool:
    """Whether no value of this type can be changed by whoever has it. `above`: the types it is a part of."""
    origin, within = get_origin(kind), [one for one in get_args(kind) if one is not Ellipsis]
    if origin in (tuple, frozenset, Mapping, Union, UnionType):
        return all(_is_frozen(one, above) for one in within)
    kind = origin or kind
    if isinstance(kind, TypeVar) or kind in PLAIN or kind in above or issubclass(kind, Enum):
        return True
    if issubclass(kind, tuple):
        return all(_is_frozen(one, above) for one in get_type_hints(kind).values())
    parameters = getattr(kind, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        return False
    hints = get_type_hints(kind)
    fields = (hints[one.name] for one in dataclasses.fields(kind))
    return all(_is_frozen(one, (*above, kind)) for one in [*fields, *within])


def _handed_over() -> Iterator[tuple[str, Any]]:
    """What each function of vrmon.workers hands over from a thread: its name, and the type."""
    for name in MODULES:
        if not name.startswith("vrmon.workers."):
            continue
        for _, one in inspect.getmembers(import_module(name)):
            if not (inspect.isclass(one) or inspect.isfunction(one)) or one.__module__ != name:
                continue
            function = one.__init__ if inspect.isclass(one) else one
            for argument, hint in get_type_hints(function).items():
                if argument in HANDED_OVER:
                    values, _ = get_args(hint)
                    yield from ((f"{name}.{one.__name__}", value) for value in values)


def test_nobody_but_the_loop_writes_its_memory() -> None:
    memory: Any = vars(Loop)["memory"]
    assert isinstance(memory, property)
    assert memory.fset is None
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
                assert is_own or node.attr not in ("memory", "_memory"), f"{name}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "setattr", f"{name}:{node.lineno}"


def test_what_crosses_threads_is_frozen() -> None:
    found = list(_handed_over())
    assert {name for name, _ in found} >= {
        "vrmon.workers.poller.Poller",
        "vrmon.workers.worker.command",
        "vrmon.workers.pictures.Pictures",
        "vrmon.workers.device.ask_destinations",
    }
    assert [f"{name} hands over {kind}" for name, kind in found if not _is_frozen(kind)] == []


def test_what_a_round_came_to_is_frozen() -> None:
    assert _is_frozen(Round)


@pytest.mark.parametrize("kind", [list[int], dict[str, int], Callable[[], None], tuple[list[int], ...], Loop])
def test_what_can_be_changed_does_not_pass_for_frozen(kind: Any) -> None:
    assert not _is_frozen(kind)
