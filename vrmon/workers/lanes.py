"""A device's lanes: threads that each carry out one task at a time over a connection of their own.

They are begun as tasks come, up to a limit, and end when nothing has come for a while.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

log = logging.getLogger(__name__)

IDLE = 30.0  # seconds without a task after which a lane closes its connection and ends


class Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class Lanes(Generic[C]):
    """Tasks are called with a lane's own client, in the order they came; whatever they bring, they deliver.

    `submit` comes from one thread. `stuck_since` tells of a lane that does not come back.
    """

    def __init__(self, name: str, connect: Callable[[], C], most: int) -> None:
        self.name = name
        self._connect = connect
        self._most = most
        self._tasks: queue.SimpleQueue[Callable[[C], None] | None] = queue.SimpleQueue()
        self._busy: dict[int, float] = {}
        self._alive = 0
        self._refused = False  # whether the system gave no thread for the last one that was begun
        self._free = 0  # lanes that wait, less the tasks that do
        self._counts = threading.Lock()  # of these two, which every lane changes

    def submit(self, task: Callable[[C], None]) -> None:
        with self._counts:
            self._free -= 1
            begin = self._free < 0 and self._alive < self._most
            if begin:
                self._free += 1
                self._alive += 1
        self._tasks.put(task)
        if begin:
            self._begin()

    def _begin(self) -> None:
        try:
            threading.Thread(target=self._run, name=f"{self.name} lane", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads: the lanes there are must do
            if not self._refused:
                log.error("Lane refused", extra={"DEVICE": self.name, "REASON": str(error)})
            self._refused = True
            with self._counts:
                self._free -= 1
                self._alive -= 1
        else:
            if self._refused:
                log.warning("Lane granted again", extra={"DEVICE": self.name})
            self._refused = False

    def close(self) -> None:
        """Let every lane end after what it is at. Tasks that wait are still carried out."""
        with self._counts:
            alive = self._alive
        for _ in range(alive):
            self._tasks.put(None)

    def stuck_since(self) -> float | None:
        """When the task began that has been under way the longest; None while none is."""
        return min(self.under_way().values(), default=None)

    def under_way(self) -> dict[int, float]:
        """When each task under way began, by its thread's native id."""
        return self._busy.copy()

    def _run(self) -> None:
        client = self._connect()
        me = threading.get_native_id()
        try:
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
        finally:
            client.close()

    def _next(self) -> Callable[[C], None] | None:
        while True:
            try:
                return self._tasks.get(timeout=IDLE)
            except queue.Empty:
                with self._counts:
                    if self._free > 0:  # else a task has just been put for this lane
                        self._free -= 1
                        self._alive -= 1
                        return None
