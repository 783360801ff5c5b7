"""A cache between the device and whoever asks it: lists are answered as they were some time ago."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from vrmon.simulator.served.exchange import Answer, Request
from vrmon.simulator.served.switches import Switches


class Cache:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Answer]] = {}

    def answer(
        self, key: str, request: Request, switches: Switches, now: float, ask: Callable[[], Answer]
    ) -> Answer:
        """What the device answers, or answered at most `cache_seconds` ago; `key` tells requests apart."""
        position, seconds = switches.cache, switches.cache_seconds
        wish = request.headers.get("Cache-Control", "")
        wants_fresh = "no-store" in wish or "no-cache" in wish
        if request.method != "GET" or position == "none" or (position == "obedient" and wants_fresh):
            return ask()
        since, kept = self._kept.get(key, (-math.inf, None))
        if kept is None or now - since > seconds:
            since, kept = now, ask()
            if not kept.is_list:
                return kept
            self._kept[key] = since, kept
        age = {"Cache-Control": f"max-age={seconds:.0f}", "Age": str(math.ceil(now - since))}
        return replace(kept, headers={**kept.headers, **age})
