"""What is known goes to the disk: soon after each round, and before a take begins."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from vrmon.daemon.clock import Clock
from vrmon.model import Verb
from vrmon.plan.memory import Memory
from vrmon.settings import ChannelKey
from vrmon.state import StateStore
from vrmon.state.encoded import Encoded
from vrmon.views.round import Round

_AFTER = 0.02  # seconds: what changes in one burst is saved once
_AT_LEISURE = 1.0  # seconds: where looks have shown that all goes on, only their minutes are new
_PATIENCE = 2.0  # seconds that a person waits for a slow disk


class Saving:
    """Saves the memory of the last round. Made and used in a running asyncio loop."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._aio = asyncio.get_running_loop()
        self._memory = Memory()
        self._encoded = Encoded(clock.boot)
        self._due: asyncio.TimerHandle | None = None
        self._saved = threading.Event()  # set by the next save
        self._waiting: list[asyncio.Future[None]] = []  # for the next save
        self.share: Callable[[str], None] = lambda _: None  # with the other host of a pair
        self._starting: dict[ChannelKey, threading.Event] = {}  # of the take that is being started

    def take_in(self, turned: Round) -> None:
        """Save soon what the round came to."""
        self._memory = turned.plan.memory
        self._save_within(_AT_LEISURE if _is_as_it_was(turned) else _AFTER)
        for action in turned.sent:
            if action.verb is Verb.SET_NAME and action.channel is not None:
                self._starting[action.channel] = self._saved

    def kept(self, channel: ChannelKey) -> threading.Event:
        """What is set when the take that the channel begins is on the disk, or cannot be: since it was named,
        or, where it gets its name with the record command, with the round that is being turned."""
        return self._starting.pop(channel, self._saved)

    async def has_saved(self) -> bool:
        """Whether the disk has what the last round changed; told when it is known, and soon in any case."""
        self._save_within(_AFTER)
        saved = self._aio.create_future()
        self._waiting.append(saved)
        try:
            await asyncio.wait_for(saved, _PATIENCE)
        except asyncio.TimeoutError:
            return False
        return not self._store.failing()

    def save_now(self) -> None:
        """Hand over what is known, without waiting for what else a burst may change."""
        if self._due is not None:
            self._due.cancel()
        self._save()

    def _save_within(self, seconds: float) -> None:
        moment = self._aio.time() + seconds
        if self._due is not None:
            if self._due.when() <= moment:
                return
            self._due.cancel()
        self._due = self._aio.call_at(moment, self._save)

    def _save(self) -> None:
        self._due = None
        saved, self._saved = self._saved, threading.Event()
        waiting, self._waiting = self._waiting, []

        def done() -> None:
            saved.set()
            with contextlib.suppress(RuntimeError):  # the asyncio loop has ended, and nobody waits any more
                self._aio.call_soon_threadsafe(_end, waiting)

        text = self._encoded.encode(self._memory, self._clock.epoch)
        self._store.save_text(text, done)
        self.share(text)


def _is_as_it_was(turned: Round) -> bool:
    """Whether nothing was decided, sent or heard of a command: what the devices tell is as it was."""
    plan, before = turned.plan, turned.before
    is_decided = any(channel.key not in plan.steady for channel, _ in plan.decided)
    return not (is_decided or turned.sent or turned.results) and plan.memory.problems is before.problems


def _end(waiting: list[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)
