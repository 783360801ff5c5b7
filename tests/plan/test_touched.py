"""In each line of the table of problems to plan what is touched comes to the same as to plan all, and nothing
changes before it is due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.test_problems import TABLE, Line, happened
from tests.world import observed
from vrmon.model import Problem
from vrmon.plan import Plan, World, plan
from vrmon.plan.memory import Memory
from vrmon.settings import Settings

_LONGEST = 10_000.0  # seconds within which it is tried


class _Judge:
    """In place of `plan`: plans all each time, and sees that it could not have come to anything else."""

    def __init__(self) -> None:
        self._last: tuple[Settings, Plan] | None = None

    def plan(self, settings: Settings, world: World, memory: Memory, now: float) -> Plan:
        whole = plan(settings, world, memory, now)
        if self._last is not None and self._last[0] is settings:
            touched = plan(settings, world, memory, now, self._last[1])
            assert (touched.memory, touched.actions) == (whole.memory, whole.actions)
            assert _told(touched) == _told(whole)
            assert touched.due <= whole.due
        for part in (0.3, 0.95):
            later = plan(
                settings,
                replace(world, results=()),
                whole.memory,
                now + (min(whole.due, now + _LONGEST) - now) * part,
            )
            assert (later.memory, later.actions) == (whole.memory, ())
            assert _told(later) == _told(whole)
        self._last = settings, whole
        return whole


def _told(planned: Plan) -> list[tuple[Problem, dict[str, object]]]:
    return [(one, dict(one.facts)) for one in planned.problems]


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.words)
def test_what_is_not_touched_is_as_it_would_be_decided(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed, "plan", _Judge().plan)
    happened(line)
