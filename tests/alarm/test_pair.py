"""Of a pair of hosts, the one that leads tells people; the one that stands by tells of itself alone."""

from __future__ import annotations

from typing import Any

import pytest

from vrmon.alarm.condition import read


def document(pair: object) -> dict[str, Any]:
    problems = [
        {"code": code, "subject": subject, "severity": "critical", "message": "", "hint": "", "since": None}
        for code, subject in (
            ("not-verified", "PCR 1"),
            ("dvr-unreachable", "mac"),
            ("pair-not-ready", "vrmon"),
        )
    ]
    return {"now": "2026-11-26T22:00:00.000Z", "problems": problems, "channels": [], "pair": pair}


@pytest.mark.parametrize("role", ["leader", "suspended"])
def test_who_leads_tells_of_all(role: str) -> None:
    for pair in ({"role": role}, None, "x"):
        condition = read(document(pair))
        assert condition is not None
        assert len(condition.troubles) == 3


@pytest.mark.parametrize("silent", [(), ("etcd",), ("peer",)])
def test_who_stands_by_tells_of_itself(silent: tuple[str, ...]) -> None:
    condition = read(document({"role": "standby", **{one: {"error": "refused"} for one in silent}}))
    assert condition is not None
    assert [one.cause.code for one in condition.troubles] == ["pair-not-ready"]


def test_who_stands_by_and_hears_of_nobody_tells_of_all() -> None:
    silent = {one: {"error": "refused"} for one in ("etcd", "peer")}
    condition = read(document({"role": "standby", **silent}))
    assert condition is not None
    assert len(condition.troubles) == 3
