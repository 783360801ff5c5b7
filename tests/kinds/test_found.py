"""A recorder of every kind is found by what a person says of its address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.kinds.doubles import DOUBLES
from vrmon.cli.probing import addresses, find
from vrmon.devices.kinds import KINDS

RECORDERS = sorted(DOUBLES.keys() & KINDS.keys())


@pytest.mark.parametrize("kind", RECORDERS)
def test_it_is_found_at_its_host_and_port(kind: str) -> None:
    with DOUBLES[kind]() as double:
        assert find(kind, urlsplit(double.url).netloc).url == double.url


@pytest.mark.parametrize("kind", RECORDERS)
def test_a_host_alone_is_looked_for_where_such_a_device_usually_is(kind: str) -> None:
    (first, *_) = addresses(KINDS[kind], "10.1.2.3")
    assert urlsplit(first).hostname == "10.1.2.3"
    assert urlsplit(first).port in (8080, 4455, 9993)
