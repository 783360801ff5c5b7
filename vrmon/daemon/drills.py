"""Drills that a person asks for, and those whose time of day has come."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial

from vrmon.daemon.clock import Clock
from vrmon.daemon.loop import Loop
from vrmon.plan import Plan, drilling
from vrmon.plan.drill import Drill
from vrmon.plan.memory import ChannelMemory
from vrmon.settings import Channel

_BY = "[drill] at"
_PATIENCE, _PACE = 2.0, 0.05  # seconds


class Drills:
    """Begins them where nothing speaks against it; the plan carries them out."""

    def __init__(self, loop: Loop, clock: Clock) -> None:
        self._loop = loop
        self._clock = clock

    def begin(self, channel: Channel, seconds: float, by: str) -> str:
        """Why it cannot be, "" where it has begun."""
        if self._loop.plan is None:
            return "vrmond is still starting"
        why = self._refusal(self._loop.plan, channel, seconds)
        if why:
            return why
        drill = self._note(channel, seconds, by, "")
        return "" if drill is None or drill.is_running else drill.why

    def take_turns(self) -> None:
        """Begin the one whose turn it is, if any; say why where it is passed over."""
        settings, planned, now = self._loop.settings, self._loop.plan, time.monotonic()
        if planned is None:
            return
        channel = drilling.turn(settings, planned, now, self._clock.epoch)
        if channel is not None:
            refusal = self._refusal(planned, channel, settings.drill.seconds)
            self._note(channel, settings.drill.seconds, _BY, "it is a spare" if channel.spare else refusal)

    async def end(self, why: str) -> None:
        """End those that run, and wait for a moment until their takes are gone."""
        for key, memory in tuple(self._loop.memory.channels.items()):
            if memory.drill is not None and memory.drill.is_running:
                self._loop.amend(key, partial(replace, drill=memory.drill.refused(why)))
        patience = time.monotonic() + _PATIENCE
        while any(one.is_at_a_drill for one in self._loop.memory.channels.values()):
            if time.monotonic() > patience:
                return  # the next start ends them
            await asyncio.sleep(_PACE)

    def _refusal(self, planned: Plan, channel: Channel, seconds: float) -> str:
        now, epoch = time.monotonic(), self._clock.epoch
        return drilling.refusal(self._loop.settings, planned, channel, seconds, now, epoch)

    def _note(self, channel: Channel, seconds: float, by: str, why: str) -> Drill | None:
        """What came of it at once. `why`: it is refused."""
        now, epoch = time.monotonic(), self._clock.epoch

        def begun(memory: ChannelMemory) -> ChannelMemory:
            drill = Drill.of(channel, seconds, by, now, epoch, memory.drill)
            return replace(memory, drill=drill.passed_over(why, memory.drill) if why else drill)

        self._loop.amend(channel.key, begun)
        return self._loop.memory.channels[channel.key].drill
