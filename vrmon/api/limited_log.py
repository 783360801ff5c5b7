"""Log lines that strangers cause: as many as they like come to one a minute."""

from __future__ import annotations

import asyncio
import logging

_PAUSE = 60.0  # seconds

_log = logging.getLogger(__name__)


class LimitedLog:
    """Says `message` the first time, and afterwards once a minute at most, with how often it happened since.

    Used from the one asyncio loop.
    """

    def __init__(self, message: str, level: int = logging.WARNING) -> None:
        self._message = message
        self._level = level
        self._count = 0
        self._last: dict[str, object] = {}
        self._pause: asyncio.TimerHandle | None = None

    def note(self, error: BaseException | None = None, **fields: object) -> None:
        """It happened. `fields` are those of the line; the traceback of `error` comes with the first only."""
        self._count += 1
        self._last = fields
        if self._pause is None:
            self._say(error)

    def _say(self, error: BaseException | None = None) -> None:
        _log.log(self._level, self._message, exc_info=error, extra={**self._last, "COUNT": self._count})
        self._count = 0
        self._pause = asyncio.get_running_loop().call_later(_PAUSE, self._over)

    def _over(self) -> None:
        self._pause = None
        if self._count:
            self._say()
