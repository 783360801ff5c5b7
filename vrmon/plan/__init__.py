"""The planner: from what is wanted and what is seen to what is done next.

`plan` is pure: it knows no clock, does no I/O and writes no log. It looks at what is, never at what
happened, so that it may be called at any moment, and again. `wanted` and `seen` say what is the case,
`respond` has the table of what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from vrmon.catalog import Code
from vrmon.model import (
    Action,
    Destination,
    DvrObservation,
    PrimaryObservation,
    Problem,
    Result,
    Source,
    Verb,
)
from vrmon.plan import jobs, outages, starting, unconfigured
from vrmon.plan.case import Case, Verdict
from vrmon.plan.memory import ChannelMemory, DvrMemory, Memory, PrimaryMemory, Running, Sent
from vrmon.plan.moment import Moment
from vrmon.plan.respond import respond
from vrmon.plan.seen import adopt, look, see
from vrmon.plan.wanted import wanted
from vrmon.settings import Channel, ChannelKey, Settings
from vrmon.traits import Traits

__all__ = ["Plan", "Verdict", "World", "plan"]


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

    `verdicts` has one for each channel, in the settings' order; `decided` are those that this plan came to
    itself. `looks`: when a DVR should be looked at, where its usual pace is too slow. `due`: when to plan
    again although nothing has come. The rest is what the next plan need not work out again: `of_devices`, the
    problems of each primary and DVR; `dues`, of each primary; `claims`, which channel's a source is.
    """

    memory: Memory
    actions: tuple[Action, ...]
    verdicts: tuple[tuple[Channel, Verdict], ...]
    problems: tuple[Problem, ...]
    decided: tuple[tuple[Channel, Verdict], ...] = ()
    looks: Mapping[str, float] = field(default_factory=dict)
    due: float = inf
    of_devices: Mapping[tuple[str, str], tuple[Problem, ...]] = field(default_factory=dict)
    dues: Mapping[str, float] = field(default_factory=dict)
    claims: Mapping[str, Mapping[str, ChannelKey]] = field(default_factory=dict)
    destinations: Mapping[str, tuple[Destination, ...]] = field(default_factory=dict)


def plan(settings: Settings, world: World, memory: Memory, now: float, before: Plan | None = None) -> Plan:
    """Take in what the world shows, and decide for every channel that this concerns.

    `before` is the plan that led to `memory`, made with the same settings: what nothing has touched since
    stays as it was decided. Without it every channel is decided anew, and comes to the same.
    """
    return _Planning(settings, world, memory, now, before).planned()


class _Planning:
    """One plan in the making. `touched`: the channels to be decided."""

    def __init__(
        self, settings: Settings, world: World, memory: Memory, now: float, before: Plan | None
    ) -> None:
        self.settings = settings
        self.world = world
        self.memory = memory
        self.now = now
        self.before = before
        self.primaries = {name: memory.primaries.get(name, PrimaryMemory()) for name in settings.primaries}
        self.dvrs = {name: memory.dvrs.get(name, DvrMemory()) for name in settings.dvrs}
        self.channels = dict(memory.channels)
        self.verdicts = {} if before is None else {channel.key: one for channel, one in before.verdicts}
        self.touched: set[ChannelKey] = set()
        self.new_looks: set[str] = set()
        self.stirred: set[str] = set()  # primaries of which something has come, or falls due
        self.actions: list[Action] = []

    def planned(self) -> Plan:
        self._touch()
        self._learn()
        self._observe()
        claims = {name: self._claims(name) for name in self.dvrs}
        decided = self._decide(claims)
        dues = self._ask_and_forget()
        moment = Moment(self.now)
        unconfigured.forget(self.settings, self.channels, self.world.dvrs, moment)
        of_devices = self._of_devices()
        verdicts = self._all_verdicts(decided)
        problems = tuple(self._problems(of_devices, verdicts))
        inherited = self.memory.inherited
        since = {one.key: inherited.get(one.key, self.now) for one in problems}
        since.update((key, began) for key, began in self.memory.problems.items() if key in since)
        left_out = {name: one for name, one in self.memory.dvrs.items() if name not in self.dvrs}
        names_kept = {name: DvrMemory(ledger=one.ledger, inherited=True) for name, one in left_out.items()}
        return Plan(
            Memory(
                self.primaries,
                {**names_kept, **self.dvrs},
                self.channels,
                since,
                {key: began for key, began in inherited.items() if key not in since} if inherited else {},
            ),
            tuple(self.actions),
            verdicts,
            problems,
            tuple((channel, decided[channel.key]) for channel, _ in verdicts if channel.key in decided)
            if decided
            else (),
            self._looks(decided),
            min((moment.due, *dues.values(), *(one.due for _, one in verdicts))),
            of_devices,
            dues,
            claims,
            self.world.destinations,
        )

    def _touch(self) -> None:
        """Everything, or what has been amended or falls due."""
        before = self.before
        if before is None:
            self.touched.update(channel.key for channel in self.settings.channels)
            self.stirred.update(self.settings.primaries)
            for channel in self.settings.channels:
                busy = self.channels.get(channel.key, ChannelMemory()).job
                known = self.primaries[channel.primary]
                self.primaries[channel.primary] = jobs.recall(known, busy, self.now)
            return
        if before.memory.channels is not self.memory.channels:
            planned = before.memory.channels
            self.touched.update(key for key, one in self.channels.items() if planned.get(key) is not one)
        if before.due <= self.now:
            self.touched.update(channel.key for channel, one in before.verdicts if one.due <= self.now)
            self.stirred.update(name for name, due in before.dues.items() if due <= self.now)
        for name in self.dvrs:
            if before.destinations.get(name, ()) != self.world.destinations.get(name, ()):
                self._touch_all(self.settings.on_dvr(name))

    def _touch_all(self, channels: Iterable[Channel]) -> None:
        self.touched.update(channel.key for channel in channels)

    def _learn(self) -> None:
        for result in self.world.results:
            action = result.action
            if action.verb is Verb.FETCH_NAME:
                if action.device in self.primaries:
                    learnt = jobs.learn_name(self.primaries[action.device], result)
                    self._turn_primary(action.device, learnt)
            elif (
                action.channel is not None and action.channel in self.channels and action.device in self.dvrs
            ):
                dvr, traits = self.dvrs[action.device], self.settings.dvrs[action.device].traits
                channel, ledger = starting.learn(self.channels[action.channel], dvr.ledger, result, traits)
                self.channels[action.channel] = channel
                self.dvrs[action.device] = replace(dvr, ledger=ledger)
                self.touched.add(action.channel)

    def _turn_primary(self, name: str, after: PrimaryMemory) -> None:
        """Take over what is known of a primary now, and touch the channels that it concerns."""
        known = self.primaries[name]
        self.primaries[name] = after
        self.stirred.add(name)
        if (known.state, known.answered) != (after.state, after.answered):
            self._touch_all(self.settings.on_primary(name))
        elif known.jobs is not after.jobs:
            changed = {job.ingest for job, one in after.jobs.items() if known.jobs.get(job) is not one}
            changed |= {job.ingest for job in known.jobs if job not in after.jobs}
            for ingest in changed:
                self._touch_all(self.settings.on_ingest(name, ingest))

    def _observe(self) -> None:
        for name, told in self.world.primaries.items():
            if told is not None and name in self.primaries:
                after = jobs.observe(self.primaries[name], told, self.settings.ingests(name))
                if after is not self.primaries[name]:
                    self._turn_primary(name, after)
        for name, known in self.dvrs.items():
            after_look, is_new_look = outages.observe_dvr(known, self.world.dvrs.get(name))
            if after_look is known:
                continue
            self.dvrs[name] = after_look
            if is_new_look:
                self.new_looks.add(name)
            self._touch_what_a_look_concerns(name, known)

    def _touch_what_a_look_concerns(self, name: str, known: DvrMemory) -> None:
        """All channels of the DVR, but those that rest and whose source is as it was."""
        observation = self.world.dvrs[name]
        shown = () if observation is None or observation.seen is None else observation.seen
        sources = {one.unique_id: one for one in shown}
        same_state = observation is not None and known.state is observation.state
        for channel in self.settings.on_dvr(name):
            verdict = self.verdicts.get(channel.key)
            if verdict is None or not same_state or not verdict.rests or not _is_as_it_was(verdict, sources):
                self.touched.add(channel.key)

    def _claims(self, dvr: str) -> dict[str, ChannelKey]:
        """Which channel has which source of a DVR by a take that is under way. Where that has changed, it may
        concern any channel of the DVR."""
        claims = {}
        for channel in self.settings.on_dvr(dvr):
            take = self.channels[channel.key].take if channel.key in self.channels else None
            if isinstance(take, Sent | Running):
                claims[take.source] = channel.key
        if self.before is not None and self.before.claims.get(dvr) != claims:
            self._touch_all(self.settings.on_dvr(dvr))
        return claims

    def _decide(self, claims: Mapping[str, Mapping[str, ChannelKey]]) -> dict[ChannelKey, Verdict]:
        decided: dict[ChannelKey, Verdict] = {}
        for name in dict.fromkeys(key.dvr for key in self.touched if key.dvr in self.dvrs):
            used = dict(claims[name])
            for channel in self.settings.on_dvr(name):
                verdict = known = self.verdicts.get(channel.key)
                if verdict is None or channel.key in self.touched:
                    verdict = decided[channel.key] = self._decide_one(channel, used)
                    if known is not None and _source_of(known) != _source_of(verdict):
                        self._touch_all(self.settings.on_dvr(name))  # those after it may want it
                if verdict.source is not None:
                    used.setdefault(verdict.source.unique_id, channel.key)
        ordered = {one.key: decided[one.key] for one in self.settings.channels if one.key in decided}
        self.actions += [one.action for one in ordered.values() if one.action is not None]
        return ordered

    def _decide_one(self, channel: Channel, claims: Mapping[str, ChannelKey]) -> Verdict:
        moment, device = Moment(self.now), self.settings.dvrs[channel.dvr]
        case = Case(
            channel,
            self.settings.sync,
            device.traits,
            self.primaries[channel.primary],
            self.world.primaries.get(channel.primary),
            self.dvrs[channel.dvr],
            self.world.dvrs.get(channel.dvr),
            new_look=channel.dvr in self.new_looks,
            poll_interval=device.poll_interval,
            claims=claims,
            moment=moment,
            epoch=self.world.epoch,
            destinations=self.world.destinations.get(channel.dvr, ()),
        )
        before = self.channels.get(channel.key, ChannelMemory())
        memory, found = look(case, before)
        memory, want = wanted(case, memory)
        if isinstance(found, Source):
            memory = adopt(case, memory, found, want.job)
        verdict = respond(case, memory, want, see(case, memory, found))
        memory = verdict.memory
        if memory.phase is not verdict.phase or memory.phase_since is None:
            memory = replace(memory, phase=verdict.phase, phase_since=self.now)
        if memory.job != before.job:
            self.stirred.add(channel.primary)  # which may forget the one before
        self.channels[channel.key] = memory
        dvr = self.dvrs[channel.dvr]
        ledger = starting.reserve(dvr.ledger, channel.key, before.take, memory.take, device.traits)
        if ledger is not dvr.ledger:
            self.dvrs[channel.dvr] = replace(dvr, ledger=ledger)
        told = _told(verdict.problems, device.traits)
        return replace(verdict, memory=memory, problems=told, due=moment.due)

    def _ask_and_forget(self) -> dict[str, float]:
        """Names asked for, jobs that are over forgotten; when to do so again, for each primary."""
        dues = {} if self.before is None else dict(self.before.dues)
        for name in self.stirred & self.primaries.keys():
            moment, memory = Moment(self.now), self.primaries[name]
            mirrored = self.settings.on_primary(name)
            busy = (self.channels[one.key].job for one in mirrored if one.key in self.channels)
            needed = frozenset(job for job in busy if job is not None)
            kept = jobs.forget(memory, self.settings.sync, moment, needed)
            ingests = self.settings.ingests(name)
            self.primaries[name], questions = jobs.ask_names(kept, name, moment, ingests)
            self.actions += questions
            ended = memory.jobs.keys() - kept.jobs.keys()
            for channel in mirrored if ended else ():
                self.dvrs[channel.dvr] = starting.disown(self.dvrs[channel.dvr], channel, ended)
            dues[name] = moment.due
        return dues

    def _all_verdicts(self, decided: Mapping[ChannelKey, Verdict]) -> tuple[tuple[Channel, Verdict], ...]:
        if self.before is not None and not decided:
            return self.before.verdicts
        known = {**self.verdicts, **decided}
        return tuple((channel, known[channel.key]) for channel in self.settings.channels)

    def _of_devices(self) -> Mapping[tuple[str, str], tuple[Problem, ...]]:
        found = {} if self.before is None else dict(self.before.of_devices)
        for name, primary in self.primaries.items():
            if name in self.stirred:
                seen, traits = self.world.primaries.get(name), self.settings.primaries[name].traits
                told = _told(outages.problems("primary", name, primary, seen), traits)
                unmapped = unconfigured.of_jobs(self.settings, name, primary)
                found["primary", name] = (*told, *unmapped)
        for name, dvr in self.dvrs.items():
            if self.before is None or self.memory.dvrs.get(name) is not dvr:
                observation, traits = self.world.dvrs.get(name), self.settings.dvrs[name].traits
                found["dvr", name] = _told(outages.problems("dvr", name, dvr, observation), traits)
        return found

    def _problems(
        self,
        of_devices: Mapping[tuple[str, str], tuple[Problem, ...]],
        verdicts: tuple[tuple[Channel, Verdict], ...],
    ) -> Iterable[Problem]:
        for told in of_devices.values():
            yield from told
        for _, verdict in verdicts:
            yield from verdict.problems
        yield from unconfigured.of_leftovers(self.settings, self.primaries, self.channels)
        if not self.settings.channels:
            yield Problem.of(Code.NO_CHANNELS, "vrmon")

    def _looks(self, decided: Mapping[ChannelKey, Verdict]) -> dict[str, float]:
        looks: dict[str, float] = {}
        for key, verdict in decided.items():
            if verdict.look is not None:
                moment = max(verdict.look, self.now)
                looks[key.dvr] = min(moment, looks.get(key.dvr, moment))
        return looks


def _told(problems: tuple[Problem, ...], traits: Traits) -> tuple[Problem, ...]:
    """With what people call the device and what it stands on."""
    return tuple(one.told(**traits.called) for one in problems)


def _source_of(verdict: Verdict) -> str | None:
    return None if verdict.source is None else verdict.source.unique_id


def _is_as_it_was(verdict: Verdict, sources: Mapping[str, Source]) -> bool:
    """Whether a look shows of the source, or of there being none, what the one before it showed."""
    before = verdict.source
    return not sources if before is None else sources.get(before.unique_id) == before
