"""The loop by itself: what arrives is taken in one by one."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace

from vrmon.daemon.clock import Clock
from vrmon.daemon.loop import Loop
from vrmon.model import DeviceState, Job, Observation
from vrmon.plan.memory import Memory, TrackedJob
from vrmon.settings import DeviceSettings, Settings

JOB = Job("AB", "7")


def _observed(jobs: tuple[Job, ...] | None) -> Observation[tuple[Job, ...]]:
    now = time.monotonic()
    if jobs is None:
        return Observation.unknown(now, now, "no answer")
    return Observation(now, now, DeviceState.OK, jobs)


async def _known_after(*answers: tuple[Job, ...] | None, url: str) -> TrackedJob:
    """What is known of the job when all of these arrived before the loop could turn."""
    loop = Loop(Memory(), Clock(), lambda _: None, lambda _: None)
    device = DeviceSettings("playbox", url, poll_interval=60.0, kind="playbox")
    loop.apply(Settings(primaries={"playbox": device}))
    while loop.primaries["playbox"].counts.polls == 0:  # its own poll, which is refused
        await asyncio.sleep(0.005)
    for jobs in answers:
        loop._observed(loop.primaries, device, _observed(jobs))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop.close()
    return loop.memory.primaries["playbox"].jobs[JOB]


def test_a_primary_that_is_stuck_is_noticed_although_a_dvr_has_its_name() -> None:
    async def due_back() -> dict[str, float]:
        loop = Loop(Memory(), Clock(), lambda _: None, lambda _: None)
        playbox = DeviceSettings("main", "http://127.0.0.1:1", poll_interval=60.0, kind="playbox")
        loop.apply(Settings({"main": playbox}, {"main": replace(playbox, kind="movierecorder")}))
        found = loop.due_back()
        loop.close()
        return found

    assert asyncio.run(due_back()).keys() == {"primary main", "DVR main"}


def test_an_outage_between_two_answers_is_seen_although_both_arrive_at_once() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        calm = asyncio.run(_known_after((JOB,), (), url=url))
        lost = asyncio.run(_known_after((JOB,), None, (), url=url))
    assert (calm.present, calm.lost) == (False, None)
    assert not lost.present
    assert lost.lost is not None
