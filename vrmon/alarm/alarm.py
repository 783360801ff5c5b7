"""The loop: ask vrmond, decide what is to be told, see that it is, and say how the ways do."""

from __future__ import annotations

import logging
import queue
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from vrmon.alarm import letters
from vrmon.alarm.addressing import Audience, addressed
from vrmon.alarm.child import send
from vrmon.alarm.condition import read
from vrmon.alarm.configured import Configured
from vrmon.alarm.deciding import plan
from vrmon.alarm.door import Door
from vrmon.alarm.eyes.eyes import Eyes
from vrmon.alarm.health import PICTURES, STATE, WaysHealth
from vrmon.alarm.inquiry import Inquiry
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.messengers import Messengers, Outcome
from vrmon.alarm.notebook import Notebook
from vrmon.alarm.reporting import Reporting
from vrmon.alarm.sender import Sender
from vrmon.alarm.told import Told
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity
from vrmon.daemon import systemd
from vrmon.daemon.journal import fields

log = logging.getLogger(__name__)

_PACE = 2.0  # seconds between two looks at vrmond
_IDLE = 10.0  # the same where nobody is to be told
_BEATING = 60.0  # seconds between two signs of life for the dead-man's switch
_LAST = 5.0  # seconds that messengers get to come back at the end
_WRITTEN = 2.0  # seconds that the record of what was told gets then

_TEST = Message(
    Occasion.TEST, "", Severity.INFO, "", "This is a test of vrmon's alarms. Nothing is wrong.", since=0.0
)


class Alarm:
    """From `run` until SIGTERM. `notebook` holds what must outlive the process."""

    def __init__(
        self, configured: Configured, notebook: Notebook, told: Told, door: Path, socket_path: Path | None
    ) -> None:
        self._configured = configured
        self._notebook = notebook
        self._told = told
        self._socket_path = socket_path
        self._sender = Sender(socket.gethostname(), notebook.known.starts)
        self._notifier = systemd.Notifier()
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()
        self._messengers = Messengers(self._sender, self._outcomes)
        self._health = WaysHealth()
        self._loaded: str | None = None
        self._reporting = Reporting()
        self._beat = float("-inf")
        self._eyes = Eyes(lambda: Inquiry(self._inquiry.path))
        self._is_ending = False
        self._is_stale = True  # whether the configuration is to be read
        self._door = Door(
            door, {"alarms": self._told.entries, "causes": self._causes, "test": self._try_ways}
        )

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._hang_up)
        self._configure()
        self._door.open()
        self._notifier.ready(self._summary(answers=True))
        while not self._is_ending:
            self._round()
        self._notifier.stopping()
        self._door.close()
        self._eyes.close(_LAST)
        self._take_in_until(time.monotonic() + _LAST)
        self._notebook.close()
        self._told.close(_WRITTEN)
        self._notifier.close()

    def _round(self) -> None:
        began = time.monotonic()
        if self._is_stale:
            self._configure()
        document = self._inquiry.status()
        condition = read(document)
        if condition is not None and condition.loaded != self._loaded:
            # vrmond has read the file anew, so it is worth reading.
            if self._loaded is not None:
                self._configure()
            self._loaded = condition.loaded
        settings, now = self._configured.settings.alarm, self._notebook.now()
        before = self._notebook.known
        known, messages = plan(document, before, settings, now, datetime.now().astimezone())
        self._notebook.known, losses = addressed(before, known, messages, self._audience(), now)
        for letter, why in losses:
            log.warning("Alarm given up", extra=fields(way=letter.way, reason=letter.message.message))
            self._told.add_loss(letter.way, why, time.time())
        self._notebook.save()
        self._hand_out()
        self._sign_of_life(answers=condition is not None)
        if condition is not None:
            self._eyes.watch(condition.recorded, self._configured.settings.eyes)
            self._health.take_in(STATE, self._notebook.failing(), time.monotonic())
            self._health.take_in(PICTURES, self._eyes.failing(), time.monotonic())
            self._reporting.tell(self._inquiry, self._health, self._eyes)
        if not self._messengers.late() and not self._eyes.late():
            self._notifier.watchdog()
        self._notifier.status(self._summary(answers=condition is not None))
        self._take_in_until(began + (_PACE if self._has_work() else _IDLE))

    def _has_work(self) -> bool:
        configured = self._configured
        return bool(configured.ways or configured.faults or configured.settings.eyes.enabled)

    def _take_in_until(self, moment: float) -> None:
        """What messengers bring back until then; at the end, only for as long as one is out."""
        while not (self._is_ending and self._messengers.all_home()):
            left = moment - time.monotonic()
            if left <= 0:
                return
            try:
                outcome = self._outcomes.get(timeout=left)
            except queue.Empty:
                return
            if outcome is None and not self._is_ending:
                return  # a signal
            if outcome is None:
                continue
            self._take_in(outcome)
            if not self._is_ending:
                self._hand_out()

    def _take_in(self, outcome: Outcome) -> None:
        way, delivery, now = outcome.way.key, outcome.delivery, time.monotonic()
        self._messengers.take_in(outcome)
        self._health.take_in(way, delivery.why, now)
        if outcome.message is not None:
            if not delivery.why:
                log.info(
                    "Alarm delivered",
                    extra=fields(
                        outcome.message.code, way=outcome.way.name, event=outcome.message.occasion.value,
                        subject=outcome.message.subject,
                    ),
                )  # fmt: skip
            self._told.add(outcome, time.time())
        if outcome.letter is not None:
            known = self._notebook.known.letters
            if delivery.why:
                rest = letters.failed(known, outcome.letter, delivery.why, self._notebook.now())
            else:
                rest = letters.delivered(known, outcome.letter)
            self._notebook.known = replace(self._notebook.known, letters=rest)
            self._notebook.save(wait=False)

    def _hand_out(self) -> None:
        for way in self._listeners():
            if not self._messengers.is_out(way.key):
                letter = letters.next_to(self._notebook.known.letters, way.key, self._notebook.now())
                if letter is not None:
                    self._messengers.carry(way, letter.message, letter)

    def _sign_of_life(self, *, answers: bool) -> None:
        """To a dead-man's switch, which calls somebody when it gets none: while vrmond answers and people
        can be told."""
        now = time.monotonic()
        for way in self._configured.ways:
            others = self._health.failing().keys() - {way.name, PICTURES}
            is_due = now - self._beat >= _BEATING and not self._messengers.is_out(way.key)
            if way.kind is Kind.HEARTBEAT and answers and not others and is_due:
                self._beat = now
                self._messengers.carry(way, None)

    def _causes(self) -> Iterator[dict[str, Any]]:
        """What people were told that lasts, in the words in which they were."""
        for one in self._notebook.known.incidents.values():
            if one.told is not None:
                yield {**one.cause._asdict(), "channels": list(one.channels)}

    def _try_ways(self) -> Iterator[dict[str, Any]]:
        """Asked by a person, in a thread of the door's: a test on every way, whatever is on its way there."""
        for fault in self._configured.faults:
            yield {"way": fault.way, "why": fault.why, "took": 0.0}
        ways = self._configured.ways
        with ThreadPoolExecutor(max_workers=max(len(ways), 1)) as threads:
            tries = {threads.submit(partial(self._try, way)): way for way in ways}
            for done in as_completed(tries):
                outcome = done.result()
                yield {"way": outcome.way.name, "why": outcome.delivery.why, "took": outcome.delivery.took}

    def _try(self, way: Way) -> Outcome:
        message = None if way.kind is Kind.HEARTBEAT else replace(_TEST, since=time.time())
        outcome = Outcome(way, None, message, send(way, message, self._sender, is_doubtful=True))
        if message is not None:
            self._outcomes.put(outcome)
        return outcome

    def _listeners(self) -> list[Way]:
        return [way for way in self._configured.ways if way.kind is not Kind.HEARTBEAT]

    def _audience(self) -> Audience:
        return Audience(self._listeners(), is_whole=not self._configured.faults)

    def _configure(self) -> None:
        self._is_stale = False
        self._configured.read()
        self._inquiry = Inquiry(self._socket_path or self._configured.socket)
        self._health.configured(self._configured.ways, self._configured.faults, time.monotonic())

    def _summary(self, *, answers: bool) -> str:
        ways, failing = self._configured.ways, self._health.failing()
        if not ways and not failing:
            return "Nobody is told of problems: [alarm] of vrmon.toml names no way"
        told = sum(one.told is not None for one in self._notebook.known.incidents.values())
        parts = [f"{len(ways)} way{'s' * (len(ways) != 1)}", f"{told} problem{'s' * (told != 1)} told"]
        parts += [f"{name} fails: {why}" for name, why in failing.items()]
        return "; ".join(["" if answers else "vrmond does not answer", *parts]).lstrip("; ")

    def _end(self, *_: object) -> None:
        self._is_ending = True
        self._outcomes.put(None)

    def _hang_up(self, *_: object) -> None:
        self._is_stale = True
        self._outcomes.put(None)
