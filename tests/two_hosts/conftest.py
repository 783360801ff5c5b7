"""A witness and two hosts with an etcd each; what came of the strokes is printed as a table at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.two_hosts.cluster import Cluster, cluster
from tests.two_hosts.network import Host, hosts
from tests.two_hosts.playing import Outcome

if "VRMON_PAIR" not in os.environ:  # packaging/pair-tests sets the stage
    collect_ignore_glob = ["test_*.py"]

_OUTCOMES: list[Outcome] = []


@pytest.fixture
def three() -> Iterator[list[Host]]:
    with hosts("a", "b", "witness") as made:
        yield made


@pytest.fixture
def etcd(tmp_path: Path, three: list[Host]) -> Iterator[Cluster]:
    with cluster(tmp_path, three) as made:
        yield made


@pytest.fixture
def told() -> Callable[[Outcome], None]:
    return _OUTCOMES.append


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _OUTCOMES:
        return
    line = "{:<42}{:>5}  {:<10}{:>12}{:>14}{:>16}  {}".format
    terminalreporter.write_line(
        line("stroke", "seed", "commanded", "first act s", "latest start s", "latest stop s", "")
    )
    for one in _OUTCOMES:
        act = "" if one.act is None else f"{one.act:.1f}"
        who, fault = " ".join(one.senders), "; ".join(one.faults)
        terminalreporter.write_line(
            line(one.stroke, one.seed, who, act, f"{one.late:.1f}", f"{one.kept:.1f}", fault)
        )
