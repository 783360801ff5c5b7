"""One round of the loop, as a value: whoever is not control lives on these."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.model import Action, Result
from vrmon.plan import Plan, World
from vrmon.plan.memory import Memory
from vrmon.views.events import Event


@dataclass(frozen=True)
class Round:
    """`before`: what was known when it began. `plan` came of the `world` at `now` (monotonic).

    `sent`: the actions that were handed out; `results`: what had come of earlier ones; `events`: what
    happened since the round before, people's commands included.
    """

    before: Memory
    plan: Plan
    world: World
    sent: tuple[Action, ...]
    results: tuple[Result, ...]
    events: tuple[Event, ...]
    now: float
