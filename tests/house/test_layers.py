"""The house: a folder imports only from below, nothing goes in a circle, each library has its place."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter

import pytest

from tests.world.modules import CALLED, MODULES, imports, names_of_ours

ORDER = (
    "errors text files",
    "catalog traits",
    "settings",
    "model",
    "plan net simulator",
    "views devices",
    "workers",
    "config",
    "state api pair",
    "history",
    "daemon",
    "alarm",
    "cli",
    "demo __main__",
)
"""The names at the top of vrmon, from the bottom to the top; in a row nobody knows of another."""

PURE = (
    "vrmon.catalog",
    "vrmon.errors",
    "vrmon.model",
    "vrmon.plan",
    "vrmon.settings",
    "vrmon.text",
    "vrmon.traits",
    "vrmon.views",
)
KINDS = sorted(name for name, file in CALLED.items() if file.match("vrmon/devices/*/__init__.py"))
PURE_FILES = {*KINDS, "vrmon.devices", "vrmon.devices.contract", "vrmon.devices.keys"}
PURE_FILES |= {f"{kind}.names" for kind in KINDS}
"""What a kind of device says of itself is as pure as the planner that asks it; its driver is not."""
PURE_FILES |= {
    f"vrmon.alarm.{name}"
    for name in (
        "addressing",
        "condition",
        "deciding",
        "grouping",
        "hours",
        "incident",
        "kept",
        "letters",
        "message",
        "recollection",
        "silence",
    )
}
PURE_FILES |= {"vrmon.alarm.eyes.grey", "vrmon.alarm.eyes.sight"}
"""What people are to be told, and when; how it reaches them is not."""

HARMLESS = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "itertools",
    "math",
    "pathlib",
    "re",
    "string",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
}
CLOCKS = {"now", "today", "utcnow", "open", "print", "input", "uuid1", "uuid4"}

PLACES = {
    "requests": ("vrmon.net.client", "vrmon.cli.vrmond", "vrmon.alarm.inquiry", "vrmon.alarm.by_web"),
    "urllib3": ("vrmon.net",),
    "aiohttp": ("vrmon.api", "vrmon.simulator"),
    "tomlkit": ("vrmon.config", "vrmon.cli.address"),
    "prometheus_client": ("vrmon.api.prometheus",),
    "sdnotify": ("vrmon.daemon.systemd",),
    "systemd": ("vrmon.daemon.systemd", "vrmon.daemon.journal"),
    "rich": ("vrmon.cli", "vrmon.demo"),
    "websocket": ("vrmon.devices.obs",),
    "sqlite3": ("vrmon.history",),
    "PIL": ("vrmon.alarm.eyes.decoder",),
    "jinja2": ("vrmon.cli.reports.web",),
}


def _part(module: str) -> str:
    """The name at the top of vrmon that it belongs to; "" for vrmon itself, which holds the version."""
    return module.partition(".")[2].partition(".")[0]


def _within(module: str, places: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{place}.") for place in places)


def _is_pure(module: str) -> bool:
    return module in PURE_FILES or _within(module, PURE)


def test_at_the_top_lie_few_names() -> None:
    assert len({_part(module) for module in MODULES} - {"", "__main__"} | {"page"}) <= 23


@pytest.mark.parametrize("module", [name for name in MODULES if name != "vrmon"])
def test_a_folder_imports_only_from_below(module: str) -> None:
    def row(part: str) -> int:
        rows = [number for number, row in enumerate(ORDER) if part in row.split()]
        assert len(rows) == 1, f"{module} needs one place in ORDER"
        return rows[0]

    for name in names_of_ours(module):
        if _part(name) != _part(module):
            assert row(_part(name)) < row(_part(module)), f"{module} imports {name}"


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {name: set(names_of_ours(name)) - {name} for name in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names them


@pytest.mark.parametrize("folder", sorted({name.rpartition(".")[0] for name in MODULES} - {""}))
def test_no_folders_import_each_other_in_a_circle(folder: str) -> None:
    def member(module: str) -> str | None:
        """The file or folder right inside `folder` that the module is in."""
        head = f"{folder}."
        return module.removeprefix(head).partition(".")[0] if module.startswith(head) else None

    graph: dict[str, set[str]] = {}
    for module in MODULES:
        here = member(module)
        if here is not None:
            there = {member(name) for name in names_of_ours(module)} - {None, here}
            graph.setdefault(here, set()).update(one for one in there if one is not None)
    TopologicalSorter(graph).prepare()


def test_no_two_modules_share_a_name() -> None:
    """But for what every folder of its kind has, and a command with what it calls."""
    alike = {"__init__", "__main__", "driver", "answers", "names"}
    commands = {name for name in MODULES if name.startswith("vrmon.cli.commands.")}
    stems = Counter(file.stem for name, file in CALLED.items() if name not in commands)
    assert [stem for stem, times in stems.items() if times > 1 and stem not in alike] == []


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_imported_in_its_place_only(library: str) -> None:
    users = [name for name in MODULES if any(one.partition(".")[0] == library for one in imports(name))]
    assert users == [name for name in users if _within(name, PLACES[library])]
    assert users, f"nobody imports {library} any more"


@pytest.mark.parametrize("module", [name for name in MODULES if _is_pure(name)])
def test_what_is_pure_knows_no_clock_no_thread_and_no_io(module: str) -> None:
    foreign = {one.partition(".")[0] for one in imports(module)} - {"vrmon"}
    assert foreign <= HARMLESS
    for name in names_of_ours(module):
        assert _is_pure(name), f"{module} imports {name}"
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    called = {one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in calls}
    assert not called & CLOCKS
