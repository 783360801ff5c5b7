"""What the rounds come to goes into the book of the history: folded in a thread, written in the book's own.

The loop hands over and goes on. Where the disk or the machine is so slow that too much waits, it is dropped
and told of as lost.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeVar

from vrmon import __version__
from vrmon.daemon.clock import Clock
from vrmon.errors import HistoryError
from vrmon.history.book import Book
from vrmon.history.database import Connection
from vrmon.history.entries import Order
from vrmon.history.fold import Fold, Own
from vrmon.history.holes import Hole
from vrmon.history.rows import Row
from vrmon.history.sessions import End
from vrmon.settings import History
from vrmon.views.events import Event
from vrmon.views.round import Round

log = logging.getLogger(__name__)

_MOST = 5000  # rounds and events that wait to be folded
_REST = 0.4  # seconds
_CLOSING = 2.0
_PATIENCE = 10.0  # seconds for an answer of the disk's

T = TypeVar("T")
Work = Callable[[], Iterable[Row]]


class Bookkeeping:
    """Keeps the book in `path`, while `apply` has said that there is to be one. `book` is None without."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.book: Book | None = None
        self._path = path
        self._clock = clock
        self._keeper: _Keeper | None = None
        self._missed = 0

    @property
    def session(self) -> int | None:
        """What the rows of this process are known by."""
        return None if self.book is None else self.book.session

    def apply(self, history: History) -> Callable[[], None]:
        """Go on with these settings. What is returned ends a book that is no longer wanted, and may wait for
        the disk."""
        if history.days and self.book is not None:
            self.book.days = history.days
        elif history.days:
            self.book, self._missed = Book(self._path, history.days, __version__), 0
            self._keeper = _Keeper(self.book)
        elif self._keeper is not None:
            keeper, self._keeper, self.book = self._keeper, None, None
            return partial(keeper.close, _CLOSING, End.UNKEPT)
        return lambda: None

    def take_in(self, turned: Round, own: Own) -> None:
        """`own`: the daemon's problems beside the plan's, and since when."""
        if self._keeper is not None:
            self._keeper.turned(turned, own, self._clock.epoch)

    def happened(self, event: Event, number: int, moment: float) -> None:
        """`moment` is Unix time."""
        if self._keeper is not None:
            fold = self._keeper.fold
            self._keeper.do(lambda: (fold.happened(event, number, moment),))

    def asked(self, order: Order) -> None:
        """A person has just asked for this, and it was done or refused."""
        if self._keeper is not None:
            fold, now = self._keeper.fold, time.time()
            self._keeper.do(lambda: (fold.asked(order, now),))

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Have a question answered in the book's thread, after what was handed over before. HistoryError."""
        if self.book is None or self._keeper is None:
            raise HistoryError("Cannot read the history: there is none. Set [history] days in vrmon.toml.")
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._keeper.folded()), _PATIENCE)
            return await asyncio.wait_for(asyncio.wrap_future(self.book.ask(question)), _PATIENCE)
        except asyncio.TimeoutError:
            text = f"Cannot read the history: no answer within {_PATIENCE:g} s. Ask again."
            raise HistoryError(text) from None

    def failing(self) -> str:
        """Why what has happened is not in the book, for people; "" when all is well."""
        return "" if self.book is None else self.book.failing()

    def unwritten(self) -> list[Hole]:
        """What has happened and is not in the file, since the disk does not take it."""
        return [] if self.book is None else self.book.unwritten()

    def missed(self) -> int:
        """How many entries have been lost, of which nobody has been told yet."""
        if self.book is None:
            return 0
        missed, self._missed = self.book.missed - self._missed, self.book.missed
        return missed

    def complaint(self, *, newer: bool) -> str:
        """What was wrong with a file that is damaged, or that a later vrmon has written; "" for nothing."""
        return "" if self.book is None or self.book.is_newer is not newer else self.book.complaint

    def excuse(self) -> None:
        """A person has heard what was wrong with the file."""
        if self.book is not None:
            self.book.complaint = ""

    def close(self, timeout: float) -> None:
        """Write what waits, and end."""
        if self._keeper is not None:
            self._keeper.close(timeout)


class _Keeper:
    """One book, and the thread that folds for it: a moment after something has come, so that it does not
    compete with the starts of a burst of jobs; or as soon as somebody asks."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.fold = Fold(book.session)
        self._files = book.files
        self._news = threading.Condition()
        self._rounds: list[tuple[Round, Own, float]] = []
        self._work: list[Work] = []
        self._hurry = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="folding", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return len(self._rounds) + len(self._work)

    def turned(self, turned: Round, own: Own, epoch: float) -> None:
        self._take(lambda: self._rounds.append((turned, own, epoch)))

    def do(self, work: Work) -> None:
        self._take(lambda: self._work.append(work))

    def folded(self) -> Future[None]:
        """Done when all that has come so far, and how it stands, is handed to the book."""
        done: Future[None] = Future()

        def tell() -> tuple[()]:
            if done.set_running_or_notify_cancel():
                done.set_result(None)
            return ()

        with self._news:
            self._work += [self.fold.lasting, tell]
            self._hurry = True
            self._news.notify()
        return done

    def close(self, timeout: float, end: End = End.ORDERLY) -> None:
        deadline = time.monotonic() + timeout
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(timeout)
        self.book.close(max(0.0, deadline - time.monotonic()), end)

    def _take(self, append: Callable[[], object]) -> None:
        with self._news:
            is_full = self.waiting >= _MOST
            if not is_full:
                append()
            if self.waiting == 1:  # else it was woken by the first, and rests now: a burst costs it nothing
                self._news.notify()
        if is_full:
            self.book.lost(1)

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self.waiting or self._closing)
                self._news.wait_for(lambda: self._hurry or self._closing, _REST)
                rounds, self._rounds, work, self._work = self._rounds, [], self._work, []
                self._hurry = False
            if not rounds and not work:
                return
            if self.book.files != self._files:
                self._files = self.book.files
                self.fold.tell_again()
            for one in rounds:
                self._fold(partial(self.fold.rows, *one))
            for work_of_one in work:
                self._fold(work_of_one)

    def _fold(self, work: Work) -> None:
        try:
            self.book.write(work())
        except Exception:  # the top of a thread: it is told of as lost, and what comes next is folded
            log.exception("History cannot be folded")
            self.book.lost(1)
            self.fold.tell_again()
