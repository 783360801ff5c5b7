"""One rendering of a document for all who ask at about the same time: the work does not grow with them."""

from __future__ import annotations

import time
from collections.abc import Callable

SHORTEST_PAUSE = 0.5  # seconds


class Rendering:
    """What `make` returns, kept for half a second.

    `fresh`: for readers who must see what they have just caused, made anew after each `changed`.
    """

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._body = b""
        self._made = float("-inf")
        self._is_old = False

    def changed(self) -> None:
        self._is_old = True

    def expire(self) -> None:
        """Whoever asks next gets a new one: someone has commanded something, and all may see it at once."""
        self._made = float("-inf")

    def get(self, *, fresh: bool = False) -> bytes:
        """Raises what `make` raises, which is tried again for the next who asks."""
        now = time.monotonic()
        if now - self._made >= SHORTEST_PAUSE or (fresh and self._is_old):
            self._body = self._make()
            self._made = now
            self._is_old = False
        return self._body
