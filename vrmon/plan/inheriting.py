"""A take-over: what the leader before knew, and what this host has seen for itself meanwhile."""

from __future__ import annotations

from vrmon.model import SUBJECT, Job, ProblemKey
from vrmon.plan.acknowledgement import Acknowledged
from vrmon.plan.memory import (
    NEW_CHANNEL,
    NEW_DVR,
    NEW_PRIMARY,
    ChannelMemory,
    DvrMemory,
    Memory,
    PrimaryMemory,
    Running,
    Sent,
    is_of_before,
)
from vrmon.plan.replacing import replace


def inherited(theirs: Memory, own: Memory) -> Memory:
    """What is known from now on. Takes, names, holds and all that a person has said are theirs, as after a
    restart; what the devices have told this host, it has heard itself, and its account of what is covered
    goes on. So does a take that began when nobody could tell them of it."""
    meant = {job for one in theirs.channels.values() for job in _jobs(one)}
    primaries = {
        name: _watched(theirs.primaries.get(name, NEW_PRIMARY), known, meant)
        for name, known in own.primaries.items()
    }
    dvrs = {name: _looked_at(theirs.dvrs.get(name, NEW_DVR), known) for name, known in own.dvrs.items()}
    begun = {
        key: one
        for key, one in own.channels.items()
        if _is_news(theirs.channels.get(key, NEW_CHANNEL), one)
        and primaries.get(key.primary) is own.primaries.get(key.primary)
    }
    channels = {key: _heard_of(one, own.channels.get(key)) for key, one in theirs.channels.items()}
    covered = own.covered if own.covered.dvrs or own.covered.channels else theirs.covered
    return Memory(
        {**theirs.primaries, **primaries},
        {**theirs.dvrs, **dvrs},
        {**own.channels, **channels, **begun},
        inherited={**own.inherited, **own.problems, **theirs.inherited},
        covered=covered,
        acknowledged=_known_to_people(theirs, own),
        addresses={**theirs.addresses, **own.addresses},
    )


def followed(theirs: Memory, own: Memory) -> Memory:
    """What the standby knows of people and of names: what the leader does. `theirs` is another host's."""
    channels = {key: _led(theirs.channels.get(key, NEW_CHANNEL), one) for key, one in own.channels.items()}
    dvrs = {name: _looked_at(theirs.dvrs.get(name, NEW_DVR), known) for name, known in own.dvrs.items()}
    return replace(own, channels=channels, dvrs=dvrs, acknowledged=_known_to_people(theirs, own))


def _known_to_people(theirs: Memory, own: Memory) -> Acknowledged:
    """What is the matter with a vrmond itself concerns the one host alone."""
    shared = {key: one for key, one in theirs.acknowledged.items() if not _is_of_the_host(key)}
    return shared | {key: one for key, one in own.acknowledged.items() if _is_of_the_host(key)}


def _is_of_the_host(key: ProblemKey) -> bool:
    return key.has == SUBJECT


def _led(theirs: ChannelMemory, own: ChannelMemory) -> ChannelMemory:
    """Under the hold that they know. A take from when this host led last, before it died, that has not been
    seen since is theirs by now: what is seen next is another one."""
    if is_of_before(own.take):
        own = replace(own, take=None, attempt=None)
    return own if own.hold == theirs.hold else replace(own, hold=theirs.hold)


def _is_news(theirs: ChannelMemory, own: ChannelMemory) -> bool:
    """Whether they knew nothing of our take, and nothing that speaks against it."""
    said = (theirs.take, theirs.theirs, theirs.hold, theirs.released, theirs.overrun)
    return isinstance(own.take, Sent | Running) and all(one is None for one in said)


def _heard_of(theirs: ChannelMemory, own: ChannelMemory | None) -> ChannelMemory:
    """Since when nothing runs for a job this host has seen for itself."""
    return theirs if own is None else replace(theirs, idle_since=own.idle_since)


def _jobs(channel: ChannelMemory) -> set[Job]:
    take, released = channel.take, channel.released
    named = (channel.job, None if take is None else take.job, None if released is None else released[0])
    return {one for one in named if one is not None}


def _watched(theirs: PrimaryMemory, own: PrimaryMemory, meant: set[Job]) -> PrimaryMemory:
    """Ours, where it has told us its jobs and we call them the same."""
    called = {job._replace(show=0): job for job in own.jobs}
    is_same = all(called.get(job._replace(show=0), job) == job for job in meant)
    return own if own.answered and is_same else theirs


def _looked_at(theirs: DvrMemory, own: DvrMemory) -> DvrMemory:
    """Its looks are ours, the names given on it those of both: one that this host has given while it heard of
    nobody is in use, whatever the other knows."""
    if not theirs.inherited:
        return own
    return replace(own, ledger=theirs.ledger.joined(own.ledger), inherited=True)
