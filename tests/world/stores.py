"""For the tests of the state: saving, finding again, and a process of its own to do it in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vrmon.state import StateStore

ROOT = Path(__file__).parents[2]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"not within 60 s: {what}"
        time.sleep(0.005)


def fill(file: Path) -> None:
    """Have nothing left on the disk that `file` is on."""
    with pytest.raises(OSError, match="No space"), file.open("wb", buffering=0) as target:
        while True:
            target.write(bytes(4096))


def saved(folder: Path, *payloads: Mapping[str, object]) -> None:
    """Saves each payload in a generation of its own."""
    for payload in payloads:
        store = StateStore(folder)
        store.load()
        store.save(payload)
        assert store.close(60)


def found(folder: Path) -> tuple[dict[str, object] | None, str]:
    store = StateStore(folder)
    try:
        loaded = store.load()
        return loaded.payload, loaded.complaint
    finally:
        store.close(60)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"vrmond.lock"}


def child(program: str, folder: Path) -> subprocess.Popen[str]:
    """A Python process with `program`, the store's class and `folder` at hand."""
    head = "import sys, pathlib\nfrom vrmon.state import StateStore\nfolder = pathlib.Path(sys.argv[1])\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + program, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
