"""Which source a channel means, in the DVR's list of this moment. Never another one in its place."""

from __future__ import annotations

from vrmon.catalog import Code, Situation
from vrmon.model import Fact, Odd, Problem, Source
from vrmon.settings import Channel


def resolve(
    sources: tuple[Source, ...], channel: Channel, odd: tuple[Odd, ...] = ()
) -> Source | Odd | Problem:
    """The source by unique_id, else by display name, else (an integer) by index; or why there is none.

    Where none is found, but some are told badly, it may be one of these.
    """
    wanted = channel.source
    if isinstance(wanted, int):
        return _at(wanted, sources, odd) or _missing(channel, len(sources) + len(odd), index=wanted)
    for source in sources:
        if source.unique_id == wanted:
            return source
    named = [source for source in sources if source.display_name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        facts: dict[str, Fact] = {"count": len(named), "dvr": channel.dvr, "wanted": wanted}
        return Problem.of(Code.SOURCE_AMBIGUOUS, channel.name, Situation.ON_AIR, **facts)
    if odd:
        return find_odd(odd, wanted) or odd[0]
    return _missing(channel, len(sources), wanted=wanted)


def _at(index: int, sources: tuple[Source, ...], odd: tuple[Odd, ...]) -> Source | Odd | None:
    """What stands at that place of the DVR's list, where an odd source has its place as well."""
    before = 0
    for one in odd:
        if one.place == index:
            return one
        before += one.place < index
    return sources[index - before] if index - before < len(sources) else None


def _missing(channel: Channel, count: int, **how: int | str) -> Problem:
    facts = {"count": count, "dvr": channel.dvr, **how}
    return Problem.of(Code.SOURCE_MISSING, channel.name, Situation.ON_AIR, **facts)


def find(sources: tuple[Source, ...], unique_id: str) -> Source | None:
    return next((source for source in sources if source.unique_id == unique_id), None)


def find_odd(odd: tuple[Odd, ...], unique_id: str) -> Odd | None:
    """The entry that is told badly and is, or may be, that of the source."""
    known = next((one for one in odd if one.handle == unique_id), None)
    return known or next((one for one in odd if one.handle is None), None)
