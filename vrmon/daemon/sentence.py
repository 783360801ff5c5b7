"""The sentence for `systemctl status`, made no more often than it is worth."""

from __future__ import annotations

import time
from collections.abc import Callable

_WORTH = 100  # times as long as the making of one takes, the next one is not made


class Sentence:
    """What `make` comes to. With a thousand problems that takes a while, and it is asked for each second."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._of: object = None
        self._text = ""
        self._due = float("-inf")

    def text(self, of: object, now: float) -> str:
        """The latest one, made anew at once where `of` is no longer equal: what nobody may be told late."""
        if of != self._of or now >= self._due:
            began = time.thread_time()
            self._text, self._of = self._make(), of
            self._due = now + _WORTH * (time.thread_time() - began)
        return self._text
