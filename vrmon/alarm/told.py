"""The record of what was told, to whom, and what failed: the last few hundred, kept on the disk."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from vrmon.alarm.messengers import Outcome
from vrmon.state import StateStore
from vrmon.text import rfc3339

PROGRAM = "vrmon-alarm"
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
            earlier = next((one for one in reversed(self._entries) if _is_try_before(one, entry)), None)
            if earlier is not None:
                self._entries.remove(earlier)
        self._entries.append(entry)
        self._store.save({"told": self.entries()})

    def close(self, timeout: float) -> None:
        self._store.close(timeout)


def _is_try_before(one: dict[str, Any], entry: dict[str, Any]) -> bool:
    same = ("way", "event", "code", "subject", "message")
    return one.get("delivered") is False and all(one.get(key) == entry[key] for key in same)
