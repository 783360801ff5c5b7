"""Which ways work: told in the log when one begins to fail and when it works again, and to vrmond."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from vrmon.alarm.ways import Fault, Way
from vrmon.daemon.journal import fields
from vrmon.text import span

log = logging.getLogger(__name__)

STATE = "vrmon-alarm"  # stands among the ways for its own memory
PICTURES = "pictures"  # and for what it looks at

_BEGINS_AND_ENDS = {
    STATE: ("What was told cannot be kept over a restart", "What is told is kept again"),
    PICTURES: ("Pictures cannot be looked at", "Pictures are looked at again"),
}
_OF_A_WAY = ("Alarm not delivered", "Alarms are delivered again")


class WaysHealth:
    """By the key of a way: what people call it, why it fails, and since when (monotonic)."""

    def __init__(self) -> None:
        self._names: Mapping[str, str] = {}
        self._failing: dict[str, tuple[str, float]] = {}
        self._faults: tuple[Fault, ...] = ()

    def configured(self, ways: Iterable[Way], faults: tuple[Fault, ...], now: float) -> None:
        """From now on there are these ways, and those of `faults` cannot be tried."""
        self._names = {way.key: way.name for way in ways}
        for fault in self._faults:
            if fault not in faults:
                self.take_in(fault.way, "", now)
        self._faults = faults
        for fault in faults:
            self.take_in(fault.way, fault.why, now)
        kept = {*self._names, *_BEGINS_AND_ENDS, *(fault.way for fault in faults)}
        self._failing = {key: one for key, one in self._failing.items() if key in kept}

    def take_in(self, way: str, why: str, now: float) -> None:
        """`why` it failed just now, "" where it did not."""
        before = self._failing.get(way)
        begins, ends = _BEGINS_AND_ENDS.get(way, _OF_A_WAY)
        if why:
            self._failing[way] = (why, now if before is None else before[1])
            if before is None:
                log.warning(begins, extra=fields(way=self._name(way), reason=why))
        elif before is not None:
            del self._failing[way]
            log.info(ends, extra=fields(way=self._name(way), reason=span(now - before[1])))

    def failing(self) -> dict[str, str]:
        """By what people call it: why."""
        return {self._name(way): why for way, (why, _) in self._failing.items()}

    def _name(self, way: str) -> str:
        return self._names.get(way, way)

    def report(self) -> dict[str, Any]:
        """As vrmond is told: every way, and why those that fail do."""
        failing = self.failing()
        every = dict.fromkeys([*self._names.values(), *failing])
        return {"ways": [{"way": way, "failing": failing.get(way)} for way in every]}
