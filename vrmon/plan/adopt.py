"""Taking over a recording that a vrmon before us began (promise 6)."""

from __future__ import annotations

from dataclasses import replace

from vrmon.plan import commands, names, starting, takes
from vrmon.plan.commands import Site
from vrmon.plan.memory import ChannelMemory, Take, TrackedJob

_AT_FIRST = 60.0  # seconds in which a vrmon that has forgotten all finds what it had begun


def adopt(site: Site, memory: ChannelMemory, tracked: TrackedJob | None) -> ChannelMemory:
    """A recording under the name we would give to the active job is ours, unless it has that name from us."""
    seen, fold = site.source.recording_name, site.traits.fold
    if not site.source.is_recording or memory.take is not None or tracked is None or not seen:
        return memory
    if memory.lent and fold(seen) == fold(memory.lent):
        return memory
    mine = commands.owner(site.channel.key, tracked.job)
    owner = site.dvr.names.get(fold(seen))
    if owner is None:
        if not _would_be_given(site, tracked, seen):
            return memory
    elif _but_primary(owner) != _but_primary(mine):
        return memory
    number = max(1, sum(1 for one in site.dvr.names.values() if one == mine))
    take = Take(tracked.job, site.source.unique_id, seen, seen, number, started=site.ended, sent=site.ended)
    return takes.observe(
        replace(memory, take=take, attempt=None),
        takes.Look(site.source, site.ended, site.dvr.previous, traits=site.traits),
    )


def _would_be_given(site: Site, tracked: TrackedJob, seen: str) -> bool:
    """Whether vrmon gives such a name to the job: just now, or before it lost its memory."""
    stand_in = names.stand_in(site.traits, site.channel.name, tracked.job.id)
    wanted = starting.wanted_name(site, tracked)
    bases = (stand_in,) if wanted is None else (wanted[0], stand_in)
    has_forgotten = not site.dvr.inherited and site.ended - (site.dvr.first or 0.0) < _AT_FIRST
    return any(names.would_be(site.sync, site.traits, base, seen, variants=has_forgotten) for base in bases)


def _but_primary(owner: str) -> str:
    """Without the name of the primary, which a site may change while a take runs."""
    return owner.partition("/")[2]
