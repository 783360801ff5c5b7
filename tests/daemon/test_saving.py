"""A take is on the disk before it begins, whether or not its name went ahead."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from vrmon.daemon.clock import Clock
from vrmon.daemon.saving import Saving
from vrmon.model import Action, Job, Verb
from vrmon.plan import Plan, World
from vrmon.plan.memory import ChannelMemory, Label, Memory, Naming
from vrmon.settings import ChannelKey
from vrmon.state import StateStore
from vrmon.views.round import Round

JOB = Job("A" * 32, "1")
CHANNEL = ChannelKey("playbox", JOB.ingest, "deck")


def _round(name: str, *verbs: Verb) -> Round:
    """A round that sends these commands for a take of that name."""
    take = Naming(JOB, "1", 1, Label(name))
    memory = Memory(channels={CHANNEL: ChannelMemory(JOB, take)})
    sent = tuple(Action(verb, "deck", "", channel=CHANNEL, source="1", name=name) for verb in verbs)
    return Round(Memory(), Plan(memory, sent, (), ()), World({}, {}), sent, (), (), 0.0)


@pytest.mark.parametrize("verbs", [(Verb.RECORD,), (Verb.SET_NAME, Verb.RECORD)])
def test_a_take_is_kept_before_it_begins(tmp_path: Path, verbs: tuple[Verb, ...]) -> None:
    store = StateStore(tmp_path)

    async def begin() -> list[threading.Event]:
        saving, kept = Saving(store, Clock()), []
        for name in ("FIRST", "SECOND"):
            for verb in verbs:
                if verb is Verb.RECORD:
                    kept.append(saving.kept(CHANNEL))
                    if len(verbs) == 1:
                        assert not kept[-1].is_set()
                saving.take_in(_round(name, verb))
            while not kept[-1].is_set():  # as a lane does, but for its patience
                await asyncio.sleep(0.001)
            assert name in (tmp_path / "state.json").read_text()
        return kept

    first, second = asyncio.run(asyncio.wait_for(begin(), 60))
    assert first is not second
    store.close(10.0)
