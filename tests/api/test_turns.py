"""Whose work waits, how long, and what is written about strangers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from vrmon.api import limited_log
from vrmon.api.limited_log import LimitedLog
from vrmon.api.turns import Turns


def _fail() -> None:
    raise ValueError


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def test_one_turn_is_taken_in_each_round_in_order_of_arrival() -> None:
    async def work() -> None:
        turns, taken, rounds = Turns(1.0), list[str](), [0]
        for name in "abc":
            turns.want(partial(taken.append, name))
        while len(taken) < 3:
            await asyncio.sleep(0)
            rounds.append(len(taken))
        assert taken == ["a", "b", "c"]
        assert max(after - before for before, after in pairwise(rounds)) == 1

    run(work())


def test_one_that_fails_costs_the_next_nothing() -> None:
    async def work() -> None:
        turns, taken = Turns(1.0), asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        turns.want(_fail)
        turns.want(taken.set)
        await taken.wait()

    run(work())


@pytest.mark.parametrize(("share", "rest"), [(0.1, 0.44), (0.5, 0.04)])
def test_work_is_followed_by_the_rest_that_makes_it_the_share(share: float, rest: float) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        turns, taken = Turns(share), asyncio.Event()
        began = loop.time()
        turns.spent(0.05)
        turns.want(taken.set)
        await taken.wait()
        assert loop.time() - began >= rest - 0.002

    run(work())


@pytest.mark.parametrize(("share", "spent"), [(1.0, 3600.0), (0.001, 0.000_005)])
def test_all_of_the_time_and_a_little_work_need_no_rest(share: float, spent: float) -> None:
    async def work() -> None:
        turns, taken = Turns(share), asyncio.Event()
        turns.spent(spent)
        turns.want(taken.set)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert taken.is_set()

    run(work())


def test_rest_is_not_saved_up() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        turns, taken = Turns(0.1), asyncio.Event()
        turns.spent(0.001)
        await asyncio.sleep(0.3)
        began = loop.time()
        turns.spent(0.03)
        turns.want(taken.set)
        await taken.wait()
        assert loop.time() - began >= 0.25

    run(work())


def test_strangers_write_a_line_at_once_and_then_one_for_all(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited_log, "_PAUSE", 0.05)

    async def work() -> None:
        log = LimitedLog("Somebody knocks")
        log.note(ValueError("first"), WHO="a")
        for who in "bcd":
            log.note(ValueError(who), WHO=who)
        assert len(caplog.records) == 1
        while len(caplog.records) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert len(caplog.records) == 2
        log.note(WHO="e")
        assert len(caplog.records) == 3

    run(work())
    told = [(one.getMessage(), vars(one)["WHO"], vars(one)["COUNT"]) for one in caplog.records]
    assert told == [("Somebody knocks", "a", 1), ("Somebody knocks", "d", 3), ("Somebody knocks", "e", 1)]
    assert [one.exc_info is not None for one in caplog.records] == [True, False, False]
    assert {one.levelno for one in caplog.records} == {logging.WARNING}


def test_waiting_is_no_work() -> None:
    async def work() -> None:
        turns, taken = Turns(0.5), asyncio.Event()
        turns.want(partial(time.sleep, 0.1))
        turns.want(taken.set)
        for _ in range(3):
            await asyncio.sleep(0)
        assert taken.is_set()

    run(work())
