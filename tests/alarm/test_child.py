"""Children that send: few at once, however many addresses there are and however long each takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.alarm.receiver import PATIENCE, receiving
from vrmon.alarm.child import MOST, send
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity

MESSAGE = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.")


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_many_messages_are_on_their_way_at_once_and_the_others_wait_their_turn() -> None:
    begun: list[int] = []
    count = MOST + 4
    with receiving() as hung, ThreadPoolExecutor(count) as threads:
        hung.manner = "hung"
        way = Way("webhook", Kind.WEBHOOK, known={"url": hung.url})
        sent = [
            threads.submit(send, way, MESSAGE, "tv", partial(begun.append, number)) for number in range(count)
        ]
        wait_for(lambda: hung.begun)
        assert len(begun) == MOST
        hung.manner = "well"
        hung.gone.set()
        assert len([one.result() for one in sent]) == count
        assert sorted(begun) == list(range(count))
