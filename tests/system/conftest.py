"""The booted machine, shared by all, and a site with its devices, new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.machine import Machine
from tests.system.site import Site, make_site

if "VRMON_SYSTEM_ROOT" not in os.environ:  # packaging/system-tests/run sets the stage
    collect_ignore_glob = ["test_*.py"]


@pytest.hookimpl(hookwrapper=True)  # type: ignore[untyped-decorator, unused-ignore]
def pytest_runtest_makereport(item: pytest.Function) -> Iterator[None]:
    """What failed shows the end of vrmon's journal."""
    outcome: Any = yield
    report = outcome.get_result()
    machine = item.funcargs.get("installed")
    if report.failed and isinstance(machine, Machine):
        journal = machine.run("journalctl", "--unit=vrmon", "--lines=40", "--output=short-precise")
        report.sections.append(("vrmon's journal", journal.stdout))


@pytest.fixture(scope="session")
def work() -> Path:
    return Path(os.environ["VRMON_SYSTEM_WORK"])


@pytest.fixture(scope="session")
def machine(work: Path) -> Iterator[Machine]:
    machine = Machine(Path(os.environ["VRMON_SYSTEM_ROOT"]), work)
    try:
        machine.enter_network()
        yield machine
    finally:
        machine.power_off()


@pytest.fixture(scope="session")
def installed(machine: Machine) -> Machine:
    """The machine with vrmon from the signed repository, as it is right after `apt install`."""
    sources = (machine.root / "srv/repository/vrmon.sources").read_text()
    machine.path("/etc/apt/sources.list.d/vrmon.sources").write_text(sources)
    machine.run("apt-get", "update")
    machine.run("apt-get", "install", "--yes", "--no-install-recommends", "vrmon")
    machine.run("useradd", "--groups", "vrmon", "engineer")
    machine.run("useradd", "stranger")
    return machine


@pytest.fixture
def site(installed: Machine) -> Iterator[Site]:
    with make_site(installed) as site:
        yield site
