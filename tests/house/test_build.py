"""What the package's own build tries: nothing whose verdict hangs on how busy the machine is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAITING = {"asyncio", "concurrent", "http", "multiprocessing", "queue", "requests", "select", "selectors"}
WAITING |= {"signal", "socket", "socketserver", "threading", "urllib.request"}
MEASURING = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep"}


def folders() -> list[str]:
    (tested,) = re.findall(r"^TESTED = ((?:.*\\\n)*.*)", (ROOT / "debian/rules").read_text(), re.MULTILINE)
    return str(tested).replace("\\\n", " ").split()


@cache
def used_by(file: Path) -> frozenset[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Attribute) and node.attr in MEASURING:
            found.add(f"time.{node.attr}")
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("communicate", "run", "wait"):
            found |= {"a timeout" for one in node.keywords if one.arg == "timeout"}
    return frozenset(found)


def files_of(file: Path, seen: set[Path]) -> set[Path]:
    """A test and all of tests that it stands on."""
    seen.add(file)
    for name in used_by(file):
        lies = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if name.startswith("tests.") and lies not in seen and lies.exists():
            files_of(lies, seen)
    return seen


def test_the_build_names_no_folder_that_is_gone() -> None:
    assert len(folders()) > 3
    assert [folder for folder in folders() if not list(ROOT.glob(f"tests/{folder}/test_*.py"))] == []


def test_the_build_runs_no_test_that_reads_a_clock() -> None:
    tests = [file for folder in folders() for file in ROOT.glob(f"tests/{folder}/test_*.py")]
    assert len(tests) > 20
    clocks = {"a timeout", *WAITING, *(f"time.{name}" for name in MEASURING)}
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for test in tests
        for file in files_of(test, set())
        for name in used_by(file)
        if name in clocks or name.partition(".")[0] in WAITING
    }
    assert found == set()
