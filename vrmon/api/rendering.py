"""One rendering of a document for all who ask at about the same time: the work does not grow with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from vrmon.api.answers import encode
from vrmon.views import brief

SHORTEST_PAUSE = 0.5  # seconds

T = TypeVar("T")


class Rendering(Generic[T]):
    """What `make` returns (never None), kept for half a second.

    `fresh`: for readers who must see what they have just caused, made anew after each `changed`.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept: T | None = None
        self._made = float("-inf")
        self._is_old = False

    def changed(self) -> None:
        self._is_old = True

    def expire(self) -> None:
        """Whoever asks next gets a new one: someone has commanded something, and all may see it at once."""
        self._made = float("-inf")

    def get(self, *, fresh: bool = False) -> T:
        """Raises what `make` raises, which is tried again for the next who asks."""
        now = time.monotonic()
        kept = self._kept
        if kept is None or now - self._made >= SHORTEST_PAUSE or (fresh and self._is_old):
            kept = self._kept = self._make()
            self._made = now
            self._is_old = False
        return kept


class Told:
    """One status document and the small ones that are made of it, each written when the first asks for it."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self._whole = whole
        self._lines: dict[str, bytes] = {}

    @cached_property
    def whole(self) -> bytes:
        return encode(self._whole)

    @cached_property
    def channels(self) -> bytes:
        return encode(brief.channels(self._whole))

    @cached_property
    def of_all(self) -> bytes:
        return encode(brief.of_all(self._whole))

    @property
    def health(self) -> str:
        return str(self._whole["health"])

    def channel(self, name: str) -> bytes | None:
        """None where there is no such channel."""
        if name not in self._lines and name in self._named:
            self._lines[name] = encode(brief.channel(self._whole, self._named[name]))
        return self._lines.get(name)

    @cached_property
    def _named(self) -> Mapping[str, Mapping[str, Any]]:
        return {one["name"]: one for one in self._whole["channels"]}
