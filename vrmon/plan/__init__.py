"""The planner: from what is wanted and what is seen to what is done next.

`plan` is pure: it knows no clock, does no I/O and writes no log. It looks at what is, never at what
happened, so that it may be called at any moment, and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vrmon.model import (
    Action,
    Destination,
    DvrObservation,
    PrimaryObservation,
    Problem,
    ProblemKey,
    Result,
    Verb,
)
from vrmon.plan import jobs, outages, starting, unconfigured
from vrmon.plan.case import Case
from vrmon.plan.decide import Verdict, decide
from vrmon.plan.due import next_due
from vrmon.plan.memory import ChannelMemory, DvrMemory, Memory, PrimaryMemory
from vrmon.settings import Channel, Settings
from vrmon.traits import Traits

_BLIND = 5.0  # seconds without a look, at the least, after which a take no longer counts as seen


@dataclass(frozen=True)
class World:
    """What is known of the outside: each device's last observation (None before the first), and the
    results that have come since the last plan. `epoch` plus a monotonic time is Unix time.
    `destinations`: of each DVR, as far as it told them."""

    primaries: Mapping[str, PrimaryObservation | None]
    dvrs: Mapping[str, DvrObservation | None]
    results: tuple[Result, ...] = ()
    epoch: float = 0.0
    destinations: Mapping[str, tuple[Destination, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is to be done (`actions`, in order), what to remember, and what to say.

    `verdicts` has one for each channel, in the settings' order. `looks`: when a DVR should be looked at,
    where its usual pace is too slow. `due`: when to plan again although nothing has come.
    """

    memory: Memory
    actions: tuple[Action, ...]
    verdicts: tuple[tuple[Channel, Verdict], ...]
    problems: tuple[Problem, ...]
    looks: Mapping[str, float] = field(default_factory=dict)
    due: float = float("inf")


def plan(settings: Settings, world: World, memory: Memory, now: float) -> Plan:
    """Take in what the world shows, and decide for every channel."""
    primaries = {name: memory.primaries.get(name, PrimaryMemory()) for name in settings.primaries}
    dvrs = {name: memory.dvrs.get(name, DvrMemory()) for name in settings.dvrs}
    channels = dict(memory.channels)
    _learn(settings, world.results, primaries, dvrs, channels)
    for channel in settings.channels:
        busy = channels.get(channel.key, ChannelMemory()).job
        primaries[channel.primary] = jobs.recall(primaries[channel.primary], busy, now)
    for name, seen in world.primaries.items():
        if seen is not None and name in primaries:
            primaries[name] = jobs.observe(primaries[name], seen, _mapped(settings, name))
    new_looks = set()
    for name, dvr in dvrs.items():
        dvrs[name], is_new = outages.observe_dvr(dvr, world.dvrs.get(name))
        if is_new:
            new_looks.add(name)

    of_primaries = {
        name: _told(
            outages.problems("primary", name, one, world.primaries.get(name)), settings.primaries[name].traits
        )
        for name, one in primaries.items()
    }
    of_dvrs = {
        name: _told(outages.problems("dvr", name, one, world.dvrs.get(name)), settings.dvrs[name].traits)
        for name, one in dvrs.items()
    }
    claims = {name: _claims(settings, channels, name) for name in dvrs}
    verdicts = []
    for channel in settings.channels:
        case = Case(
            channel,
            settings.sync,
            primaries[channel.primary],
            dvrs[channel.dvr],
            world.dvrs.get(channel.dvr),
            new_look=channel.dvr in new_looks,
            blind_after=max(_BLIND, 3 * settings.dvrs[channel.dvr].poll_interval),
            claims=claims[channel.dvr],
            traits=settings.dvrs[channel.dvr].traits,
            now=now,
            epoch=world.epoch,
            destinations=world.destinations.get(channel.dvr, ()),
            primary_problem=_key(of_primaries[channel.primary]),
            dvr_problem=_key(of_dvrs[channel.dvr]),
        )
        before = channels.get(channel.key, ChannelMemory())
        decided = decide(case, before)
        verdict = _phased(replace(decided, problems=_told(decided.problems, case.traits)), now)
        channels[channel.key] = verdict.memory
        verdicts.append((channel, verdict))
        if verdict.source is not None:
            claims[channel.dvr].setdefault(verdict.source.unique_id, channel.key)
        dvrs[channel.dvr] = starting.reserve(
            dvrs[channel.dvr], case.traits, channel.key, before.take, verdict.memory.take
        )

    actions = [verdict.action for _, verdict in verdicts if verdict.action is not None]
    for name, primary in primaries.items():
        primaries[name], questions = _names_and_forgotten(settings, name, primary, channels, now)
        actions += questions
        ended = primary.jobs.keys() - primaries[name].jobs.keys()
        for channel in settings.channels:
            if channel.primary == name:
                dvrs[channel.dvr] = starting.disown(dvrs[channel.dvr], channel, ended)
    unconfigured.forget(settings, channels, world.dvrs, now)
    found = (
        *(problem for one in (*of_primaries.values(), *of_dvrs.values()) for problem in one),
        *(problem for _, verdict in verdicts for problem in verdict.problems),
        *unconfigured.problems(settings, primaries, channels),
    )
    since = {one.key: now for one in found}
    since.update((key, began) for key, began in memory.problems.items() if key in since)
    left_out = {name: one for name, one in memory.dvrs.items() if name not in dvrs}
    names_kept = {name: DvrMemory(names=one.names, inherited=True) for name, one in left_out.items()}
    planned = Memory(primaries, {**names_kept, **dvrs}, channels, since)
    looks: dict[str, float] = {}
    for channel, verdict in verdicts:
        if verdict.look is not None:
            looks[channel.dvr] = min(verdict.look, looks.get(channel.dvr, verdict.look))
    due = next_due(planned, settings.sync, now)
    return Plan(planned, tuple(actions), tuple(verdicts), found, looks, due)


def _told(problems: tuple[Problem, ...], traits: Traits) -> tuple[Problem, ...]:
    """With what people call the device and what it stands on."""
    return tuple(one.told(**traits.called) for one in problems)


def _phased(verdict: Verdict, now: float) -> Verdict:
    memory = verdict.memory
    if memory.phase == verdict.phase and memory.phase_since is not None:
        return verdict
    return replace(verdict, memory=replace(memory, phase=verdict.phase, phase_since=now))


def _learn(
    settings: Settings,
    results: tuple[Result, ...],
    primaries: dict[str, PrimaryMemory],
    dvrs: dict[str, DvrMemory],
    channels: dict[str, ChannelMemory],
) -> None:
    for result in results:
        action = result.action
        if action.verb is Verb.FETCH_NAME:
            if action.device in primaries:
                primaries[action.device] = jobs.learn_name(primaries[action.device], result)
        elif action.channel in channels and action.device in dvrs:
            channels[action.channel], dvrs[action.device] = starting.learn(
                channels[action.channel], dvrs[action.device], settings.dvrs[action.device].traits, result
            )


def _claims(settings: Settings, channels: Mapping[str, ChannelMemory], dvr: str) -> dict[str, str]:
    """Which channel has which source of a DVR by a take that is under way."""
    claims = {}
    for key in (channel.key for channel in settings.channels if channel.dvr == dvr):
        take = channels[key].take if key in channels else None
        if take is not None and take.under_way:
            claims[take.source] = key
    return claims


def _names_and_forgotten(
    settings: Settings, name: str, memory: PrimaryMemory, channels: Mapping[str, ChannelMemory], now: float
) -> tuple[PrimaryMemory, list[Action]]:
    needed = frozenset(one.job for one in channels.values() if one.job is not None)
    kept = jobs.forget(memory, settings.sync, now, needed)
    return jobs.ask_names(kept, name, now, _mapped(settings, name))


def _mapped(settings: Settings, primary: str) -> frozenset[str]:
    """The ingests of a primary that have a channel."""
    return frozenset(channel.ingest for channel in settings.channels if channel.primary == primary)


def _key(found: tuple[Problem, ...]) -> ProblemKey | None:
    return found[0].key if found else None
