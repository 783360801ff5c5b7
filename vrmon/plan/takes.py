"""Whose recording is it? (promise 2). What a DVR's observation says of a channel's take."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from vrmon.model import Outcome, Source, Verb
from vrmon.plan.memory import Attempt, ChannelMemory, Take
from vrmon.traits import PLAIN, Traits

SHORT_LIVED = 60.0  # seconds: a take that dies younger than this counts as dying again
_TO_THE_SECOND = re.compile(r"\d:\d\d:\d\d|T\d{6}|\d{10}")


@dataclass(frozen=True)
class Look:
    """One good observation of a channel's source, ended at `ended`; `previous`: when the one before had,
    `first`: when the first of this process had; `traits`: those of the DVR's kind."""

    source: Source
    ended: float
    previous: float | None
    first: float | None = None
    traits: Traits = PLAIN


def observe(memory: ChannelMemory, look: Look) -> ChannelMemory:
    """Take in what the source shows: our take going on, nothing, or somebody else's recording."""
    take = memory.take
    if not look.source.is_recording:
        return _not_recording(replace(memory, foreign=False, lent=""), look)
    stopping = memory.attempt is not None and memory.attempt.verb is Verb.STOP
    known = take is not None and (_is(take, look) or (_is_redated(take, look) and not stopping))
    if take is not None and (known or _is_unnamed(take, memory.attempt, look)):
        return replace(
            memory, foreign=False, take=_confirmed(take, look), attempt=_after_start(memory.attempt)
        )
    is_lent = take is not None and not take.under_way and not _may_be_inherited(memory.attempt, look)
    lent = take.given if take is not None and is_lent else memory.lent
    return replace(memory, foreign=True, lent=lent, take=None, attempt=None)


def _may_be_inherited(attempt: Attempt | None, look: Look) -> bool:
    """Whether the vrmon before us may have begun it: it turns up as late as a DVR may show that, and has
    kept our own record command from being obeyed."""
    refused = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.REFUSED
    return refused and look.first is not None and look.ended - look.first <= look.traits.start_grace


def _is(take: Take, look: Look) -> bool:
    """Whether the recording on the source is the take."""
    source, fold = look.source, look.traits.fold
    if take.source != source.unique_id or not take.under_way:
        return False
    seen = source.recording_name or None
    if take.started is not None and take.start_date and source.start_date:
        same = take.start_date == source.start_date
        if not same or _TO_THE_SECOND.search(take.start_date):
            return same
    if seen is not None and fold(seen) in map(fold, (take.given, take.name, *take.aliases)):
        return True
    if take.started is None:
        return _is_fresh(take, seen, look.traits)
    return _is_watched(take, look) or seen is None  # an operator renamed it while we watched


def _is_redated(take: Take, look: Look) -> bool:
    """Whether only the date speaks against it: a DVR may tell one date now and another at the next look.

    Not to be asked while the take is being stopped: it leaves its name to the recording that follows.
    """
    seen, fold = look.source.recording_name, look.traits.fold
    same = take.source == look.source.unique_id and seen is not None and fold(seen) == fold(take.name)
    return same and take.borne and take.started is not None and _is_watched(take, look)


def _is_watched(take: Take, look: Look) -> bool:
    """Whether the look before this one has shown the take."""
    return take.seen is not None and take.seen == look.previous


def _is_fresh(take: Take, seen: str | None, traits: Traits) -> bool:
    """Whether what appeared after our record command, under a name that is not quite ours, is our take.

    The DVR may tell no names, have made ours unique or fit for its disk, have said yes to it and kept the
    one before.
    """
    if seen is None:
        return True
    return any(traits.may_show(name, seen) for name in (take.given, take.instead) if name)


def _is_unnamed(take: Take, attempt: Attempt | None, look: Look) -> bool:
    """Whether the DVR has just said yes to a take for which it had no name, and found one of its own."""
    said_yes = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.DONE
    fresh = take.started is None and take.source == look.source.unique_id
    return fresh and said_yes and bool(take.nameless) and not take.instead


def _confirmed(take: Take, look: Look) -> Take:
    """The take as now seen. A name that differs from ours is the DVR's or an operator's: we follow it."""
    shown = look.source.recording_name or take.given
    is_named = look.traits.fold(shown) == look.traits.fold(take.given)
    date = look.source.start_date
    is_dated = not take.start_date or date in (None, take.start_date)
    return replace(
        take,
        started=look.ended if take.started is None else take.started,
        confirmed=take.confirmed if look.source.is_paused else look.ended,
        seen=look.ended,
        nameless="" if is_named else take.nameless,
        borne=take.borne or any(look.traits.may_show(name, shown) for name in (take.given, *take.aliases)),
        name=look.source.recording_name or take.name,
        start_date=(date if take.start_date is None else take.start_date) if is_dated else "",
    )


def _after_start(attempt: Attempt | None) -> Attempt | None:
    """A start that is seen is over; a stop or a resume goes on until it is seen in its turn."""
    starting = attempt is not None and attempt.verb in (Verb.SET_NAME, Verb.RECORD)
    return None if starting and attempt is not None and attempt.ended is not None else attempt


def _not_recording(memory: ChannelMemory, look: Look) -> ChannelMemory:
    take, attempt = memory.take, memory.attempt
    if attempt is not None and attempt.verb in (Verb.STOP, Verb.RESUME) and attempt.ended is not None:
        attempt = None
    if take is None:
        return replace(memory, attempt=attempt)
    if take.started is None:
        shown, fold = look.source.recording_name, look.traits.fold
        if take.instead and shown and fold(shown) == fold(take.given):
            take = replace(take, instead=take.given)  # the source has it: the take begins under no other
        return replace(memory, attempt=attempt, take=take)
    stopped = memory.attempt is not None and memory.attempt.verb is Verb.STOP
    if stopped or memory.hold is not None:  # who has the channel may end its take
        return replace(memory, attempt=attempt, take=None)
    lived = (take.confirmed or take.started) - take.started
    deaths = 1 if lived >= SHORT_LIVED else memory.deaths + 1
    return replace(memory, attempt=None, take=None, deaths=deaths, died=look.ended, lost_take=take.name)


def settled(take: Take, attempt: Attempt | None, traits: Traits) -> float:
    """When a take that was commanded and is not seen will not turn up any more, to be stopped if unwanted."""
    if take.sent is None:
        return 0.0
    told = take.sent if attempt is None or attempt.ended is None else attempt.ended
    return told + traits.start_grace
