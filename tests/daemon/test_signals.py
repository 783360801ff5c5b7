"""A signal reaches the loop, however many threads have just woken it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest

from vrmon.daemon.signals import heed

_MANY = 5000  # calls that are more than the socket that wakes the loop takes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_heeded_that_comes_while_the_loop_cannot_keep_up(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    async def told() -> None:
        aio, got = asyncio.get_running_loop(), asyncio.Event()
        heed(number, got.set)

        def outrun() -> None:
            for _ in range(_MANY):
                aio.call_soon_threadsafe(int)
            os.kill(os.getpid(), number)

        thread = threading.Thread(target=outrun)
        thread.start()
        thread.join()  # the loop does nothing meanwhile
        await asyncio.wait_for(got.wait(), 30)

    try:
        asyncio.run(told())
    finally:
        signal.signal(number, before)


def test_a_signal_after_the_loop_has_ended_harms_nobody() -> None:
    before = signal.getsignal(signal.SIGTERM)
    told: list[int] = []

    async def heeded() -> None:
        heed(signal.SIGTERM, lambda: told.append(1))

    try:
        asyncio.run(heeded())
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == []
    finally:
        signal.signal(signal.SIGTERM, before)
