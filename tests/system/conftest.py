"""The booted machine, shared by all, and a site with its devices, new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.machine import Machine
from tests.system.manual import commands_of
from tests.system.repository import repository
from tests.system.site import CONFIGURATION, Site, make_site

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
        with repository(machine):
            yield machine
    finally:
        machine.power_off()


@pytest.fixture(scope="session")
def installed(machine: Machine) -> Machine:
    """The machine with vrmon as it is right after the README's lines."""
    machine.run("sh", "-ec", "\n".join(commands_of("Install")[0]))
    machine.run("useradd", "--create-home", "--shell", "/bin/bash", "engineer")
    machine.run("adduser", "engineer", "vrmon")
    machine.run("useradd", "stranger")
    machine.shipped = machine.path(CONFIGURATION).read_text()
    return machine


@pytest.fixture
def site(installed: Machine) -> Iterator[Site]:
    with make_site(installed) as site:
        yield site
