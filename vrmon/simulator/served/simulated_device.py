"""What both simulated devices have in common: a lock, a log of requests, faults, and a listener.

Every public method may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from vrmon.simulator.served.exchange import NOT_FOUND, Answer, Arrival, Request, Route
from vrmon.simulator.served.faults import Fault, Faults, is_on
from vrmon.simulator.served.switches import Switches, switched

LOG_LENGTH = 100_000

Work: TypeAlias = "asyncio.Task[None] | None"

P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D", bound="SimulatedDevice")


class Listener(Protocol):
    """Where a device is served. The coroutines belong to `loop`."""

    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    async def refuse(self, seconds: float | None = None) -> None: ...

    async def listen_again(self) -> None: ...

    async def drop_connections(self) -> None: ...


def locked(method: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[D, P], R]:
    """The method runs under the device's lock, and wakes those who wait for a change."""

    @wraps(method)
    def call(device: D, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with device.changed:
            try:
                return method(device, *args, **kwargs)
            finally:
                device.changed.notify_all()

    return call


class SimulatedDevice:
    """`delay` (seconds) holds back every answer. `ACTIONS`: the methods that a control request may call.

    `PART`: the name of the argument by which a switch is set for a part of it.
    """

    KIND: ClassVar[str]
    PART: ClassVar[str]
    ACTIONS: ClassVar[tuple[str, ...]] = (
        *("fault", "clear_faults", "switch"),
        *("refuse", "listen_again", "drop_connections"),
    )

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.delay = 0.0
        self.faults = Faults()
        self.listener: Listener | None = None
        self.routes: tuple[Route, ...] = ()
        self.switches: Switches = Switches()
        self._log: deque[Arrival] = deque(maxlen=LOG_LENGTH)

    @locked
    def answer(self, request: Request) -> Answer:
        """Processes one request; the effect is there when this returns."""
        for route in self.routes:
            if route.method == request.method:
                params = route.params(request.segments)
                if params is not None:
                    answer = route.handler(replace(request, params=params))
                    return replace(answer, is_list=True) if route.is_list else answer
        return NOT_FOUND

    @locked
    def note(self, arrival: Arrival) -> None:
        self._log.append(arrival)

    @locked
    def arrivals(self, route: str = "*") -> list[Arrival]:
        """The requests so far, in order; `route` is a glob for "PATH" or "METHOD PATH"."""
        return [arrival for arrival in self._log if is_on(route, arrival.method, arrival.path)]

    @locked
    def switch(self, /, **changes: Any) -> None:
        """Sets switches by name."""
        self.switches = switched(self.switches, changes)

    @locked
    def describe(self) -> dict[str, object]:
        """The whole state, for JSON."""
        return {"device": self.KIND, "delay_ms": self.delay * 1000, "faults": self.faults.describe()}

    def wait_until(self, condition: Callable[[], R], timeout: float = 60.0) -> R:
        """Returns the first true value of `condition`, tried every 10 ms or sooner; else TimeoutError."""
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{self.KIND}: not within {timeout:g} s")
            with self.changed:
                self.changed.wait(min(left, 0.01))
        return value

    def fault(
        self,
        kind: str,
        route: str = "*",
        *,
        times: int | None = None,
        processed: bool = False,
        seconds: float = 0.05,
        status: int | None = None,
        body: str | bytes = "",
        kept: bool = False,
        chance: float = 1.0,
    ) -> Fault:
        """Sets a fault (see `faults` for the kinds), for `times` requests or until `clear_faults`."""
        fault = Fault(kind, route, times, processed, seconds, status, body, kept, chance)
        self.faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        self.faults.clear()

    def refuse(self, seconds: float | None = None) -> Work:
        """Drops every connection and refuses new ones, for so long or until `listen_again`."""
        return self.at_listener(self._listening().refuse(seconds))

    def listen_again(self) -> Work:
        """Listens on the same port as before."""
        return self.at_listener(self._listening().listen_again())

    def drop_connections(self) -> Work:
        """Every connection is closed, the idle ones included; new ones are welcome."""
        return self.at_listener(self._listening().drop_connections())

    @property
    def url(self) -> str:
        return self._listening().url

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as AB:CD:…; "" without TLS."""
        return self._listening().fingerprint

    def _listening(self) -> Listener:
        if self.listener is None:
            raise RuntimeError(f"{self.KIND} is not being served")
        return self.listener

    def at_listener(self, work: Coroutine[Any, Any, None]) -> Work:
        """Does the work where the device is served. It is done when this returns.

        Called from there, it returns the task that does it.
        """
        loop = self._listening().loop
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is loop:
            return loop.create_task(work)
        asyncio.run_coroutine_threadsafe(work, loop).result(timeout=5)
        return None
