"""vrmon's own modules as text: what each imports, for the tests of the house's rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


CALLED = {_name(file): file for file in sorted((ROOT / "vrmon").rglob("*.py"))}
MODULES = {name: ast.parse(file.read_text()) for name, file in CALLED.items()}


def imports(module: str) -> Iterator[str]:
    """What it imports, a submodule by its full name, wherever in the module the import stands."""
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module or ""


def names_of_ours(module: str) -> Iterator[str]:
    """The modules of vrmon that it imports; the package itself, which holds the version, left out."""
    return (name for name in imports(module) if name in MODULES and name != "vrmon")
