"""The book: takes rows in and answers questions, in a thread of its own.

The disk never stops control: `write` hands over and returns. What the disk does not take waits, up to a
bound; then rows are refused and counted, and the book says later what it lost.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

from vrmon.history.database import Damaged, judged, open_to_write, transaction
from vrmon.history.holes import Hole, Why
from vrmon.history.questions import Questions
from vrmon.history.retention import forget
from vrmon.history.rows import Row, Value
from vrmon.history.sessions import End
from vrmon.history.waiting import Waiting
from vrmon.history.writing import write
from vrmon.state.set_aside import Aside

log = logging.getLogger(__name__)

CAPACITY = 20_000  # rows that wait
_BATCH = 500  # rows in one transaction
_ALIVE = 10.0  # seconds between two signs of life
_CLOCK_SET = 3600.0  # seconds by which a clock that was wrong at boot has been set
_STEP, _DAY = 500, 86_400_000  # milliseconds: smaller steps are none
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_SLOW, _SLOW_TO_OPEN = 5.0, 60.0  # it is checked from end to end

T = TypeVar("T")


class Book:
    """The history in `path`, kept for `days`. `session` is what the rows of this process are known by.

    `write`, `ask` and `failing` may be called from any thread; none of them waits for the disk.
    `complaint`: what was wrong with the file, "" for nothing, and `is_newer`: that a later vrmon has written
    it; `files` counts those that were begun, `missed` the rows of which it says that they were lost. `days`
    may be changed.
    """

    def __init__(
        self,
        path: Path,
        days: int,
        version: str,
        capacity: int = CAPACITY,
        forget_every: float = _CLOCK_SET,
    ) -> None:
        self.session = self._started = _now()
        self._began = time.monotonic()
        self._dropped = 0  # what was over before is
        self.complaint, self.is_newer = "", False
        self.files = 1
        self.missed = 0
        self.days = days
        self._path = path
        self._version = version
        self._news = threading.Condition()
        self._waiting = Waiting(capacity)
        self._written = self.session  # when the disk took something last, in Unix milliseconds
        self._questions = Questions()
        self._closing, self._ending = False, End.ORDERLY
        self._failure = ""
        self._pause, self._again = _FIRST_PAUSE, 0.0  # between tries; when the next is due
        self._busy_since: float | None = None
        self._connection: sqlite3.Connection | None = None
        self._file: int | None = None  # a descriptor of what is open: to close it would cost SQLite's locks
        self._forget_every = forget_every
        self._forgotten = time.monotonic()
        self._alive = float("-inf")
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def write(self, rows: Iterable[Row]) -> None:
        """Have these written soon; of those with the same key the last. What has no place is counted."""
        with self._news:
            lost = self._waiting.add(rows)
            self._news.notify()
        if lost:
            self.lost(lost)

    def lost(self, rows: int) -> None:
        """So many have found no place."""
        with self._news:
            self._waiting.refuse(rows, _now())

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Have a question answered in the book's thread, after what was handed over before. What comes of
        it may be a HistoryError."""
        with self._news:
            answer = self._questions.add(question, is_closing=self._closing)
            self._news.notify()
        return answer

    def failing(self) -> str:
        """Why what was handed over is not in the book, for people; "" when all is well."""
        since = self._busy_since
        waited = 0.0 if since is None else time.monotonic() - since
        if waited > (_SLOW_TO_OPEN if self._connection is None else _SLOW):
            return f"Cannot write the history in {self._path}: no word from the disk for {waited:.0f} s."
        if not self._closing and not self._thread.is_alive():
            return "Cannot write the history: the thread that writes it has ended. Restart vrmond."
        refused = self._waiting.refused
        entries = "1 entry has" if refused == 1 else f"{refused} entries have"
        lost = f" {entries} been lost meanwhile." if refused else ""
        return f"{self._failure}{lost}".lstrip()

    def unwritten(self) -> list[Hole]:
        """What is not in the file, since the disk does not take it: what waits, and what is lost already."""
        with self._news:
            waiting, refused, since = len(self._waiting), self._waiting.refused, self._waiting.refusing_since
        now = _now()
        return [
            *([Hole(self._written, now, Why.WAITING, waiting)] if self._failure and waiting else []),
            *([Hole(since, now, Why.LOST, refused)] if refused else []),
        ]

    def close(self, timeout: float, end: End = End.ORDERLY) -> bool:
        """Write what waits, and end; False where that took too long."""
        with self._news:
            self._closing, self._ending = True, end
            self._news.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._wait():
            if time.monotonic() >= self._again:
                self._busy_since = time.monotonic()
                self._try()
                self._busy_since = None
            if not self._waiting or self._failure:
                self._answer()
        self._end()

    def _wait(self) -> bool:
        """Until there is something to do; False when that is to end."""
        with self._news:
            while True:
                now = time.monotonic()
                if self._questions or (self._waiting and now >= self._again) or now >= self._due():
                    return True
                if self._closing:
                    return False
                self._news.wait(min(self._due(), self._again if self._waiting else self._due()) - now)

    def _due(self) -> float:
        """When something is to be done although nobody wants anything."""
        return max(self._alive + _ALIVE, self._again)

    def _try(self) -> None:
        try:
            with judged():
                if self._connection is None:
                    self._connection = open_to_write(self._path)
                    self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
                elif self._file is not None and os.fstat(self._file).st_nlink == 0:
                    raise Damaged("its file was removed or replaced while vrmond ran")
                self._take_in(self._connection)
                self._keep_house(self._connection)
        except Damaged as damage:
            self._set_aside(damage)
        except (sqlite3.OperationalError, OSError) as error:
            if not self._failure:
                log.error("History cannot be written", extra={"REASON": str(error)})
            self._failure = f"Cannot write the history in {self._path}: {error}."
            self._again = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        else:
            if self._failure:
                log.warning("History is written again")
            self._failure, self._pause, self._again = "", _FIRST_PAUSE, 0.0

    def _take_in(self, connection: sqlite3.Connection) -> None:
        with self._news:
            batch = self._waiting.take(_BATCH)
            refused, since = self._waiting.refused, self._waiting.refusing_since
        try:
            with transaction(connection):
                write(connection, batch.rows)
                self._sign(connection, End.NONE)
                if refused:
                    write(connection, [Row("losses", {"began": since, "ended": _now(), "rows": refused})])
        except BaseException:
            with self._news:
                self._waiting.give_back(batch)
            raise
        with self._news:
            self._waiting.refused -= refused
            self.missed += refused
        self._alive, self._written = time.monotonic(), _now()

    def _sign(self, connection: sqlite3.Connection, end: End) -> None:
        """Say that this session is alive, or has ended as it should."""
        now, lasted = _now(), time.monotonic() - self._began
        started = now - round(lasted * 1000)
        if lasted < _CLOCK_SET and abs(started - self._started) > _STEP:
            self._started = started
        values: dict[str, Value] = {
            "began": self.session,
            "since": max(self._started, self._dropped),
            "version": self._version,
            "seen": now,
            "orderly": end.value,
        }
        write(connection, [Row("sessions", values)])

    def _keep_house(self, connection: sqlite3.Connection) -> None:
        now = time.monotonic()
        if self._waiting or now < self._forgotten + self._forget_every:
            return
        latest = self._started + round((now - self._began) * 1000) + _DAY
        before = min(_now(), latest) - self.days * _DAY  # a clock that leaps ahead makes nothing old
        is_done = forget(connection, before, self.session)
        self._dropped = max(self._dropped, before)
        if is_done:
            self._forgotten = now

    def _answer(self) -> None:
        """One question."""
        with self._news:
            asked = self._questions.next()
            waiting = self._waiting.rows() if self._failure else ()
        if asked is None:
            return
        damage = self._questions.answer(asked, self._connection, waiting, self._failure)
        if damage is not None:
            self._set_aside(damage)

    def _set_aside(self, damage: Damaged) -> None:
        """Begin another file; what is wrong with this one is kept for people."""
        self._leave()
        suffix = "newer" if damage.newer else f"damaged-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"
        aside = Aside(self._path)
        name, is_there = aside.add(self._path, suffix), os.path.lexists(self._path)
        for end in ("-wal", "-shm"):
            aside.add(self._path.with_name(f"{self._path.name}{end}"), f"{suffix}{end}")
        try:
            aside.move()
        except OSError as error:
            self._failure = f"Cannot write the history in {self._path}: {damage}, and {error.strerror}."
            self._again = time.monotonic() + _LONGEST_PAUSE
            return
        self.files += 1
        if self._alive > 0.0:  # what was over in this session is told by nobody again
            values: dict[str, Value] = {"began": self.session, "ended": _now(), "rows": 0}
            self.write([Row("losses", values)])
        self.is_newer = damage.newer
        if not is_there:  # there is nothing that a person could look after
            log.error("History begun anew", extra={"REASON": str(damage)})
            return
        self.complaint = f"The history could not be used: {damage}. It is kept as {name}; a new one is begun."
        log.error("History set aside", extra={"REASON": str(damage)})

    def _end(self) -> None:
        with self._news:
            self._questions.refuse()
        if self._connection is None:
            return
        try:
            self._sign(self._connection, self._ending)
            self._leave()
        except sqlite3.Error as error:
            log.error("History cannot be closed", extra={"REASON": str(error)})

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _now() -> int:
    """Unix time in milliseconds."""
    return int(time.time() * 1000)
