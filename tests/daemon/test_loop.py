"""The loop by itself: what arrives is taken in one by one."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.world.hostile import closed_port
from vrmon.daemon import loop as loop_module
from vrmon.daemon.clock import Clock
from vrmon.daemon.loop import Loop
from vrmon.daemon.own_problems import OwnProblems
from vrmon.model import DeviceState, Job, Observation, Source
from vrmon.plan.memory import Memory, TrackedJob
from vrmon.settings import DeviceSettings, Settings
from vrmon.views.round import Round

JOB = Job("AB", "7")


def _observed(jobs: tuple[Job, ...] | None) -> Observation[tuple[Job, ...]]:
    now = time.monotonic()
    if jobs is None:
        return Observation.unknown(now, now, "no answer")
    return Observation(now, now, DeviceState.OK, jobs)


async def _known_after(*answers: tuple[Job, ...] | None, url: str) -> TrackedJob:
    """What is known of the job when the first was planned on, and the others arrived at once."""
    loop, device = await _watching(url, [])
    loop._observed(loop.primaries, device, _observed(answers[0]))
    loop.turn()
    for jobs in answers[1:]:
        loop._observed(loop.primaries, device, _observed(jobs))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop.close()
    return loop.memory.primaries["playbox"].jobs[JOB]


async def _turned(loop: Loop) -> None:
    while loop._soon is not None:
        await asyncio.sleep(0)


async def _watching(url: str, rounds: list[float], lasting: float = 0.0) -> tuple[Loop, DeviceSettings]:
    """A loop that has seen its primary's own poll, which is refused. `rounds`: when each began."""

    def turned_round(turned: Round) -> None:
        time.sleep(lasting)
        rounds.append(turned.now)

    loop = Loop(Memory(), Clock(), turned_round, lambda _: None, OwnProblems())
    device = DeviceSettings("playbox", url, poll_interval=60.0, kind="playbox")
    loop.apply(Settings(primaries={"playbox": device}))
    while loop.primaries["playbox"].counts.polls == 0 or loop.waits_since() is not None:
        await asyncio.sleep(0.005)
    return loop, device


def test_a_primary_that_is_stuck_is_noticed_although_a_dvr_has_its_name() -> None:
    async def due_back() -> dict[str, float]:
        loop = Loop(Memory(), Clock(), lambda _: None, lambda _: None, OwnProblems())
        playbox = DeviceSettings("main", "http://127.0.0.1:1", poll_interval=60.0, kind="playbox")
        loop.apply(Settings({"main": playbox}, {"main": replace(playbox, kind="movierecorder")}))
        found = loop.due_back()
        loop.close()
        return found

    assert asyncio.run(due_back()).keys() == {"primary main", "DVR main"}


def test_an_outage_between_two_answers_is_seen_although_both_arrive_at_once() -> None:
    with closed_port() as url:
        calm = asyncio.run(_known_after((JOB,), (), url=url))
        lost = asyncio.run(_known_after((JOB,), None, (), url=url))
    assert (calm.present, calm.lost) == (False, None)
    assert not lost.present
    assert lost.lost is not None


def test_good_answers_that_arrive_at_once_are_planned_on_at_once() -> None:
    rounds: list[float] = []

    async def answered(*answers: tuple[Job, ...] | None) -> int:
        with closed_port() as url:
            loop, device = await _watching(url, rounds)
        loop._observed(loop.primaries, device, _observed(()))
        loop.turn()
        before = len(rounds)
        for jobs in answers:
            loop._observed(loop.primaries, device, _observed(jobs))
        await _turned(loop)
        loop.close()
        return len(rounds) - before

    assert asyncio.run(answered((), (JOB,), (), (JOB,))) == 1
    assert asyncio.run(answered((), None, ())) == 3


def test_a_restart_of_the_primary_between_two_answers_is_seen_although_both_arrive_at_once() -> None:
    async def known() -> TrackedJob:
        with closed_port() as url:
            loop, device = await _watching(url, [])
        for told in (_observed((JOB,)), replace(_observed(()), restarted=True), _observed(())):
            loop._observed(loop.primaries, device, told)
        loop.turn()
        loop.close()
        return loop.memory.primaries["playbox"].jobs[JOB]

    assert asyncio.run(known()).lost is not None


def test_after_a_long_round_it_rests_for_as_long() -> None:
    long, rounds = 0.2, list[float]()

    async def turn() -> None:
        with closed_port() as url:
            loop, device = await _watching(url, rounds, long)
        loop.turn()
        count = len(rounds)
        loop._observed(loop.primaries, device, _observed(()))
        while len(rounds) == count:
            await asyncio.sleep(0.001)
        loop.close()

    asyncio.run(turn())
    assert rounds[-1] - rounds[-2] >= 2 * long


def test_what_has_arrived_waits_until_it_was_planned_on() -> None:
    async def waits() -> None:
        with closed_port() as url:
            loop, device = await _watching(url, [])
        before = time.monotonic()
        loop.call(lambda told: loop._observed(loop.primaries, device, told), _observed(()))
        on_the_way = loop.waits_since()
        await asyncio.sleep(0)  # it is taken in
        assert before <= (on_the_way or 0.0) == loop.waits_since()
        await _turned(loop)
        assert loop.waits_since() is None
        loop.close()

    asyncio.run(waits())


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long that a machine which is busy does not turn sooner either."""
    monkeypatch.setattr(loop_module, "_NO_HURRY", 3.0)


async def _turns_at_once(loop: Loop, rounds: list[float]) -> bool:
    """Whether it turns before anything else can happen."""
    before = len(rounds)
    for _ in range(3):
        await asyncio.sleep(0)
    return len(rounds) > before


@pytest.mark.usefixtures("unhurried")
def test_looks_that_show_nothing_new_are_planned_on_together() -> None:
    rounds: list[float] = []

    async def turn() -> int:
        with closed_port() as url:
            loop, device = await _watching(url, rounds)
        loop._observed(loop.primaries, device, _observed(()))
        assert await _turns_at_once(loop, rounds)
        before = len(rounds)
        for _ in range(3):
            loop._observed(loop.primaries, device, _observed(()))
            assert not await _turns_at_once(loop, rounds)
        while len(rounds) == before:
            await asyncio.sleep(0.01)
        loop.close()
        return len(rounds) - before

    assert asyncio.run(turn()) == 1


@pytest.mark.usefixtures("unhurried")
def test_what_is_new_waits_for_no_look_that_shows_nothing_new() -> None:
    rounds: list[float] = []

    async def turn() -> None:
        with closed_port() as url:
            loop, device = await _watching(url, rounds)
        loop._observed(loop.primaries, device, _observed(()))
        assert await _turns_at_once(loop, rounds)
        loop._observed(loop.primaries, device, _observed(()))
        loop._observed(loop.primaries, device, _observed((JOB,)))
        assert await _turns_at_once(loop, rounds)
        loop.close()

    asyncio.run(turn())
    assert len(rounds) >= 2


@pytest.mark.usefixtures("unhurried")
def test_a_look_that_the_plan_has_asked_for_is_planned_on_at_once() -> None:
    rounds: list[float] = []

    def shown() -> Observation[tuple[Source, ...]]:
        now = time.monotonic()
        return Observation(now, now, DeviceState.OK, (Source("s 1", "Cam 1"),))

    async def turn() -> None:
        with closed_port() as url:
            loop, _ = await _watching(url, rounds)
            mac = DeviceSettings("mac", url, poll_interval=60.0, kind="movierecorder")
            loop.apply(replace(loop.settings, dvrs={"mac": mac}))
            while loop.dvrs["mac"].counts.polls == 0 or loop.waits_since() is not None:
                await asyncio.sleep(0.005)
        loop._observed(loop.dvrs, mac, shown())
        assert await _turns_at_once(loop, rounds)
        loop._observed(loop.dvrs, mac, shown())
        assert not await _turns_at_once(loop, rounds)
        loop.dvrs["mac"].is_awaited = True
        loop._observed(loop.dvrs, mac, shown())
        assert await _turns_at_once(loop, rounds)
        loop.close()

    asyncio.run(turn())


def test_what_cannot_be_taken_in_is_no_reason_to_leave_out_what_came_with_it() -> None:
    taken: list[int] = []

    def take_in(number: int) -> None:
        if number % 3 == 0:
            raise ValueError(number)
        taken.append(number)

    async def deliver() -> list[dict[str, object]]:
        told: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        with closed_port() as url:
            loop, _ = await _watching(url, [])
        threads = [threading.Thread(target=loop.call, args=(take_in, number)) for number in range(9)]
        for thread in threads:
            thread.start()
            thread.join()
        while loop.waits_since() is not None:
            await asyncio.sleep(0)
        loop.close()
        return told

    assert len(asyncio.run(deliver())) == 3
    assert taken == [1, 2, 4, 5, 7, 8]


def test_the_loop_is_woken_once_for_all_that_comes_at_once() -> None:
    async def woken() -> tuple[int, list[int]]:
        taken: list[int] = []
        aio = asyncio.get_running_loop()
        with closed_port() as url:
            loop, _ = await _watching(url, [])
        calls, call = [], aio.call_soon_threadsafe

        def counted(*arguments: Any) -> asyncio.Handle:
            calls.append(arguments)
            return call(*arguments)

        aio.call_soon_threadsafe = counted  # type: ignore[method-assign, assignment]
        for number in range(1000):
            loop.call(taken.append, number)
        while loop.waits_since() is not None:
            await asyncio.sleep(0)
        loop.call(taken.append, 1000)
        while loop.waits_since() is not None:
            await asyncio.sleep(0)
        loop.close()
        return len(calls), taken

    assert asyncio.run(woken()) == (2, list(range(1001)))
