"""What is asked of the book: a few questions wait, and each is answered in the book's thread."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from vrmon.errors import HistoryError
from vrmon.history.database import Connection, Damaged, judged
from vrmon.history.rows import Row
from vrmon.history.writing import untouched

log = logging.getLogger(__name__)

_MOST = 8  # that wait
_QUIET = 60.0  # seconds between two lines of the log

T = TypeVar("T")


class Asked(NamedTuple):
    question: Callable[[Connection], Any]
    answer: Future[Any]


class Questions:
    """`add`, `next` and `refuse` are for whoever holds the book's lock, `answer` for its thread."""

    def __init__(self) -> None:
        self._waiting: deque[Asked] = deque()
        self._mistakes, self._told = 0, float("-inf")

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, question: Callable[[Connection], T], *, is_closing: bool) -> Future[T]:
        """What comes of it; a HistoryError at once where too many wait, or the book closes."""
        answer: Future[T] = Future()
        if len(self._waiting) < _MOST and not is_closing:
            self._waiting.append(Asked(question, answer))
        else:
            answer.set_exception(HistoryError("Cannot read the history: too many ask. Ask again."))
        return answer

    def next(self) -> Asked | None:
        """The oldest, which does not wait any more."""
        return self._waiting.popleft() if self._waiting else None

    def refuse(self) -> None:
        """All that wait: nobody will answer."""
        while self._waiting:
            self._waiting.popleft().answer.set_exception(
                HistoryError("Cannot read the history: vrmond ends.")
            )

    def answer(
        self, asked: Asked, connection: Connection | None, waiting: Sequence[Row], why_closed: str
    ) -> Damaged | None:
        """With the rows that wait for the disk: they are told from memory, and wait on. What is found to be
        wrong with the file, else None."""
        if not asked.answer.set_running_or_notify_cancel():
            return None
        try:
            if connection is None:
                raise HistoryError(why_closed or "Cannot read the history: it is not open yet. Ask again.")
            with judged():
                found = _found(connection, asked.question, waiting)
        except Damaged as damage:
            asked.answer.set_exception(HistoryError(f"Cannot read the history: {damage}."))
            return damage
        except HistoryError as error:
            asked.answer.set_exception(error)
        except Exception as error:  # noqa: BLE001 # whoever asked hears of it; the book goes on
            self._mistaken(error)
            asked.answer.set_exception(HistoryError(f"Cannot read the history: {error}."))
        else:
            asked.answer.set_result(found)
        return None

    def _mistaken(self, error: Exception) -> None:
        """Strangers ask as well: what their questions bring about is logged once a minute at most."""
        self._mistakes += 1
        if time.monotonic() >= self._told + _QUIET:
            log.error("Question to the history failed", exc_info=error, extra={"COUNT": self._mistakes})
            self._mistakes, self._told = 0, time.monotonic()


def _found(connection: Connection, question: Callable[[Connection], T], waiting: Sequence[Row]) -> T:
    if not waiting:
        return question(connection)
    with untouched(connection, waiting):
        return question(connection)
