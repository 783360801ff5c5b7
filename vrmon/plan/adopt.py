"""Taking over a recording that a vrmon before us began (promise 6)."""

from __future__ import annotations

from dataclasses import replace

from vrmon.plan import commands, names, starting, takes
from vrmon.plan.commands import Site
from vrmon.plan.memory import ChannelMemory, Take, TrackedJob


def adopt(site: Site, memory: ChannelMemory, tracked: TrackedJob | None) -> ChannelMemory:
    """A recording under the name we would give to the active job is ours, unless it has that name from us."""
    seen = site.source.recording_name
    if not site.source.is_recording or memory.take is not None or tracked is None or not seen:
        return memory
    if memory.lent and names.fold(seen) == names.fold(memory.lent):
        return memory
    mine = commands.owner(site.channel.key, tracked.job)
    owner = site.dvr.names.get(names.fold(seen))
    if owner is None:
        wanted = starting.wanted_name(site, tracked)
        if wanted is None or not names.would_be(site.sync, wanted[0], seen):
            return memory
    elif _but_primary(owner) != _but_primary(mine):
        return memory
    number = max(1, sum(1 for one in site.dvr.names.values() if one == mine))
    take = Take(tracked.job, site.source.unique_id, seen, seen, number, started=site.ended, sent=site.ended)
    return takes.observe(
        replace(memory, take=take, attempt=None), takes.Look(site.source, site.ended, site.dvr.previous)
    )


def _but_primary(owner: str) -> str:
    """Without the name of the primary, which a site may change while a take runs."""
    return owner.partition("/")[2]
