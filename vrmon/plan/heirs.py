"""Another name in the configuration, and the same device: what was known of it goes on under the new one.

A device is known again by its address. Nothing changes on any recorder by it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from vrmon.model import Outcome
from vrmon.plan.memory import ChannelMemory, Memory, PrimaryMemory, Question
from vrmon.plan.renamed import Renamed, renamed
from vrmon.plan.replacing import replace
from vrmon.settings import DeviceSettings, Settings


def found(settings: Settings, memory: Memory) -> Renamed:
    """What these settings call otherwise than those before them did."""
    devices = Renamed(
        dict(_devices("primary", settings.primaries, memory.primaries, memory)),
        dict(_devices("dvr", settings.dvrs, memory.dvrs, memory)),
    )
    gone = {key: devices.key(key) for key in memory.channels.keys() - settings.keys} if devices else {}
    channels = {key: heir for key, heir in gone.items() if heir not in memory.channels}
    return replace(devices, channels=channels)


def handed_on(memory: Memory, names: Renamed, now: float) -> Memory:
    """What is known, under the new names. What was under way at a device counts as lost."""
    channels = {
        key: _without_answer(one, now) if key in names.channels else one
        for key, one in memory.channels.items()
    }
    primaries = {
        name: _to_be_asked(one) if name in names.primaries else one for name, one in memory.primaries.items()
    }
    dvrs = {name: replace(one, ledger=one.ledger.renamed(names)) for name, one in memory.dvrs.items()}
    told = {key: names.problem(key) for key in (*memory.problems, *memory.inherited, *memory.acknowledged)}
    return replace(
        memory,
        primaries=renamed(primaries, names.primaries),
        dvrs=renamed(dvrs, names.dvrs),
        channels=renamed(channels, names.channels),
        problems=renamed(memory.problems, told),
        inherited=renamed(memory.inherited, told),
        covered=memory.covered.renamed(names),
        acknowledged=renamed(memory.acknowledged, told),
    )


def _devices(
    role: str, settings: Mapping[str, DeviceSettings], known: Container[str], memory: Memory
) -> Iterator[tuple[str, str]]:
    gone = {
        address: name
        for (of, name), address in memory.addresses.items()
        if of == role and name in known and name not in settings
    }
    for name, device in settings.items():
        before = None if name in known else gone.pop(device.address, None)
        if before is not None:
            yield before, name


def _without_answer(channel: ChannelMemory, now: float) -> ChannelMemory:
    attempt = channel.attempt
    if attempt is None or attempt.ended is not None:
        return channel
    return replace(channel, attempt=replace(attempt, ended=now, outcome=Outcome.LOST, due=now))


def _to_be_asked(primary: PrimaryMemory) -> PrimaryMemory:
    asked = primary.questions.items()
    return replace(primary, questions={job: Question(told=one.told) for job, one in asked})
