"""What the alarm knows, on the disk before anybody is told of it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

from vrmon.alarm import kept
from vrmon.alarm.recollection import Recollection, restore
from vrmon.alarm.sender import next_start
from vrmon.daemon.journal import fields
from vrmon.state import StateStore

log = logging.getLogger(__name__)

_SAVED = 2.0  # seconds for which what is to be told waits for the disk to know of it


class Notebook:
    """`known` is what is known now; `now` tells seconds by a clock that is never set, and goes on over a
    restart for as long as the machine runs.

    `boot`: the id of the machine's present one, "" where it is not known; `epoch`: what added to monotonic
    time gives Unix time just now.
    """

    def __init__(self, store: StateStore, boot: str, epoch: float) -> None:
        self.known = Recollection()
        self._store = store
        self._saved: object = None
        self._boot = boot
        self._epoch = epoch

    def now(self) -> float:
        return self._epoch + time.monotonic()

    def load(self) -> None:
        """What was known before this start, which is a new one."""
        loaded = self._store.load()
        complaint = loaded.complaint
        if loaded.payload is not None:
            epoch = loaded.payload.get("epoch")
            if self._boot and loaded.payload.get("boot") == self._boot and kept.is_number(epoch):
                self._epoch = epoch
            self.known = restore(loaded.payload, self.now())
        starts = next_start(self.known.starts, self.now())
        self.known = replace(self.known, starts=starts)
        if complaint:
            log.warning("State was damaged", extra=fields(reason=complaint))

    def save(self, *, wait: bool = True) -> None:
        """A disk that fails stops nothing."""
        gist = self.known.gist()
        if gist == self._saved:
            return
        self._saved = gist
        saved = threading.Event()
        self._store.save({**self.known.payload(), "boot": self._boot, "epoch": self._epoch}, saved.set)
        if wait:
            saved.wait(_SAVED)

    def failing(self) -> str:
        """Why it cannot be written, in the middle of a sentence; "" while it can."""
        failing = self._store.failing()
        return failing[:1].lower() + failing[1:]

    def close(self) -> None:
        self._store.close(_SAVED)
