"""Signals that reach the loop, however busy it is."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from types import FrameType


def heed(number: signal.Signals, work: Callable[[], object]) -> None:
    """Have `work` called in the running asyncio loop whenever the process gets this signal.

    Not by `add_signal_handler`: that learns of a signal by a byte in the socket that also wakes the loop, and
    where some hundred threads have just filled that socket, the byte and with it the signal is lost.
    """
    aio = asyncio.get_running_loop()

    def got(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: there is nothing left to be told
            aio.call_soon_threadsafe(work)

    signal.signal(number, got)
