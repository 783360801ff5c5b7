"""A witness and two hosts with an etcd each, new for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.two_hosts.cluster import Cluster, cluster
from tests.two_hosts.network import Host, hosts

if "VRMON_PAIR" not in os.environ:  # packaging/pair-tests sets the stage
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def three() -> Iterator[list[Host]]:
    with hosts("a", "b", "witness") as made:
        yield made


@pytest.fixture
def etcd(tmp_path: Path, three: list[Host]) -> Iterator[Cluster]:
    with cluster(tmp_path, three) as made:
        yield made
