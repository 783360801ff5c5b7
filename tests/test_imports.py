"""The import rule: a module imports only from those below it, and each library has its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ORDER = (
    "errors model settings histogram words images catalog clock disk lanes systemd simulator",
    "backend journal poller devices config state plan",
    "worker status events remember metrics inforce",
    "gauges chronicle troubles api cli",
    "watched doors demo",
    "loop destinations pictures",
    "measures offers",
    "service",
    "host",
    "daemon __main__",
)
"""The modules and packages of vrmon, from the bottom to the top; in a row nobody knows of another."""

PURE = ("errors", "model", "settings", "histogram", "words", "plan", "status", "events", "remember")
HARMLESS = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "pathlib",
    "re",
    "typing",
    "unicodedata",
    "urllib",
}
CLOCKS = {"now", "today", "utcnow", "open", "print", "input"}

PLACES = {
    "requests": ("vrmon.devices.http", "vrmon.cli.client"),
    "urllib3": ("vrmon.devices", "vrmon.cli.unix"),
    "aiohttp": ("vrmon.api", "vrmon.simulator"),
    "tomlkit": ("vrmon.config", "vrmon.cli.where"),
    "prometheus_client": ("vrmon.metrics",),
    "sdnotify": ("vrmon.systemd",),
    "systemd": ("vrmon.systemd", "vrmon.journal"),
    "rich": ("vrmon.cli", "vrmon.demo"),
}


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(file): ast.parse(file.read_text()) for file in sorted((ROOT / "vrmon").rglob("*.py"))}


def _imports(module: str) -> Iterator[str]:
    """What it imports, a submodule by its full name, wherever in the module the import stands."""
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module or ""


def _part(module: str) -> str:
    """The module or package of ORDER that it belongs to; "" for vrmon itself, which holds the version."""
    return module.partition(".")[2].partition(".")[0]


def _row(module: str) -> int:
    part = _part(module)
    rows = [number for number, row in enumerate(ORDER) if part in row.split()]
    assert len(rows) == 1, f"{module} needs one place in ORDER"
    return rows[0]


@pytest.mark.parametrize("module", [name for name in MODULES if name != "vrmon"])
def test_a_module_imports_only_from_those_below_it(module: str) -> None:
    for name in _imports(module):
        if name.startswith("vrmon.") and _part(name) != _part(module):
            assert _row(name) < _row(module), f"{module} imports {name}"


def test_no_two_modules_import_each_other() -> None:
    graph = {name: {one for one in _imports(name) if one in MODULES and one != "vrmon"} for name in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names them


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_imported_in_its_place_only(library: str) -> None:
    users = [name for name in MODULES if any(one.partition(".")[0] == library for one in _imports(name))]
    allowed = [name for name in users if any(f"{name}.".startswith(f"{place}.") for place in PLACES[library])]
    assert users == allowed
    assert users, f"nobody imports {library} any more"


@pytest.mark.parametrize("module", [name for name in MODULES if _part(name) in PURE])
def test_what_is_pure_knows_no_clock_no_thread_and_no_io(module: str) -> None:
    foreign = {one.partition(".")[0] for one in _imports(module)} - {"vrmon"}
    assert foreign <= HARMLESS
    for name in _imports(module):
        assert not name.startswith("vrmon.") or _part(name) in PURE, f"{module} imports {name}"
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    called = {one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in calls}
    assert not called & CLOCKS
