"""Whether a thread that does not come round is stuck, or works: with what its device has sent, say."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

_LEAST = 0.005  # of a thread's time: one that is stuck uses none
_APART = 0.2  # seconds between two measurements that tell something


class _Measured(NamedTuple):
    when: float
    spent: float
    works: bool


class Effort:
    """Asked about threads by their native ids, again and again while they do not come round."""

    def __init__(self) -> None:
        self._measured: dict[int, _Measured] = {}

    def works(self, thread: int) -> bool:
        """Whether it has used the processor since it was asked about before; the first time it may have."""
        now, spent = time.monotonic(), _processor_seconds(thread)
        if spent is None:
            return False
        before = self._measured.get(thread)
        if before is not None and now - before.when < _APART:
            return before.works
        works = before is None or spent - before.spent > _LEAST * (now - before.when)
        self._measured[thread] = _Measured(now, spent, works)
        return works

    def rest(self) -> None:
        """All have come round."""
        self._measured.clear()


def _processor_seconds(thread: int) -> float | None:
    """None where it has ended, or the system does not tell."""
    try:
        return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
