"""Which requests of a device go wrong, how, and how often.

Kinds whose answer is replaced (the request is not processed unless `processed` is set):
  error (`status`, 500)   html   object   null   string   empty   nested   random_body   redirect
  body (`status`, 200, with the text in `body`)   random (no HTTP at all)   endless (a body without end)
  bomb (64 MiB of spaces, in 64 KiB of gzip)   reset   drop (closed without a byte)
  hang (until cleared)   continue (100 Continue for ever, one each `seconds`)
Kinds that spoil the right answer (the request is always processed):
  lost_answer (then a reset)   cut_headers   cut_body (below Content-Length)   truncated (half of the JSON,
  with the Content-Length of that half)   drip_headers, drip_body (a byte each `seconds`)
  delay (by `seconds`)   interim (a 103 comes before it)
  close (whole answer, then the kept connection is dropped without a word)
Kinds that obey late:
  late (nothing for `seconds`, or until cleared; only then it is processed, whether somebody waits or not)
A fault strikes the requests whose path, or METHOD and path, fit `route` (as a shell's pattern), `times` of
them or until it is cleared; with `kept`, no connection's first one; with `chance` (0 to 1), now and then, by
dice that fall alike in each run.
"""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

REPLACING = {"error", "html", "object", "null", "string", "empty", "nested", "random_body", "redirect"} | {
    "body",
    "random",
    "endless",
    "bomb",
    "reset",
    "drop",
    "hang",
    "continue",
}
LATE = {"late"}
SPOILING = {"lost_answer", "cut_headers", "cut_body", "truncated"} | {
    "drip_headers",
    "drip_body",
    "delay",
    "interim",
    "close",
}


def is_on(route: str, method: str, path: str) -> bool:
    """Whether `route` means a request: a glob for "PATH" (decoded, without the query) or "METHOD PATH"."""
    return fnmatchcase(f"{method} {path}" if " /" in route else path, route)


@dataclass
class Fault:
    """One fault, on the requests that `is_on` finds on `route`.

    `times` is how many requests it still strikes, None until cleared; `over` is set when it was cleared.
    """

    kind: str
    route: str = "*"
    times: int | None = None
    processed: bool = False
    seconds: float = 0.05
    status: int | None = None
    body: str | bytes = ""
    kept: bool = False
    chance: float = 1.0
    over: bool = False

    def __post_init__(self) -> None:
        if self.kind not in REPLACING | SPOILING | LATE:
            known = ", ".join(sorted(REPLACING | SPOILING | LATE))
            raise ValueError(f"Cannot set the fault {self.kind!r}: unknown. Known are {known}.")
        if not isinstance(self.times, int | None) or not isinstance(self.seconds, int | float):
            raise ValueError("Cannot set the fault: times is a whole number or null, seconds a number.")
        if not isinstance(self.chance, int | float) or not 0 <= self.chance <= 1:
            raise ValueError("Cannot set the fault: chance is a number from 0 to 1.")
        self._dice = random.Random(0)  # noqa: S311 - no secret is made of it
        self.processed = self.processed or self.kind in SPOILING

    def strikes(self, method: str, path: str, place: int) -> bool:
        """`place` is the request's on its connection, from 1."""
        if self.times == 0 or (self.kept and place == 1) or not is_on(self.route, method, path):
            return False
        return self.chance == 1 or self._dice.random() < self.chance


class Faults:
    """The faults of one device. Safe to use from any thread; the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Ends every fault; requests that hang or drip are dropped."""
        with self._lock:
            for fault in self._faults:
                fault.over = True
            self._faults.clear()

    def striking(self, method: str, path: str, place: int = 1) -> Fault | None:
        """The fault that strikes this request, counted down; None where the device is well."""
        with self._lock:
            for fault in self._faults:
                if fault.strikes(method, path, place):
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def describe(self) -> list[dict[str, object]]:
        with self._lock:
            return [
                {key: value for key, value in asdict(fault).items() if key not in ("body", "over")}
                for fault in self._faults
                if fault.times != 0
            ]
