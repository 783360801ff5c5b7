"""The planner: from what is wanted and what is seen to what is done next.

`plan` is pure: it knows no clock, does no I/O and writes no log. It looks at what is, never at what
happened, so that it may be called at any moment, and again. `wanted` and `seen` say what is the case,
`respond` has the table of what follows, `planning` goes through the channels.
"""

from __future__ import annotations

from vrmon.plan.case import Verdict
from vrmon.plan.memory import Memory
from vrmon.plan.planning import Planning
from vrmon.plan.replacing import replace
from vrmon.plan.world import Plan, World
from vrmon.settings import Settings

__all__ = ["Plan", "Verdict", "World", "plan"]


def plan(settings: Settings, world: World, memory: Memory, now: float, before: Plan | None = None) -> Plan:
    """Take in what the world shows, and decide for every channel that this concerns.

    `before` is the plan that led to `memory`, made with the same settings: what nothing has touched since
    stays as it was decided. Without it every channel is decided anew, and comes to the same. Where a take has
    ended, its source is free for another channel: that is decided once more.
    """
    planned = Planning(settings, world, memory, now, before).planned()
    if not planned.freed:
        return planned
    settled = Planning(settings, replace(world, results=()), planned.memory, now, planned).planned()
    decided = {channel.key: (channel, one) for channel, one in (*planned.decided, *settled.decided)}
    return replace(
        settled,
        actions=(*planned.actions, *settled.actions),
        decided=tuple(decided.values()),
        looks={**planned.looks, **settled.looks},
        renamed=planned.renamed,
    )
