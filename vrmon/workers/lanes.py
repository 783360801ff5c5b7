"""A device's lanes: threads that each carry out one task at a time over a connection of their own.

They are begun as tasks come, up to a limit, and end when nothing has come for a while.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypeVar

log = logging.getLogger(__name__)

IDLE = 30.0  # seconds without a task after which a lane closes its connection and ends
OWN = 4  # lanes that every device may have, however many the others have
SHARED = 256  # lanes beyond those, in the whole process
LATEST = 5.0  # seconds for which a task waits that is given up where there is no lane for it


class Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class Places:
    """Places for lanes beyond a device's own, which all devices of a process share. From any thread."""

    def __init__(self, most: int) -> None:
        self._left = threading.Semaphore(most)

    def take(self) -> bool:
        return self._left.acquire(blocking=False)

    def give_back(self) -> None:
        self._left.release()


_SHARED = Places(SHARED)


class _Waiting(NamedTuple):
    since: float
    give_up: Callable[[], None] | None

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self.since > LATEST


def _instead(give_up: Callable[[], None], _: Closable) -> None:
    give_up()


class Lanes(Generic[C]):
    """Tasks are called with a lane's own client, in the order they came; whatever they bring, they deliver.

    One that has something to `give_up` with is not begun later than LATEST after it came: that is called in
    its place. `submit` and `tend` come from one thread. `stuck_since` tells of a lane that does not come
    back, `waits_since` of tasks for which there is none.
    """

    def __init__(
        self, name: str, connect: Callable[[], C], most: int, own: int = OWN, shared: Places = _SHARED
    ) -> None:
        self.name = name
        self._connect = connect
        self._most = most
        self._own = own
        self._shared = shared
        self._tasks: queue.SimpleQueue[tuple[int, Callable[[C], None]] | None] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._waiting: dict[int, _Waiting] = {}  # whoever takes a task out of it, and nobody else, answers it
        # Since when tasks have waited that were given up; None: a lane is there.
        self._in_vain: float | None = None
        self._taken = 0.0
        self._busy: dict[int, float] = {}
        self._refused = False  # whether the system gave no thread for the last one that was begun
        self._alive = 0
        self._borrowed = 0  # of these, those in a shared place
        self._free = 0  # lanes that wait, less the tasks that do
        self._counts = threading.Lock()  # of these three, which every lane changes

    def submit(self, task: Callable[[C], None], give_up: Callable[[], None] | None = None) -> None:
        number = next(self._numbers)
        self._waiting[number] = _Waiting(time.monotonic(), give_up)
        with self._counts:
            self._free -= 1
        self._tasks.put((number, task))
        self._begin()

    def tend(self) -> None:
        """Begin the lanes that could not be had when their tasks came, or that have died, and give up what
        has waited for one too long."""
        self._give_up(lambda waiting: waiting.is_late)
        for _ in range(max(-self._free, 1)):
            if not self._begin():
                break

    def _give_up(self, is_vain: Callable[[_Waiting], bool]) -> None:
        for number, waiting in self._waiting.copy().items():
            if waiting.give_up is None or not is_vain(waiting):
                continue
            # Before it is taken out: a lane that finds it gone tells that it is there.
            self._in_vain = waiting.since if self._in_vain is None else self._in_vain
            if self._waiting.pop(number, None) is not None:
                with self._counts:
                    self._free += 1
                waiting.give_up()

    def _begin(self) -> bool:
        """Begin a lane if a task waits for one, or has done so in vain, and it may be had: whether one was
        begun."""
        if not self._make_room():
            return False
        try:
            threading.Thread(target=self._run, name=f"{self.name} lane", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads: the lanes there are must do
            if not self._refused:
                log.error("Lane refused", extra={"DEVICE": self.name, "REASON": str(error)})
            self._refused = True
            self._leave()
            return False
        if self._refused:
            log.warning("Lane granted again", extra={"DEVICE": self.name})
        self._refused = False
        return True

    def _make_room(self) -> bool:
        with self._counts:
            is_wanted = self._free < 0 or (self._alive == 0 and self._in_vain is not None)
            if not is_wanted or self._alive >= self._most:
                return False
            if self._alive - self._borrowed >= self._own:
                if not self._shared.take():
                    return False
                self._borrowed += 1
            self._free += 1
            self._alive += 1
            return True

    def _leave(self) -> None:
        """A lane is no more that was counted as free."""
        with self._counts:
            self._count_out()

    def _count_out(self) -> None:
        self._free -= 1
        self._alive -= 1
        if self._borrowed:
            self._borrowed -= 1
            self._shared.give_back()

    def close(self) -> None:
        """Let every lane end after what it is at. Tasks that wait are still carried out, or given up where
        there is no lane for them, nor ever will be."""
        with self._counts:
            alive = self._alive
        for _ in range(alive):
            self._tasks.put(None)
        if not alive:
            self._give_up(lambda _: True)

    def stuck_since(self) -> float | None:
        """When the task began that has been under way the longest; None while none is."""
        return min(self.under_way().values(), default=None)

    def under_way(self) -> dict[int, float]:
        """When each task under way began, by its thread's native id."""
        return self._busy.copy()

    def waits_since(self) -> float | None:
        """Since when the oldest task waits, or waited until it was given up, and no lane has taken up any;
        None while none waits and lanes can be had."""
        waiting, in_vain = next(iter(self._waiting.copy().values()), None), self._in_vain
        oldest = [moment for moment in (waiting and waiting.since, in_vain) if moment is not None]
        return max(min(oldest), self._taken) if oldest else None

    def _run(self) -> None:
        is_over = False
        try:
            client = self._connect()
            try:
                self._carry_out(client)
                is_over = True
            finally:
                client.close()
        finally:
            if not is_over:  # it dies: what waits needs another
                self._leave()

    def _carry_out(self, client: C) -> None:
        """Until there is nothing more to do; the lane is counted out then."""
        me = threading.get_native_id()
        while (task := self._next()) is not None:
            self._busy[me] = time.monotonic()
            try:
                task(client)
            except Exception:  # the top of a thread: a lane outlives whatever a task does
                log.exception("Task failed", extra={"DEVICE": self.name})
            finally:
                del self._busy[me]
                with self._counts:
                    self._free += 1

    def _next(self) -> Callable[[C], None] | None:
        while True:
            self._in_vain = None
            try:
                found = self._tasks.get(timeout=IDLE)
            except queue.Empty:
                with self._counts:
                    if self._free > 0:  # else a task has just been put for this lane
                        self._count_out()
                        return None
                continue
            if found is None:
                self._leave()
                return None
            number, task = found
            waiting = self._waiting.pop(number, None)
            if waiting is None:
                continue  # it was given up
            self._taken = time.monotonic()
            if waiting.give_up is None or not waiting.is_late:
                return task
            return partial(_instead, waiting.give_up)
