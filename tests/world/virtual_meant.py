"""Which source a channel means that names it by its place in the recorder's list: the one that stood there
when vrmon looked it up first, and never another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.world.virtual import VirtualSource
from vrmon.model import Verb
from vrmon.plan import Plan, Verdict, World
from vrmon.plan.memory import ChannelMemory, Memory
from vrmon.settings import Channel, ChannelKey, Settings

if TYPE_CHECKING:
    from tests.world.virtual_run import Run

Place = tuple[str, str]  # an ingest, and a DVR
Bound = tuple[int, str]


@dataclass
class Meant:
    """`known`: of each such channel its index, and the source that it meant; `restored`: what the memory with
    which vrmon began said of it."""

    run: Run
    fail: Callable[[str], None]
    known: dict[ChannelKey, Bound] = field(default_factory=dict)
    restored: set[tuple[Place, Bound]] = field(default_factory=set)
    is_kept: bool = False  # whether the next vrmon has the memory of this one

    def source(self, channel: Channel) -> VirtualSource:
        """That of a channel with an index, as far as it was looked up; else what stands there. Where the list
        is too short just now, the first that is away."""
        mac, index = self.run.macs[channel.dvr], channel.source
        assert isinstance(index, int)
        if self.is_looked_up(channel):
            return mac.source(self.known[channel.key][1])
        there = [one for one in mac.order if one.is_there]
        return next(iter((*there[index:], *(one for one in mac.order if not one.is_there))))

    def is_looked_up(self, channel: Channel) -> bool:
        known = self.known.get(channel.key)
        return not isinstance(channel.source, int) or (known is not None and known[0] == channel.source)

    def is_anothers(self, channel: Channel) -> bool:
        """Whether another channel means the same source: a list in another order may have made it so."""
        if not any(isinstance(one.source, int) for one in self.run.settings.on_dvr(channel.dvr)):
            return False
        source = self.run.source_of(channel)
        others = (one for one in self.run.settings.on_dvr(channel.dvr) if one is not channel)
        return any(self.run.source_of(one) is source for one in others)

    def crashed(self, *, is_kept: bool) -> None:
        self.is_kept = is_kept

    def began(self, memory: Memory) -> None:
        """What a vrmon that has forgotten an index looks up anew, it may find elsewhere."""
        self.restored = {(_place(key), one.bound) for key, one in memory.channels.items() if one.bound}
        if not self.is_kept:
            self.known.clear()
        self.is_kept = False

    def reloaded(self, settings: Settings) -> None:
        """A channel is the same one where its primary is called otherwise by now."""
        keys = {_place(key): key for key in settings.keys}
        self.known = {keys[_place(key)]: bound for key, bound in self.known.items() if _place(key) in keys}

    def planned(self, world: World, before: Memory, planned: Plan) -> None:
        known = {_place(key): one for key, one in before.channels.items()}
        for channel, verdict in planned.verdicts:
            if isinstance(channel.source, int):
                was = before.channels.get(channel.key) or known.get(_place(channel.key), ChannelMemory())
                self._look_up(world, channel, was, verdict)
                self._records_no_other(world, channel, was, verdict)

    def _look_up(self, world: World, channel: Channel, was: ChannelMemory, verdict: Verdict) -> None:
        bound, known = verdict.memory.bound, self.known.get(channel.key)
        if known is not None and known[0] == channel.source:
            if bound != known:
                self.fail(f"{channel.name} meant {known}, and means {bound}")
        elif bound is not None and bound[0] == channel.source:
            is_remembered = was.bound == bound or (_place(channel.key), bound) in self.restored
            if not is_remembered and bound[1] != _at(world, channel):
                self.fail(f"{channel.name} means {bound}, but {_at(world, channel)} stands there")
            self.known[channel.key] = bound
            self.run.promises.disturbed((channel.dvr, bound[1]))

    def _records_no_other(self, world: World, channel: Channel, was: ChannelMemory, verdict: Verdict) -> None:
        """A take that is under way goes on where it is, whatever the channel means by now."""
        known, take, look = self.known.get(channel.key), verdict.memory.take, world.dvrs.get(channel.dvr)
        meant = None if known is None or known[0] != channel.source else known[1]
        goes_on = take is not None and was.take is not None and was.take.source == take.source
        if take is not None and take.source != meant and not goes_on:
            self.fail(f"{channel.name} means {meant}, and has {take}")
        action = verdict.action
        is_start = action is not None and action.verb in (Verb.SET_NAME, Verb.RECORD)
        if action is not None and is_start and action.source != meant and not goes_on:
            self.fail(f"{channel.name} means {meant}: {action}")
        if look is None or look.seen is None or verdict.job is None or goes_on:
            return
        told = {one.unique_id for one in look.seen} | {one.handle for one in look.odd}
        if meant not in told and not verdict.problems:
            self.fail(f"{channel.name} means {meant}, which is away, and all is well: {verdict}")


def _place(key: ChannelKey) -> Place:
    return key.ingest, key.dvr


def _at(world: World, channel: Channel) -> str | None:
    """What stands at the channel's place in the list as it was told last."""
    look = world.dvrs.get(channel.dvr)
    sources = [one.unique_id for one in look.seen or ()] if look is not None else []
    for one in look.odd if look is not None else ():
        sources.insert(one.place, f"odd {one.handle}")
    assert isinstance(channel.source, int)
    return sources[channel.source] if channel.source < len(sources) else None
