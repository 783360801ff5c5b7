"""Which source a channel means, in the DVR's list of this moment. Never another one in its place."""

from __future__ import annotations

from vrmon.model import Odd, Problem, Source
from vrmon.plan import problems
from vrmon.plan.case import Case
from vrmon.plan.memory import ChannelMemory, Running, Sent, Take
from vrmon.plan.replacing import replace
from vrmon.settings import Channel

Found = Source | Odd | Problem


def find(case: Case, memory: ChannelMemory) -> tuple[ChannelMemory, Found]:
    """The source of the take that is under way, whatever the channel means by now; else the channel's.

    When the take's source is gone, the channel may have been given another by name. An index proves nothing
    then: it has moved.
    """
    assert case.observation is not None  # noqa: S101 - the caller's condition, for the type checker
    seen, odd, take = case.observation.seen or (), case.observation.odd, under_way(memory.take)
    if take is not None:
        found = by_id(seen, take.source) or find_odd(odd, take.source)
        if found is not None:
            return memory, found
        if isinstance(case.channel.source, int):
            return memory, problems.source_vanished(case, take.source)
    memory, meant = _meant(case, memory, seen, odd)
    if isinstance(meant, Source) and _is_anothers(case, meant):
        return memory, problems.source_ambiguous(case.channel, source=meant.unique_id)
    if isinstance(meant, Problem) and take is not None:
        return memory, problems.source_vanished(case, take.source)
    return memory, meant


def _is_anothers(case: Case, source: Source) -> bool:
    return case.claims.get(source.unique_id, case.channel.key) != case.channel.key


def under_way(take: Take | None) -> Running | Sent | None:
    """The take, where it runs, or no look has shown that nothing came of the command: its source is taken."""
    match take:
        case Running() | Sent(overdue=False):
            return take
    return None


def _meant(
    case: Case, memory: ChannelMemory, seen: tuple[Source, ...], odd: tuple[Odd, ...]
) -> tuple[ChannelMemory, Found]:
    """An index is looked up once and then means that source, also while that is away: it moves whenever
    sources are enabled, disabled or renamed, and another picture in its place would be called well. One that
    leads to another channel's source is looked up until that is not so, and takes it from nobody."""
    index, bound = case.channel.source, memory.bound
    if not isinstance(index, int):
        return memory, resolve(seen, case.channel, odd)
    if bound is not None and bound[0] == index:
        found = by_id(seen, bound[1]) or find_odd(odd, bound[1])
        return memory, found or problems.source_missing(case.channel, index=index, source=bound[1])
    meant = resolve(seen, case.channel, odd)
    if isinstance(meant, Source) and not _is_anothers(case, meant):
        memory = replace(memory, bound=(index, meant.unique_id))
    return memory, meant


def resolve(sources: tuple[Source, ...], channel: Channel, odd: tuple[Odd, ...] = ()) -> Found:
    """The source by unique_id, else by display name, else (an integer) by index; or why there is none.

    Where none is found, but some are told badly, it may be one of these.
    """
    wanted = channel.source
    if isinstance(wanted, int):
        count = len(sources) + len(odd)
        found = _at(wanted, sources, odd)
        return found or problems.source_missing(channel, count=count, index=wanted)
    known = by_id(sources, wanted)
    if known is not None:
        return known
    named = [source for source in sources if source.display_name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        return problems.source_ambiguous(channel, count=len(named), wanted=wanted)
    if odd:
        return find_odd(odd, wanted) or odd[0]
    return problems.source_missing(channel, count=len(sources), wanted=wanted)


def _at(index: int, sources: tuple[Source, ...], odd: tuple[Odd, ...]) -> Source | Odd | None:
    """What stands at that place of the DVR's list, where an odd source has its place as well."""
    before = 0
    for one in odd:
        if one.place == index:
            return one
        before += one.place < index
    return sources[index - before] if 0 <= index - before < len(sources) else None


def by_id(sources: tuple[Source, ...], unique_id: str) -> Source | None:
    return next((source for source in sources if source.unique_id == unique_id), None)


def find_odd(odd: tuple[Odd, ...], unique_id: str) -> Odd | None:
    """The entry that is told badly and is, or may be, that of the source."""
    known = next((one for one in odd if one.handle == unique_id), None)
    return known or next((one for one in odd if one.handle is None), None)
