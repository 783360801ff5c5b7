"""Children that send: few at once, however many addresses there are and however long each takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue

from tests.alarm.receiver import PATIENCE, receiving
from vrmon.alarm.child import PATIENCE as LONGEST
from vrmon.alarm.child import Delivery, send
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.messengers import Messengers, Outcome
from vrmon.alarm.places import DOUBTFUL, MOST
from vrmon.alarm.sender import Sender
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
            threads.submit(send, way, MESSAGE, Sender("tv"), partial(begun.append, number))
            for number in range(count)
        ]
        wait_for(lambda: hung.begun)
        assert len(begun) == MOST
        hung.manner = "well"
        hung.gone.set()
        assert len([one.result() for one in sent]) == count
        assert sorted(begun) == list(range(count))


def test_ways_that_hung_leave_room_for_those_that_work() -> None:
    outcomes: SimpleQueue[Outcome | None] = SimpleQueue()
    messengers = Messengers(Sender("tv"), outcomes)
    with receiving() as hung, receiving() as well:
        hung.manner = "hung"
        bad = [Way(f"bad {one}", Kind.WEBHOOK, known={"url": hung.url}) for one in range(MOST + 1)]
        for way in bad:
            messengers.take_in(Outcome(way, None, MESSAGE, Delivery("did not answer", LONGEST)))
            messengers.carry(way, MESSAGE)
        wait_for(lambda: hung.begun == DOUBTFUL)
        messengers.carry(Way("webhook", Kind.WEBHOOK, known={"url": well.url}), MESSAGE)
        well.wait_for(lambda got: got)
        hung.manner = "well"
        hung.gone.set()
        done = [outcomes.get(timeout=PATIENCE) for _ in range(len(bad) + 1)]
        assert "webhook" in [one.way.name for one in done if one is not None and not one.delivery.why]
