"""What a DVR tells beside its sources: asked for now and then, and never twice at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Generic, TypeVar

from vrmon.devices.contract import Dvr
from vrmon.errors import DeviceError
from vrmon.workers.lanes import Lanes

_LAPSE = 3  # questions in a row without an answer before what was told holds no more

V = TypeVar("V")


class Aside(Generic[V]):
    """`told` is what it told last, () before that and once it holds no more. Belongs to the loop."""

    def __init__(self, ask: Callable[[Dvr], tuple[V, ...]], every: float) -> None:
        self.told: tuple[V, ...] = ()
        self._ask = ask
        self._every = every
        self._due = 0.0
        self._failed = 0
        self._is_asked = False

    def ask(self, lanes: Lanes[Dvr], now: float, deliver: Callable[[tuple[V, ...] | None], None]) -> None:
        """Ask if it is time and no question is under way: one that a DVR leaves without an answer keeps one
        lane from its commands, and no more. `deliver` is called in a lane, with None where there is nothing
        to be had; what it gets is for `take_in`."""
        if self._is_asked or now < self._due:
            return
        self._is_asked, self._due = True, now + self._every

        def fetch(dvr: Dvr) -> None:
            found = None
            try:
                # Older builds have none to tell; the poll tells of every other trouble.
                with contextlib.suppress(DeviceError):
                    found = self._ask(dvr)
            finally:
                deliver(found)

        lanes.submit(fetch)

    def take_in(self, found: tuple[V, ...] | None) -> None:
        """None: it could not be had."""
        self._is_asked = False
        self._failed = self._failed + 1 if found is None else 0
        if found is not None or self._failed >= _LAPSE:
            self.told = found or ()
