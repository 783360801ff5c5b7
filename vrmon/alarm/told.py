"""The record of what was told, to whom, and what failed: the last few hundred, kept on the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from vrmon.alarm.messengers import Outcome
from vrmon.catalog import Severity
from vrmon.state import StateStore
from vrmon.text import rfc3339

PROGRAM = "vrmon-alarm"
LOST = "lost"
"""The event of an entry that counts messages which were given up."""
_MOST = 500


class Told:
    """Each try is an entry, the newest last; one that repeats the failure before it is counted there."""

    def __init__(self, folder: Path) -> None:
        self._store = StateStore(folder, PROGRAM)
        kept = (self._store.load().payload or {}).get("told")
        entries = [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
        self._entries: deque[dict[str, Any]] = deque(entries, maxlen=_MOST)

    def entries(self) -> list[dict[str, Any]]:
        return list(self._entries)

    def add(self, outcome: Outcome, moment: float) -> None:
        """`moment` is Unix time."""
        said, why = outcome.message, outcome.delivery.why
        if said is None:
            return
        entry = {
            "time": rfc3339(moment),
            "way": outcome.way.name,
            "event": said.occasion.value,
            "code": said.code,
            "severity": said.severity.value,
            "subject": said.subject,
            "message": said.message,
            "delivered": not why,
            "took": round(outcome.delivery.took, 3),
            "tries": 1 if outcome.letter is None else outcome.letter.tries + 1,
            "why": why,
        }
        if outcome.letter is not None and outcome.letter.tries:
            self._remove(partial(_is_try_before, entry=entry))
        self._add(entry)

    def add_loss(self, way: str, why: str, moment: float) -> None:
        """A message that was given up: counted with the others of its way that were for that reason."""
        same = {"way": way, "event": LOST, "why": why}
        earlier = self._remove(lambda one: same.items() <= one.items()) or {}
        count = int(earlier.get("lost", 0)) + 1
        entry = {
            "time": rfc3339(moment),
            **same,
            "code": "",
            "severity": Severity.CRITICAL.value,
            "subject": "",
            "message": f"{count} message{'s' * (count > 1)} given up",
            "delivered": False,
            "took": 0.0,
            "tries": 0,
            "lost": count,
        }
        self._add(entry)

    def _remove(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        """The newest such entry, which is then none any more."""
        found = next((one for one in reversed(self._entries) if is_it(one)), None)
        if found is not None:
            self._entries.remove(found)
        return found

    def _add(self, entry: dict[str, Any]) -> None:
        self._entries.append(entry)
        self._store.save({"told": self.entries()})

    def close(self, timeout: float) -> None:
        self._store.close(timeout)


def _is_try_before(one: dict[str, Any], entry: dict[str, Any]) -> bool:
    same = ("way", "event", "code", "subject", "message")
    return one.get("delivered") is False and all(one.get(key) == entry[key] for key in same)
