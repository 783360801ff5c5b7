"""Whose recording is it? (promise 2). What a DVR's observation says of a channel's take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vrmon.model import Source, Verb
from vrmon.plan.commands import START_GRACE
from vrmon.plan.memory import Attempt, ChannelMemory, Take
from vrmon.plan.names import fold

SHORT_LIVED = 60.0  # seconds: a take that dies younger than this counts as dying again


@dataclass(frozen=True)
class Look:
    """One good observation of a channel's source, ended at `ended`; `previous`: when the one before had."""

    source: Source
    ended: float
    previous: float | None


def observe(memory: ChannelMemory, look: Look) -> ChannelMemory:
    """Take in what the source shows: our take going on, nothing, or somebody else's recording."""
    take = memory.take
    if not look.source.is_recording:
        return _not_recording(replace(memory, foreign=False, lent=""), look)
    if take is not None and _is(take, look):
        return replace(
            memory, foreign=False, take=_confirmed(take, look), attempt=_after_start(memory.attempt)
        )
    lent = take.given if take is not None and not take.under_way else memory.lent
    return replace(memory, foreign=True, lent=lent, take=None, attempt=None)


def _is(take: Take, look: Look) -> bool:
    """Whether the recording on the source is the take."""
    source = look.source
    if take.source != source.unique_id or not take.under_way:
        return False
    if take.started is not None and take.start_date is not None and source.start_date is not None:
        return take.start_date == source.start_date
    seen = source.recording_name or None
    if seen is not None and fold(seen) in map(fold, (take.given, take.name, *take.aliases)):
        return True
    if take.started is None:
        return _is_fresh(take, seen)
    watched = take.seen is not None and take.seen == look.previous
    return watched or seen is None  # an operator renamed it while we watched


def _is_fresh(take: Take, seen: str | None) -> bool:
    """Whether what appeared after our record command, under a name that is not quite ours, is our take.

    The DVR may tell no names, have made ours unique, or have said yes to it and kept the one before.
    """
    if seen is None or fold(seen).startswith(fold(take.given)):
        return True
    return bool(take.instead) and fold(seen).startswith(fold(take.instead))


def _confirmed(take: Take, look: Look) -> Take:
    """The take as now seen. A name that differs from ours is the DVR's or an operator's: we follow it."""
    shown = fold(look.source.recording_name or take.given)
    return replace(
        take,
        started=look.ended if take.started is None else take.started,
        confirmed=take.confirmed if look.source.is_paused else look.ended,
        seen=look.ended,
        borne=take.borne or any(shown.startswith(fold(name)) for name in (take.given, *take.aliases)),
        name=look.source.recording_name or take.name,
        start_date=look.source.start_date or take.start_date,
    )


def _after_start(attempt: Attempt | None) -> Attempt | None:
    """A start that is seen is over; a stop or a resume goes on until it is seen in its turn."""
    starting = attempt is not None and attempt.verb in (Verb.SET_NAME, Verb.RECORD)
    return None if starting and attempt is not None and attempt.ended is not None else attempt


def _not_recording(memory: ChannelMemory, look: Look) -> ChannelMemory:
    take, attempt = memory.take, memory.attempt
    if attempt is not None and attempt.verb in (Verb.STOP, Verb.RESUME) and attempt.ended is not None:
        attempt = None
    if take is None or take.started is None:
        return replace(memory, attempt=attempt)
    if memory.attempt is not None and memory.attempt.verb is Verb.STOP:
        return replace(memory, attempt=attempt, take=None)
    lived = (take.confirmed or take.started) - take.started
    deaths = 1 if lived >= SHORT_LIVED else memory.deaths + 1
    return replace(memory, attempt=None, take=None, deaths=deaths, died=look.ended, lost_take=take.name)


def settled(take: Take, attempt: Attempt | None) -> float:
    """When a take that was commanded and is not seen will not turn up any more, to be stopped if unwanted."""
    if take.sent is None:
        return 0.0
    told = take.sent if attempt is None or attempt.ended is None else attempt.ended
    return told + START_GRACE
