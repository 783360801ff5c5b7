"""One running vrmond: the parts put together, systemd kept informed, the signals answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from vrmon import __version__
from vrmon.api import Api
from vrmon.catalog import Code
from vrmon.config.in_force import InForce
from vrmon.daemon import journal, systemd
from vrmon.daemon.bookkeeping import Bookkeeping
from vrmon.daemon.checking import Checking
from vrmon.daemon.clock import Clock
from vrmon.daemon.counting import Counting
from vrmon.daemon.drills import Drills
from vrmon.daemon.event_log import EventLog
from vrmon.daemon.listening import Listening
from vrmon.daemon.loop import Loop
from vrmon.daemon.own_problems import OwnProblems
from vrmon.daemon.pairing import Pairing
from vrmon.daemon.saving import Saving
from vrmon.daemon.service import Service
from vrmon.daemon.signals import heed
from vrmon.errors import ConfigError, HistoryError
from vrmon.history.pages import last_events
from vrmon.model import SUBJECT
from vrmon.plan.memory import Memory
from vrmon.state import StateStore, snapshot
from vrmon.views.events import Event
from vrmon.views.round import Round
from vrmon.workers.pictures import WATCHED, Pictures

log = logging.getLogger(__name__)

_PACE = 1.0  # seconds between two rounds of housekeeping, unless the watchdog wants more of them
_LOOP_BUDGET = 10.0  # seconds without a round after which the loop counts as stuck
_LAST_SAVE = 2.0
_RECALLED = 500  # events of earlier days, for the lines that they make


class Daemon:
    """From `run` until SIGTERM. Made inside a running asyncio loop."""

    def __init__(self, inforce: InForce, store: StateStore, history: Path) -> None:
        """`history`: the file of it."""
        self._inforce = inforce
        self._store = store
        self._clock = Clock()
        self._event_log = EventLog()
        self._own_problems = OwnProblems()
        self._notifier = systemd.Notifier()
        self._ending = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._is_called_for = False  # a reload waits, and will read the file as it is then
        self._remembering = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._counting = Counting()
        self._saving = Saving(store, self._clock)
        self._bookkeeping = Bookkeeping(history, self._clock)
        self._bookkeeping.apply(inforce.settings.history)
        self._loop = Loop(
            self._remembered(), self._clock, self._turned, self._saving.kept, self._own_problems
        )
        self._pairing = Pairing(
            self._loop,
            self._clock,
            self._saving,
            self._tell,
            is_new=self._is_new,
            proof=store.proof(self._clock.boot),
        )
        self._drills = Drills(self._loop, self._clock)
        self._pictures = Pictures(lambda fetched: self._loop.call(self._pictures.take_in, fetched))
        self._service = Service(
            self._loop,
            self._clock,
            self._counting,
            self._event_log,
            self._own_problems,
            self._pictures,
            self._bookkeeping,
            self._saving,
            self.reload,
            Checking(inforce.path.absolute()).check,
            self._drills,
            self._pairing,
        )
        self._api = Api(self._service)
        self._listening = Listening(self._api)

    async def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            heed(number, self._ending.set)
        heed(signal.SIGHUP, self._hang_up)
        self._loop.apply(self._inforce.settings)
        self._pairing.apply(self._inforce.settings.pair)
        self._show_configuration()
        await self._listen()
        self._notifier.ready(self._service.summary())
        journal.report(logging.INFO, Code.STARTED, version=__version__)
        self._background(self._remember())
        recalling = asyncio.create_task(self._recall())
        keeping = asyncio.create_task(self._keep_house())
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({keeping, ending}, return_when=asyncio.FIRST_COMPLETED)
        recalling.cancel()
        await self._end()
        ending.cancel()
        if keeping.done():
            keeping.result()  # housekeeping ends only by an error, which ends the daemon
        keeping.cancel()

    async def reload(self) -> str:
        """Put the file in force: what came of it. ConfigError when it is refused."""
        async with self._reloading:
            self._is_called_for = False
            self._notifier.reloading()
            before = self._inforce.settings
            try:
                settings = await asyncio.to_thread(self._inforce.read)
                await self._drills.end("the configuration was read again")
                self._loop.apply(settings)
                self._pairing.apply(settings.pair)
                self._pictures.keep({channel.key for channel in settings.channels})
                self._background(asyncio.to_thread(self._bookkeeping.apply(settings.history)))
                self._bookkeeping.excuse()
                if settings.log != before.log:
                    await asyncio.to_thread(journal.setup, settings.log)
                await self._listen()
                self._trouble(Code.STATE_DAMAGED, "")
                self._background(self._remember())
            finally:
                self._show_configuration()
                self._notifier.ready()
        counts = (
            f"channels: {len(settings.channels)}, devices: {len(settings.primaries) + len(settings.dvrs)}"
        )
        journal.report(logging.INFO, Code.RELOADED, reason=counts)
        return f"The configuration is in force ({counts})."

    def _hang_up(self) -> None:
        """However often it is signalled meanwhile, one reload more is enough."""
        if self._is_called_for:
            return
        self._is_called_for = True

        async def reload() -> None:
            with contextlib.suppress(ConfigError):  # said in the journal and in /status already
                await self.reload()

        self._background(reload())

    async def _remember(self) -> None:
        """One at a time: two would write one file, and a disk that hangs would keep a thread for each."""
        async with self._remembering:
            await asyncio.to_thread(self._inforce.remember)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _recall(self) -> None:
        """What happened before, as soon as the history can be read."""
        while (book := self._bookkeeping.book) is not None:
            try:
                before = await self._bookkeeping.ask(lambda one: last_events(one, book.session, _RECALLED))
            except HistoryError:
                await asyncio.sleep(_PACE)
            else:
                self._event_log.precede(before)
                self._api.changed()
                return

    def _remembered(self) -> Memory:
        loaded = self._store.load()
        memory = Memory()
        while loaded.payload is not None:
            try:
                memory = self._restored(loaded.payload)
                break
            except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
                loaded = self._store.refuse(loaded, repr(error))
        self._is_new = loaded.payload is None
        self._trouble(Code.STATE_DAMAGED, loaded.complaint)
        return memory

    def _restored(self, payload: Mapping[str, Any]) -> Memory:
        clock, settings = self._clock, self._inforce.settings
        called = {channel.name: channel.key for channel in settings.channels}
        return snapshot.restore(payload, clock.epoch, time.monotonic(), settings.sync, clock.boot, called)

    def _turned(self, turned: Round) -> None:
        """All that lives on the rounds of the loop."""
        self._counting.take_in(turned)
        for event in turned.events:
            self._tell(event)
        self._saving.take_in(turned)
        self._bookkeeping.take_in(turned, tuple(self._own_problems.now()))
        self._api.changed()

    async def _keep_house(self) -> None:
        interval = systemd.watchdog_interval()
        pace = _PACE if interval is None else min(_PACE, interval / 4)
        status = ""
        while True:
            now = time.monotonic()
            self._judge(now)
            if self._listening.is_lacking:
                await self._listen()
            if self._inforce.failing and not self._tasks:
                self._background(self._remember())
            self._look_around(now)
            if not self._pairing.refusal():
                self._drills.take_turns()
            if not self._service.late:
                self._notifier.watchdog()
                self._service.beat = now
            said, status = status, self._service.summary()
            if status != said:
                self._notifier.status(status)
            await asyncio.sleep(pace)

    def _judge(self, now: float) -> None:
        """Who has not come round in time, and whether the disk takes what it is given."""
        due = {"the control loop": self._loop.turned + _LOOP_BUDGET}
        waits_since = self._loop.waits_since()
        if waits_since is not None:
            due["answers that nobody has looked at"] = waits_since + _LOOP_BUDGET
        due |= {f"the threads of {name}": moment for name, moment in self._loop.due_back().items()}
        self._service.late = [name for name, moment in due.items() if moment < now]
        self._trouble(Code.WORKER_STUCK, ", ".join(self._service.late))
        # Said in the log already, by whoever could not write there.
        self._own_problems.set(Code.LOG_FAILING, journal.failing(), now)
        self._trouble(Code.STATE_FAILING, self._store.failing() or self._inforce.failing)
        self._trouble(Code.HISTORY_FAILING, self._bookkeeping.failing())
        self._trouble(Code.HISTORY_DAMAGED, self._bookkeeping.complaint(newer=False))
        self._trouble(Code.HISTORY_NEWER, self._bookkeeping.complaint(newer=True))
        for code, what in self._pairing.problems(now):
            self._trouble(code, what)
        missed = self._bookkeeping.missed()
        if missed:
            self._tell(Event.of(Code.HISTORY_LOST, SUBJECT, {}, rows=missed))
        alarm_watch = self._service.alarm_watch
        alarm_watch.apply(self._inforce.settings, now)
        self._trouble(Code.ALARM_FAILING, alarm_watch.failing())
        self._trouble(Code.ALARM_SILENT, alarm_watch.silent(now))

    def _look_around(self, now: float) -> None:
        """Notice who is missed, and ask the DVRs for what only matters to people."""
        self._pairing.look_around()
        self._loop.notice_missed(now)
        looked_at = self._service.looked_at
        watched = bool(self._api.watchers) or (looked_at is not None and now - looked_at < WATCHED)
        self._loop.ask_aside(now)
        for name, dvr in self._loop.dvrs.items():
            if dvr.counts.failures == 0 and (watched or self._pictures.watched(now)):
                sources, pace = self._loop.sources(name), self._inforce.settings.eyes.every
                self._pictures.fetch(dvr, sources, now, pace, everyone=watched)

    async def _listen(self) -> None:
        await self._listening.open(self._inforce.settings.api)
        self._trouble(Code.ADDRESS_TAKEN, self._listening.missing)

    def _show_configuration(self) -> None:
        self._service.configuration = self._inforce.shown()
        self._trouble(Code.CONFIGURATION_REFUSED, self._inforce.trouble())

    def _trouble(self, code: Code, what: str) -> None:
        for event in self._own_problems.set(code, what, time.monotonic()):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        moment = time.time()
        number = self._event_log.tell(event, self._inforce.settings, moment)
        self._bookkeeping.happened(event, number, moment)

    async def _end(self) -> None:
        self._notifier.stopping()
        await self._drills.end("vrmon was ended")
        await self._listening.close()
        passed_on = self._pairing.close()
        self._loop.close()
        self._saving.save_now()
        await asyncio.to_thread(passed_on)
        await asyncio.to_thread(self._store.close, _LAST_SAVE)
        await asyncio.to_thread(self._bookkeeping.close, _LAST_SAVE)
        journal.report(logging.INFO, Code.STOPPED)
        self._notifier.close()
