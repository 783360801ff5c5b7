"""Those who carry messages: a thread for each that is on its way, and one at a time for each way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue

from vrmon.alarm.child import PATIENCE, Delivery, send
from vrmon.alarm.letters import Letter
from vrmon.alarm.message import Message
from vrmon.alarm.sender import Sender
from vrmon.alarm.ways import Way

_SLOW = 5.0  # seconds after which a way that does not deliver holds up others
_LATE = PATIENCE + 20.0  # seconds after which a thread counts as stuck


@dataclass(frozen=True)
class Outcome:
    """`letter` is None for what is sent once, such as a sign of life, which has no `message` either."""

    way: Way
    letter: Letter | None
    message: Message | None
    delivery: Delivery


class Messengers:
    """Hands each outcome to `outcomes`. Every method is called from one thread."""

    def __init__(self, sender: Sender, outcomes: SimpleQueue[Outcome | None]) -> None:
        self._sender = sender
        self._outcomes = outcomes
        self._out: dict[str, float] = {}
        self._hangs: dict[str, bool] = {}

    def is_out(self, way: str) -> bool:
        """Whether the messenger of the way with that key has not come back yet."""
        return way in self._out

    def late(self) -> list[str]:
        """The ways whose messenger should have been back long ago."""
        return [way for way, since in [*self._out.items()] if time.monotonic() - since > _LATE]

    def carry(self, way: Way, message: Message | None, letter: Letter | None = None) -> None:
        """The way's messenger must be at home."""
        has_failed = letter is not None and letter.tries > 0
        is_doubtful = self._hangs.get(way.key, has_failed)
        self._out[way.key] = float("inf")  # it has not begun

        def begins() -> None:
            self._out[way.key] = time.monotonic()

        def run() -> None:
            delivery = send(way, message, self._sender, begins, is_doubtful=is_doubtful)
            self._outcomes.put(Outcome(way, letter, message, delivery))

        threading.Thread(target=run, name=f"to {way.name}", daemon=True).start()

    def take_in(self, outcome: Outcome) -> None:
        """What came of what was carried, or of a test."""
        way, delivery = outcome.way.key, outcome.delivery
        self._hangs[way] = bool(delivery.why) and delivery.took >= _SLOW
        if outcome.letter is not None or outcome.message is None:
            self._out.pop(way, None)

    def all_home(self) -> bool:
        return not self._out
