"""The daemon as its HTTP interface sees it: what it shows, and what it can be asked to do."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vrmon import __version__
from vrmon.api.backend import MetricsSnapshot, Page, UnknownChannel, UnknownProblem
from vrmon.daemon import metrics, sightings
from vrmon.daemon.alarm_watch import AlarmWatch
from vrmon.daemon.bookkeeping import Bookkeeping
from vrmon.daemon.clock import Clock, zone
from vrmon.daemon.counting import Counting
from vrmon.daemon.drills import Drills
from vrmon.daemon.event_log import EventLog
from vrmon.daemon.looking_back import LookingBack
from vrmon.daemon.loop import Loop
from vrmon.daemon.own_problems import OwnProblems
from vrmon.daemon.pairing import Pairing
from vrmon.daemon.saving import Saving
from vrmon.daemon.sentence import Sentence
from vrmon.errors import ControlError
from vrmon.history.entries import Order
from vrmon.model import SUBJECT, Phase, Problem, Seen, Thumbnail, Verb
from vrmon.plan.acknowledgement import Acknowledgement
from vrmon.plan.coverage.readings import Readings
from vrmon.plan.memory import NEW_CHANNEL, ChannelMemory, Hold
from vrmon.plan.seen import claimed
from vrmon.settings import Channel
from vrmon.text import span
from vrmon.views import inventory, status
from vrmon.views.headline import headline
from vrmon.views.inventory import IngestsView, SourcesView
from vrmon.views.scene import Scene
from vrmon.views.tiles import Parts
from vrmon.workers.pictures import Pictures


class Service:
    """A `backend.Backend`.

    Set by the daemon: `configuration` (/status' part of that name), `late` (which loops are overdue) and
    `beat` (when the last heartbeat was sent). `looked_at`: when somebody last wanted a picture.
    """

    def __init__(
        self,
        loop: Loop,
        clock: Clock,
        counting: Counting,
        event_log: EventLog,
        own_problems: OwnProblems,
        pictures: Pictures,
        bookkeeping: Bookkeeping,
        saving: Saving,
        reload: Callable[[], Awaitable[str]],
        check: Callable[[], Awaitable[dict[str, Any]]],
        drills: Drills,
        pairing: Pairing,
    ) -> None:
        self.configuration: dict[str, Any] = {}
        self.late: list[str] = []
        self.beat: float | None = None
        self.looked_at: float | None = None
        self.alarm_watch = AlarmWatch()
        self._loop = loop
        self._clock = clock
        self._counting = counting
        self._event_log = event_log
        self._own_problems = own_problems
        self._pictures = pictures
        self._bookkeeping = bookkeeping
        self._looking_back = LookingBack(bookkeeping, lambda: loop.settings)
        self._saving = saving
        self._reload = reload
        self._check = check
        self._drills = drills
        self._pairing = pairing
        self._parts = Parts()
        self._readings = Readings()
        self._sentence = Sentence(lambda: headline(self._scene()))
        self._began = time.monotonic()

    def status(self) -> dict[str, Any]:
        return status.document(self._scene(), self._parts)

    def summary(self) -> str:
        """One sentence for `systemctl status`."""
        problems = () if self._loop.plan is None else self._loop.plan.problems
        return self._sentence.text((problems, self._own_problems.now()), time.monotonic())

    def devices(self) -> dict[str, Any]:
        loop = self._loop
        ingests = {
            name: IngestsView(
                one.counts.state.value,
                one.counts.error,
                () if one.last_good is None else one.last_good.listed,
            )
            for name, one in loop.primaries.items()
        }
        sources = {
            name: SourcesView(
                one.counts.state.value,
                one.counts.error,
                (None if one.last_good is None else one.last_good.seen) or (),
                one.destinations.told,
                loop.sources(name),
            )
            for name, one in loop.dvrs.items()
        }
        return inventory.document(loop.settings, loop.memory, ingests, sources)

    def health(self) -> tuple[bool, str]:
        if self.late:
            return False, f"overdue: {', '.join(self.late)}"
        return True, "the control loop is running"

    def thumbnail(self, channel: str, *, alone: bool = False) -> Thumbnail | None:
        key, now = self._channel(channel).key, time.monotonic()
        if alone:
            self._pictures.watch(key, now)
        else:
            self.looked_at = now
        return self._pictures.get(key)

    def remember(self, action: str, subject: str, by: str, reason: str = "", refusal: str = "") -> None:
        self._bookkeeping.asked(Order(action, subject, by, reason, refusal))

    async def has_saved(self) -> bool:
        return await self._saving.has_saved()

    async def history(self, page: Page) -> bytes:
        return await self._looking_back.history(page)

    async def report(self, query: Mapping[str, str]) -> bytes:
        return await self._looking_back.report(query)

    async def reload(self) -> str:
        return await self._reload()

    async def check(self) -> dict[str, Any]:
        return await self._check()

    def pair(self) -> dict[str, Any] | None:
        return self._pairing.word()

    def hand_over(self, by: str) -> str:  # noqa: ARG002 - the API has logged who asked
        return self._pairing.hand_over()

    def hold(self, channel: str, seconds: float | None, reason: str, by: str) -> str:
        one, now = self._commanded(channel, "hold"), time.monotonic()
        until = None if seconds is None else now + seconds
        hold = Hold(now, until, reason, by)
        self._loop.amend(one.key, lambda memory: replace(memory, hold=hold))
        ends = "until `vrmon auto`" if seconds is None else f"for {span(seconds)}"
        return f"{one.name} is on hold {ends}: vrmon neither starts nor stops anything there."

    def auto(self, channel: str, by: str) -> str:  # noqa: ARG002 - the API has logged who asked
        one = self._commanded(channel, "control")
        if self._memory(one).hold is None:
            return f"{one.name} is not on hold."
        self._loop.amend(one.key, lambda memory: replace(memory, hold=None))
        return f"vrmon controls {one.name} again."

    def stop(self, channel: str, by: str) -> str:  # noqa: ARG002 - the API has logged who asked
        one = self._commanded(channel, Verb.STOP.value)
        memory, now = self._memory(one), time.monotonic()
        take = memory.running
        if memory.hold is not None:
            raise ControlError(
                f"Cannot stop {one.name}: it is on hold. "
                f"Stop it in {self._recorder(one)}, or run vrmon auto first."
            )
        if take is None or memory.phase is not Phase.KEEPING:
            raise ControlError(
                f"Cannot stop {one.name}: it keeps no take whose job is gone. "
                "To take over a running recording, run vrmon hold."
            )
        released = (take.job, now)
        self._loop.amend(one.key, lambda memory: replace(memory, released=released))
        return f"{take.name!r} is being stopped."

    def claim(self, channel: str, by: str) -> str:  # noqa: ARG002 - the API has logged who asked
        one = self._commanded(channel, "claim")
        memory = self._memory(one)
        theirs = memory.theirs
        if theirs is None:
            why = "records nothing" if memory.running is None else "records vrmon's own take"
            raise ControlError(f"Cannot claim {one.name}: as far as vrmon knows its source {why}.")
        try:
            claimed(memory)
        except ValueError:
            text = f"Cannot claim {one.name}: there is no job that the recording may be of."
            raise ControlError(f"{text} Stop it in {self._recorder(one)} if nobody needs it.") from None
        self._loop.amend(one.key, claimed)
        return f"{theirs.name or 'The recording'!r} is vrmon's own take from now on: it ends with its job."

    def drill(self, channel: str, seconds: float | None, by: str) -> str:
        one = self._commanded(channel, "drill")
        seconds = self._loop.settings.drill.seconds if seconds is None else seconds
        why = self._drills.begin(one, seconds, by)
        if why:
            raise ControlError(f"Cannot drill {one.name}: {why}.")
        return f"{one.name} is being drilled for {span(seconds)}: /status tells what comes of it."

    def acknowledge(self, code: str, subject: str, seconds: float, note: str, by: str) -> str:
        problem, now = self._problem(code, subject), time.monotonic()
        self._refuse_on_standby(f"acknowledge {code} of {subject}", problem)
        one = Acknowledgement(by, now, now + seconds, problem.severity, note)
        self._loop.change(
            lambda memory: replace(memory, acknowledged={**memory.acknowledged, problem.key: one})
        )
        return f"{code} of {subject} is acknowledged for {span(seconds)}, unless it ends or gets worse."

    def withdraw(self, code: str, subject: str, by: str) -> str:  # noqa: ARG002 - the API has logged who asked
        problem = self._problem(code, subject)
        self._refuse_on_standby(f"withdraw the acknowledgement of {code} of {subject}", problem)
        key = problem.key
        if key not in self._loop.memory.acknowledged:
            return f"{code} of {subject} is not acknowledged."
        kept = {one: known for one, known in self._loop.memory.acknowledged.items() if one != key}
        self._loop.change(lambda memory: replace(memory, acknowledged=kept))
        return f"{code} of {subject} is no longer acknowledged."

    def alarms(self, failing: Mapping[str, str], seen: Sequence[Seen]) -> None:
        now, loop = time.monotonic(), self._loop
        self.alarm_watch.hear(failing, now)
        told = sightings.heard(loop.sightings, seen, loop.settings.channels, now)
        if told != loop.sightings:
            loop.sightings = told
            loop.turn()

    def metrics(self) -> MetricsSnapshot:
        began = self._began + self._clock.epoch
        return metrics.snapshot(self._scene(), self._loop, self._counting, began, self.beat)

    def _scene(self) -> Scene:
        loop = self._loop
        if loop.plan is None:
            raise ControlError("Cannot show the status: vrmond is still starting. Ask again.")
        return Scene(
            version=__version__,
            settings=loop.settings,
            plan=loop.plan,
            primaries={name: one.counts.view() for name, one in loop.primaries.items()},
            dvrs={name: one.counts.view() for name, one in loop.dvrs.items()},
            now=time.monotonic(),
            epoch=self._clock.epoch,
            began=self._began,
            configuration=self.configuration,
            own=self._own_problems.now(),
            recent=self._event_log.recent,
            pictures=self._pictures.taken(),
            zone=zone(),
            pair=self._pairing.document(),
            readings=self._readings,
        )

    def _channel(self, name: str) -> Channel:
        for channel in self._loop.settings.channels:
            if channel.name == name:
                return channel
        raise UnknownChannel(name)

    def _commanded(self, channel: str, what: str) -> Channel:
        """The channel of that name; ControlError where the other host of the pair commands it."""
        one = self._channel(channel)
        self._refuse_on_standby(f"{what} {one.name}")
        return one

    def _refuse_on_standby(self, what: str, problem: Problem | None = None) -> None:
        """What only one of the two hosts has is its own to acknowledge."""
        why = self._pairing.refusal()
        is_own = problem is not None and problem.subject == SUBJECT
        if why and not is_own:
            raise ControlError(f"Cannot {what}: {why}")

    def _problem(self, code: str, subject: str) -> Problem:
        for problem, _ in self._scene().worst_first:
            if (problem.code.value, problem.subject) == (code, subject):
                return problem
        raise UnknownProblem(f"Cannot find {code} of {subject!r}: no such problem is there now.")

    def _recorder(self, channel: Channel) -> str:
        """What people call it."""
        return self._loop.settings.dvrs[channel.dvr].traits.recorder

    def _memory(self, channel: Channel) -> ChannelMemory:
        return self._loop.memory.channels.get(channel.key, NEW_CHANNEL)
