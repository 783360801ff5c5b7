"""The loop: takes in what the devices' threads deliver, plans, and hands out what is to be done.

It owns all state and runs in the thread of the asyncio loop. It turns when something arrives or falls due.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

from vrmon.daemon.clock import Clock
from vrmon.daemon.journal import fields
from vrmon.daemon.own_problems import OwnProblems
from vrmon.model import Action, Observation, Result, Sighting, Verb
from vrmon.plan import Plan, World, plan
from vrmon.plan.memory import NEW_CHANNEL, ChannelMemory, Memory
from vrmon.plan.rights import Rights
from vrmon.settings import ChannelKey, DeviceSettings, Settings
from vrmon.views import events
from vrmon.views.round import Round
from vrmon.workers.device import (
    C,
    Device,
    DvrDevice,
    PrimaryDevice,
    T,
    ask_destinations,
    ask_schedules,
    exchange,
    take_in_destinations,
    take_in_schedules,
    watch_dvr,
    watch_primary,
)
from vrmon.workers.worker import command, latest, question, unsent

log = logging.getLogger(__name__)

LONGEST_REST = 2.0  # seconds: it turns at least this often, so that one that does not turn is noticed
_SHORT = 0.05  # seconds: after a round that took no longer the next may follow at once
_LONGEST_PAUSE = 1.0  # seconds after a round that took very long
_NO_HURRY = 0.05  # seconds for which a look that shows nothing new waits for others to be planned on with it

V = TypeVar("V")


class _Arrival(NamedTuple):
    came: float
    take_in: Callable[[], None]


class Loop:
    """Mirrors the primaries' jobs onto the DVRs from `apply` to `close`, in a running asyncio loop.

    `turned_round` is called after every round with what it came to. `kept` tells what is set when the disk
    knows of the take that is about to begin on a channel. `turned`: when the last round ended. After one that
    took long it rests for as long, so that what arrives meanwhile is taken in and planned on together; a look
    that nobody asked for and that shows nothing new may wait a moment for others.
    `sightings`: what vrmon-alarm saw in the channels' pictures; whoever hears it puts it there. `memory` is
    written here and nowhere else: `amend` and `change` are how to ask for it. `rights`: of a host that is one
    of a pair, as of the next round.
    """

    def __init__(
        self,
        memory: Memory,
        clock: Clock,
        turned_round: Callable[[Round], None],
        kept: Callable[[ChannelKey], threading.Event | None],
        own_problems: OwnProblems,
    ) -> None:
        self._memory = memory
        self.settings = Settings()
        self.plan: Plan | None = None
        self.primaries: dict[str, PrimaryDevice] = {}
        self.dvrs: dict[str, DvrDevice] = {}
        self.turned = time.monotonic()
        self.sightings: Mapping[ChannelKey, Sighting] = {}
        self._clock = clock
        self._turned_round = turned_round
        self._kept = kept
        self._own_problems = own_problems
        self._aio = asyncio.get_running_loop()
        self._results: list[Result] = []
        self.rights: Rights | None = None
        self._revoked = threading.Event()  # of what was handed out so far
        self._is_settled = False  # whether the plan was made with the present settings
        self._arrived: set[DeviceSettings] = set()  # whose observation has not been planned on yet
        self._on_the_way: deque[_Arrival] = deque()  # what has not been taken in yet
        self._is_called = False  # whether asyncio was told that there is something on the way
        self._waits_since: float | None = None  # the oldest that was taken in and not planned on yet
        self._rests_until = 0.0
        self._soon: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None

    @property
    def memory(self) -> Memory:
        return self._memory

    def apply(self, settings: Settings) -> None:
        """Go on with these settings. Devices that stay as they were are not disturbed, nor is any take."""
        self.settings = settings
        self._is_settled = False
        exchange(self.primaries, settings.primaries, self._watch_primary)
        exchange(self.dvrs, settings.dvrs, self._watch_dvr)
        self.turn()

    def amend(self, channel: ChannelKey, change: Callable[[ChannelMemory], ChannelMemory]) -> None:
        """Do what a person asks for: change what is known of a channel (by key), and act on it."""
        channels = self._memory.channels
        changed = change(channels.get(channel, NEW_CHANNEL))
        self._turn(replace(self._memory, channels={**channels, channel: changed}))

    def change(self, change: Callable[[Memory], Memory]) -> None:
        """The same where it is no single channel that this concerns."""
        self._turn(change(self._memory))

    def take_over(self, memory: Memory) -> None:
        """Go on with what another host knew, as after a restart: no take of ours ends by it."""
        self._is_settled = False
        self._memory = memory
        self.turn()

    def revoke(self) -> None:
        """Another host commands: what waits in a lane is not sent. What is decided later, in need, is."""
        self._revoked.set()
        self._revoked = threading.Event()

    def close(self) -> None:
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        exchange(self.primaries, {}, self._watch_primary)
        exchange(self.dvrs, {}, self._watch_dvr)

    def sources(self, dvr: str) -> dict[ChannelKey, str]:
        """The unique_id of each channel's source on `dvr`, by the channel's key, where it was found."""
        if self.plan is None:
            return {}
        verdicts, places = self.plan.verdicts, self.settings.places
        found = {one.key: verdicts[places[one.key]][1].source for one in self.settings.on_dvr(dvr)}
        return {key: source.unique_id for key, source in found.items() if source is not None}

    def due_back(self) -> dict[str, float]:
        """When each device's threads will have come round, if they are well; a primary and a DVR may share
        a name."""
        primaries = {f"primary {name}": one.worker.due_back() for name, one in self.primaries.items()}
        return primaries | {f"DVR {name}": one.worker.due_back() for name, one in self.dvrs.items()}

    def ask_aside(self, now: float) -> None:
        """Ask the DVRs that are well, and whose turn it is, for what they tell beside their sources."""
        for one in self.dvrs.values():
            ask_destinations(one, now, partial(self.call, partial(take_in_destinations, one)))
            ask_schedules(one, now, partial(self.call, partial(take_in_schedules, one)))

    def notice_missed(self, now: float) -> None:
        """Take a device for unknown whose thread could not be had or does not come back with what it saw, and
        see to it that what waits for a thread gets one as soon as there is one to be had."""
        self._miss(self.primaries, now)
        self._miss(self.dvrs, now)

    def _miss(self, watched: dict[str, Device[C, T]], now: float) -> None:
        for one in tuple(watched.values()):
            one.worker.tend()
            observation = one.missed(now)
            if observation is not None:
                self._observed(watched, one.worker.device, observation)

    def call(self, take_in: Callable[[V], None], value: V) -> None:
        """Have `value` taken in in the loop's thread; from any thread. It is frozen: both go on with it."""
        self._on_the_way.append(_Arrival(time.monotonic(), partial(take_in, value)))
        if not self._is_called:
            self._call()

    def waits_since(self) -> float | None:
        """When the oldest thing came that a device's thread has delivered and that was not planned on yet."""
        waiting = [one.came for one in list(self._on_the_way)[:1]]
        return min(waiting if self._waits_since is None else [*waiting, self._waits_since], default=None)

    def _call(self) -> None:
        """Once for all that comes until they are taken in: each call wakes the loop by way of the kernel."""
        self._is_called = True
        with contextlib.suppress(RuntimeError):  # the asyncio loop has ended: nobody wants to know any more
            self._aio.call_soon_threadsafe(self._arrive)

    def _arrive(self) -> None:
        self._is_called = False  # before the first is taken: whoever comes from now on calls again
        try:
            for _ in range(len(self._on_the_way)):
                arrival = self._on_the_way.popleft()
                arrival.take_in()
                if self._soon is not None and self._waits_since is None:
                    self._waits_since = arrival.came
        finally:
            if self._on_the_way and not self._is_called:
                self._call()  # a fault of ours in one of them is no reason to leave out the others

    def turn(self) -> None:
        """One round: plan from what is known now, and hand out what comes of it."""
        self._turn(self._memory)

    def _turn(self, memory: Memory) -> None:
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = None
        self._later = self._aio.call_later(LONGEST_REST, self.turn)
        now = time.monotonic()
        world = World(
            {name: one.seen for name, one in self.primaries.items()},
            {name: one.seen for name, one in self.dvrs.items()},
            tuple(self._results),
            self._clock.epoch,
            {name: one.destinations.told for name, one in self.dvrs.items()},
            {name: one.schedules.told for name, one in self.dvrs.items()},
            tuple(problem for problem, _ in self._own_problems.now()),
            rights=self.rights,
            sightings=self.sightings,
        )
        before, known = self._memory, () if self.plan is None else self.plan.problems
        self.plan = plan(self.settings, world, memory, now, self.plan if self._is_settled else None)
        self._is_settled = True
        self._memory = self.plan.memory
        self._results.clear()
        self._arrived.clear()
        self._waits_since = None
        for action in self.plan.actions:
            self._hand_out(action)
        for name, moment in self.plan.looks.items():
            self.dvrs[name].worker.poller.look_at(moment)
            self.dvrs[name].is_awaited = True
        found = tuple(events.between(before, known, self.plan, now))
        self._turned_round(Round(before, self.plan, world, self.plan.actions, world.results, found, now))
        self.turned = time.monotonic()
        took = self.turned - now
        self._rests_until = self.turned + (min(took, _LONGEST_PAUSE) if took > _SHORT else 0.0)
        if self.plan.due < now + LONGEST_REST:
            self._later.cancel()
            self._later = self._aio.call_at(max(self.plan.due, self._rests_until), self.turn)

    def _hand_out(self, action: Action) -> None:
        came_back = partial(self.call, self._came_back)
        if action.verb is Verb.FETCH_NAME:
            self.primaries[action.device].worker.lanes.submit(question(action, came_back))
            return
        place = None if action.channel is None else self.settings.places.get(action.channel)
        log.info(
            "Command sent",
            extra=fields(
                channel=None if place is None else self.settings.channels[place].name,
                action=action.verb.value,
                device=action.device,
                job=action.job.id if action.job else None,
                take=action.name,
                source=action.source,
                reason=action.reason,
            ),
        )
        is_start = action.verb is Verb.RECORD and action.channel is not None
        kept = self._kept(action.channel) if is_start and action.channel is not None else None
        worker = self.dvrs[action.device].worker
        task = command(
            action,
            came_back,
            kept,
            tells_name=self._tells_name(place),
            revoked=self._revoked,
            latest=latest(worker.device),
        )
        worker.lanes.submit(task, unsent(action, came_back))

    def _tells_name(self, place: int | None) -> bool:
        """Whether the source of the channel at `place` tells what it is called."""
        if self.plan is None or place is None:
            return True
        source = self.plan.verdicts[place][1].source
        return source is None or source.recording_name is not None

    def _watch_primary(self, device: DeviceSettings) -> PrimaryDevice:
        return watch_primary(device, partial(self.call, partial(self._observed, self.primaries, device)))

    def _watch_dvr(self, device: DeviceSettings) -> DvrDevice:
        return watch_dvr(device, partial(self.call, partial(self._observed, self.dvrs, device)))

    def _observed(
        self, watched: dict[str, Device[C, T]], device: DeviceSettings, observation: Observation[T]
    ) -> None:
        one = watched.get(device.name)
        if one is None or one.worker.device is not device:
            return  # a reload has replaced it meanwhile
        if device in self._arrived and (_is_bad(one.seen) or _is_bad(observation)):
            self.turn()  # the one before, or this one, tells of an outage, and the other does not
        self._arrived.add(device)
        is_news = one.is_awaited or _is_bad(observation) or observation.is_news_after(one.seen)
        one.take_in(observation)
        self._wake(0.0 if is_news else _NO_HURRY)

    def _came_back(self, result: Result) -> None:
        self._results.append(result)
        self._wake()

    def _wake(self, patience: float = 0.0) -> None:
        """Turn within `patience` seconds, once for all that has arrived by then, but after the rest."""
        due = max(time.monotonic() + patience, self._rests_until)
        if self._soon is not None:
            if self._soon.when() <= due:
                return
            self._soon.cancel()
        self._soon = self._aio.call_at(due, self.turn)


def _is_bad(observation: Observation[T] | None) -> bool:
    """Whether it tells of an outage."""
    return observation is not None and (observation.seen is None or observation.restarted)
