"""What people and programs ask of the history, answered in the book's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from vrmon.api.answers import encode
from vrmon.api.backend import Page
from vrmon.daemon.bookkeeping import Bookkeeping
from vrmon.errors import NoSuchChannel
from vrmon.history import days, pages
from vrmon.history.database import Connection
from vrmon.history.report import channels, report
from vrmon.model import SUBJECT
from vrmon.settings import Settings
from vrmon.text import known

_LONGEST = 31  # days of one report


class LookingBack:
    """`settings` gives those in force."""

    def __init__(self, bookkeeping: Bookkeeping, settings: Callable[[], Settings]) -> None:
        self._bookkeeping = bookkeeping
        self._settings = settings

    async def history(self, page: Page) -> bytes:
        """As `backend.Backend.history`."""
        kept, settings = self._bookkeeping, self._settings()
        subjects = {SUBJECT, *settings.primaries, *settings.dvrs}

        def answer(book: Connection) -> bytes:
            told = pages.page(
                book,
                page.kind,
                since=page.since,
                until=page.until,
                channel=page.channel,
                after=page.after,
                limit=page.limit,
                session=kept.session,
                unwritten=kept.unwritten(),
            )
            if page.channel not in subjects and not (told["items"] or told["next"] or page.after):
                _check(book, page.channel, settings)
            return encode(told)

        return await kept.ask(answer)

    async def report(self, query: Mapping[str, str]) -> bytes:
        """As `backend.Backend.report`."""
        kept, settings = self._bookkeeping, self._settings()
        span = days.asked(query, settings.history.day_begins, time.time(), _LONGEST)
        channel, tolerance = query.get("channel", ""), settings.sync.gap_tolerance

        def answer(book: Connection) -> bytes:
            told = report(book, span, channel, tolerance, kept.session, unwritten=kept.unwritten())
            if not told["jobs"]:
                _check(book, channel, settings)
            return _encoded(told)

        return await kept.ask(answer)


def _check(book: Connection, channel: str, settings: Settings) -> None:
    """That nothing is told of it is no answer where there is no such channel."""
    names = [one.name for one in settings.channels]
    if channel and channel not in names and channel not in (before := channels(book)):
        every = dict.fromkeys([*names, *before])
        raise NoSuchChannel(
            f"Cannot find channel {channel!r}: neither vrmon.toml nor the history has one of that name. "
            f"{known(channel, every)}"
        )


def _encoded(told: dict[str, Any]) -> bytes:
    """Job by job: whoever else wants the interpreter has a turn in between."""
    whole = encode({**told, "jobs": []})
    empty = b'"jobs":[]'
    return whole.replace(empty, b'"jobs":[' + b",".join(map(encode, told["jobs"])) + b"]", 1)
