"""A device's poll thread: looks at a fixed rate, sooner when asked, and tells every look's outcome."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from vrmon.catalog import Code
from vrmon.errors import CertificateRefused, DeviceError, PasswordRefused, Unreachable
from vrmon.model import DeviceState, Observation, Sight
from vrmon.workers.lanes import Closable

log = logging.getLogger(__name__)

C = TypeVar("C", bound=Closable)
T = TypeVar("T")


class Poller(Generic[C, T]):
    """`interval` is from the beginning of one look to that of the next. `came_round`: when it last did.
    `is_refused`: the system gave no thread for it."""

    def __init__(
        self,
        name: str,
        interval: float,
        connect: Callable[[], C],
        look: Callable[[C], Sight[T]],
        deliver: Callable[[Observation[T]], None],
    ) -> None:
        self.name = name
        self.came_round = time.monotonic()
        self.is_refused = False
        self._interval = interval
        self._connect = connect
        self._look = look
        self._deliver = deliver
        self._due = 0.0
        self._closing = False
        self._fault = ""
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def thread(self) -> int:
        """The native id of its thread, 0 before it runs."""
        return (self._thread and self._thread.native_id) or 0

    def start(self) -> None:
        """Begin, unless it is refused: then this is to be called again."""
        thread = threading.Thread(target=self._run, name=f"{self.name} poll", daemon=True)
        was_refused = self.is_refused
        try:
            thread.start()
        except RuntimeError as error:  # the system gives no more threads
            if not was_refused:
                log.error("Poll thread refused", extra={"DEVICE": self.name, "REASON": str(error)})
            self.is_refused = True
            return
        self._thread, self.is_refused = thread, False
        if was_refused:
            log.warning("Poll thread granted again", extra={"DEVICE": self.name})

    def look_at(self, moment: float) -> None:
        """Look at `moment` (monotonic) at the latest."""
        with self._wake:
            if moment < self._due:
                self._due = moment
                self._wake.notify()

    def close(self) -> None:
        """End after the look that is under way, and tell nobody of it."""
        with self._wake:
            self._closing = True
            self._wake.notify()

    def _run(self) -> None:
        client = self._connect()
        try:
            while self._wait():
                began = time.monotonic()
                with self._wake:
                    self._due = began + self._interval
                observation = self._observe(client, began)
                self.came_round = time.monotonic()
                if not self._closing:
                    self._deliver(observation)
        finally:
            client.close()

    def _wait(self) -> bool:
        with self._wake:
            while not self._closing and (left := self._due - time.monotonic()) > 0:
                self._wake.wait(left)
                self.came_round = time.monotonic()
            return not self._closing

    def _observe(self, client: C, began: float) -> Observation[T]:
        try:
            sight = self._look(client)
        except DeviceError as error:
            state = DeviceState.UNREACHABLE if isinstance(error, Unreachable) else DeviceState.UNKNOWN
            return Observation.unknown(began, time.monotonic(), str(error), state, _code(error))
        except Exception as error:  # the top of a thread: our own fault must not be taken for an answer
            before, self._fault = self._fault, repr(error)
            if self._fault != before:
                log.exception("Poll failed", extra={"DEVICE": self.name})
            reason = f"{self.name} could not be polled: {type(error).__name__} in vrmon itself"
            return Observation.unknown(began, time.monotonic(), reason)
        self._fault = ""
        return Observation.good(began, time.monotonic(), sight)


def _code(error: DeviceError) -> Code | None:
    if isinstance(error, PasswordRefused):
        return Code.PASSWORD_REFUSED
    return Code.CERTIFICATE_REFUSED if isinstance(error, CertificateRefused) else None
