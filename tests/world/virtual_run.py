"""vrmon's loop in virtual time: polls, lanes, crashes and restarts around the real `plan` and `remember`."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from random import Random
from typing import TypeVar

from tests.world.virtual import Quirks, VirtualPlayBox, VirtualRecorder, VirtualSource
from tests.world.virtual_promises import Promises, Shown, note
from tests.world.virtual_site import SPARE, TIMEOUT, Chances
from vrmon.model import (
    Action,
    DeviceState,
    Job,
    Observation,
    Odd,
    Outcome,
    Result,
    Schedule,
    Sight,
    Source,
    Verb,
)
from vrmon.plan import Plan, Verdict, World, drilling, plan
from vrmon.plan.drill import Drill
from vrmon.plan.memory import ChannelMemory, Memory
from vrmon.plan.rights import Rights
from vrmon.settings import Channel, ChannelKey, Settings
from vrmon.state import snapshot
from vrmon.views.round import Round

EPOCH = 1_790_000_000.0
HUNG = 12.0  # seconds
T = TypeVar("T")
_BOOT = "0f2b6b1e-7d0a-4a50-9f5b-7a3a6b1c5d11"


class Agenda:
    """Virtual time and what is to happen in it. `watchers` are called after whatever happens."""

    def __init__(self) -> None:
        self.now = 0.0
        self.watchers: list[Callable[[], None]] = []
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, moment: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._entries, (max(moment, self.now), self._count, what))

    def until(self, moment: float) -> None:
        while self._entries and self._entries[0][0] <= moment:
            self.now, _, what = heapq.heappop(self._entries)
            what()
            for watch in self.watchers:
                watch()
        self.now = moment


class Run:
    """A site over virtual time. `at` puts something on the agenda; `until` lets time pass. `turned` is called
    with what each round came to, and `starts` at each start of vrmon."""

    def __init__(self, settings: Settings, quirks: Quirks, seed: int = 0, *others: Quirks) -> None:
        """`quirks`: of the first recorder, `others`: of those after it."""
        self.random = Random(seed)
        self.settings = settings
        self.playboxes = {name: VirtualPlayBox() for name in settings.primaries}
        spare = SPARE if others else 0
        self.macs = {
            name: VirtualRecorder(len(settings.on_dvr(name)) + spare, ways, name)
            for name, ways in zip(settings.dvrs, (quirks, *others), strict=True)
        }
        self.playbox = next(iter(self.playboxes.values()))
        self.mac = next(iter(self.macs.values()))
        self.chances = Chances()
        self.agenda = Agenda()
        self.plans = 0
        self.memory = Memory()
        self.kept: deque[Memory] = deque(maxlen=9)  # of each plan; a disk that is behind has an older one
        self.is_alive = False
        for mac in self.macs.values():
            mac.epoch, mac.later = EPOCH, self.at
        self.schedules: Mapping[str, tuple[Schedule, ...]] = {}
        self.epoch = EPOCH  # what the clock says at 0, until somebody sets it
        self.rights: Callable[[], Rights | None] = lambda: None
        self.planned: Plan | None = None
        self.promises = Promises(self)
        self._called = {name: name for name in settings.primaries}
        self.turned: Callable[[Round], object] = lambda _: None
        self.starts: Callable[[], object] = lambda: None
        self.primaries_seen: dict[str, Observation[tuple[Job, ...]]] = {}
        self.dvrs_seen: dict[str, Observation[tuple[Source, ...]]] = {}
        self._life = 0
        self._results: list[Result] = []
        self._settled: Settings | None = None  # those that the last plan was made with
        devices = {**settings.primaries, **settings.dvrs}
        self._intervals = {name: one.poll_interval for name, one in devices.items()}
        self._next_look: dict[str, float] = {}
        self._looking: set[str] = set()
        self._frozen_until = 0.0
        self._hung_until: dict[str, float] = {}
        self._due = inf

    @property
    def now(self) -> float:
        return self.agenda.now

    @property
    def watchers(self) -> list[Callable[[], None]]:
        return self.agenda.watchers

    def at(self, moment: float, what: Callable[[], None]) -> None:
        self.agenda.at(moment, what)

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        self.agenda.at(self.now + seconds, what)

    def until(self, moment: float) -> None:
        self.agenda.until(moment)

    def job(self, name: str = "", channel: int = 0, identity: str = "", since: float = 0.0) -> Job:
        """A job begins on a channel's ingest, called by its name unless `identity` says otherwise."""
        job = Job(self.settings.channels[channel].ingest, identity or name)
        return self.playbox.begin(job, name, since)

    def verdict(self, channel: int = 0) -> Verdict:
        assert self.planned is not None
        return self.planned.verdicts[channel][1]

    def problems(self, channel: int = 0) -> set[str]:
        return {problem.code for problem in self.verdict(channel).problems}

    def begin(self, memory: Memory | None = None) -> None:
        """vrmon starts."""
        self.is_alive = True
        self._life += 1
        self.memory = Memory() if memory is None else memory
        self.primaries_seen.clear()
        self.dvrs_seen.clear()
        self._results.clear()
        self._looking.clear()
        self._due = inf
        self._settled = None
        self.promises.began(self.memory)
        self.starts()
        self.turn()
        for name in self.playboxes:
            self._poll_primary(name)
        for name in self.settings.dvrs:
            self._look(name)

    def crash(self, *, keep: int | None = 0, pause: float = 1.0) -> None:
        """`kill -9`, and the next start. `keep`: how many saves the disk was behind; None: all is lost."""
        if not self.is_alive:
            return
        self.is_alive = False
        self._life += 1
        held = list(self.kept)[-1 - keep :] if keep is not None else []
        saved = snapshot.payload(held[0], self.epoch, _BOOT) if held else None
        self.promises.crashed(None if not held else keep)

        def again() -> None:
            sync = self.settings.sync
            memory = snapshot.restore(saved, self.epoch, self.now, sync, _BOOT) if saved else None
            self.begin(memory)

        self.after(pause, again)

    def _living(self, what: Callable[[], None]) -> Callable[[], None]:
        """Done by this vrmon, or not at all."""
        life = self._life

        def do() -> None:
            if life != self._life:
                return
            if self.now < self._frozen_until:
                self.at(self._frozen_until, do)
            else:
                what()

        return do

    def freeze(self, seconds: float) -> None:
        """vrmon does nothing for a while, as under SIGSTOP; what it has sent goes on."""
        self._frozen_until = max(self._frozen_until, self.now + seconds)
        self.promises.clock.misnamed.clear()
        self.promises.frozen(self._frozen_until)

    @property
    def is_at_work(self) -> bool:
        return self.is_alive and self.now >= self._frozen_until

    def hang(self, mac: str, seconds: float = HUNG) -> None:
        """A recorder takes requests and neither answers nor obeys them; it obeys when the hang is over."""
        self._hung_until[mac] = self.now + seconds

    def reload(self, settings: Settings) -> None:
        """The same devices, other channels; a primary may get another name, or a second one."""
        gone = [self.called(name) for name in self.settings.primaries if name not in settings.primaries]
        for name in settings.primaries:
            if gone and name not in self.settings.primaries:
                self._called.setdefault(name, gone[0])
                gone.remove(self.called(name))
                self.primaries_seen.pop(self.called(name), None)  # another thread asks it from now on
        self.settings = settings
        self.promises.reloaded(settings)
        if self.is_alive:
            self._living(self.turn)()

    def rename_primary(self, before: str, after: str) -> None:
        """The configuration calls it otherwise from now on."""
        settings, names = self.settings, {before: after}
        channels = (replace(one, primary=names.get(one.primary, one.primary)) for one in settings.channels)
        primaries = {
            name: replace(one, name=name) for name, one in _called(names, settings.primaries).items()
        }
        self.reload(replace(settings, primaries=primaries, channels=tuple(channels)))

    def rename_recorder(self, before: str, after: str) -> None:
        """The same; what it did under the name before, it did under that."""
        settings, names = self.settings, {before: after}
        channels = (replace(one, dvr=names.get(one.dvr, one.dvr)) for one in settings.channels)
        self.promises.every = 0
        self.macs[after] = self.macs[before]
        self._intervals[after] = self._intervals[before]
        dvrs = {name: replace(one, name=name) for name, one in _called(names, settings.dvrs).items()}
        self.reload(replace(settings, dvrs=dvrs, channels=tuple(channels)))
        if self.is_alive:
            self._look(after)

    def amend(self, channel: ChannelKey, change: Callable[[ChannelMemory], ChannelMemory]) -> None:
        """What a person asks of vrmon."""
        if not self.is_at_work:
            return
        changed = change(self.memory.channels.get(channel, ChannelMemory()))
        self.memory = replace(self.memory, channels={**self.memory.channels, channel: changed})
        self.turn()

    def drill(self, channel: int = 0, seconds: float = 10.0) -> str:
        """What a person asks for, or the time of day: why it is refused, "" where it has begun."""
        if not self.is_at_work or self.planned is None:
            return "vrmon is away"
        one = self.settings.channels[channel]
        why = drilling.refusal(self.settings, self.planned, one, seconds, self.now, self.epoch)
        if not why:
            self.amend(one.key, lambda memory: replace(memory, drill=self._drill(one, seconds, memory)))
        return why

    def _drill(self, channel: Channel, seconds: float, memory: ChannelMemory) -> Drill:
        return Drill.of(channel, seconds, "somebody", self.now, EPOCH, memory.drill)

    def source_of(self, channel: Channel) -> VirtualSource:
        """The one that it means."""
        mac, meant = self.macs[channel.dvr], channel.source
        return self.promises.meant.source(channel) if isinstance(meant, int) else mac.meant_by(meant)

    def called(self, primary: str) -> str:
        """What a primary was called when the run began."""
        return self._called.get(primary) or next(iter(self.playboxes))

    def playbox_of(self, primary: str) -> VirtualPlayBox:
        return self.playboxes[self.called(primary)]

    def _poll(self) -> tuple[float, bool]:
        """How long it takes, and whether an answer comes."""
        chance = self.random.random
        took = self.random.uniform(0.005, 0.05)
        if chance() < self.chances.hung_poll:
            took = self.random.uniform(0.5, TIMEOUT)
        return took, chance() >= self.chances.bad_poll

    def _poll_primary(self, name: str) -> None:
        if name not in self.playboxes:
            return
        began, playbox = self.now, self.playboxes[name]
        took, answers = self._poll()
        seen: list[Observation[tuple[Job, ...]] | None] = []

        def answer() -> None:
            told = None
            if playbox.is_up and answers:
                shown = tuple(job for job in playbox.jobs if job.ingest not in playbox.odd)
                odd = tuple(Odd(place, one, f"[{place}]: null") for place, one in enumerate(playbox.odd))
                sight = Sight(shown, odd, restarted=playbox.has_restarted)
                told = Observation.good(began, self.now, sight)
                playbox.has_restarted = False
            seen.append(told)

        def arrive() -> None:
            told, is_late = seen[0], self.now - began > TIMEOUT + 0.5
            if told is None or is_late:
                told = Observation.unknown(began, self.now, "no answer", DeviceState.UNREACHABLE)
            self.primaries_seen[name] = told = replace(told, ended=self.now)
            self.promises.primary_told(name, told)
            self.at(began + self._intervals[name], self._living(lambda: self._poll_primary(name)))
            self.turn()

        self.after(self.random.uniform(0, took), answer)
        self.after(took, self._living(arrive))

    def _look(self, name: str) -> None:
        if name in self._looking or name not in self.settings.dvrs:
            return
        self._looking.add(name)
        began, mac = self.now, self.macs[name]
        self._next_look[name] = began + self._intervals[name]
        self.promises.looks(name)
        took, answers = self._poll()
        if began < self._hung_until.get(name, 0.0):
            took, answers = TIMEOUT, False
        seen: list[Observation[tuple[Source, ...]] | None] = []

        noted: list[Shown] = []

        def answer() -> None:
            is_told = mac.is_up and answers
            sight = Sight(mac.list_sources(self.now), mac.list_odd())
            seen.append(Observation.good(began, self.now, sight) if is_told else None)
            noted.extend(note(mac, self.now))

        def arrive() -> None:
            told, is_late = seen[0], self.now - began > TIMEOUT + 0.5
            if told is None or is_late:
                told = Observation.unknown(began, self.now, "no answer", DeviceState.UNREACHABLE)
            self.dvrs_seen[name] = replace(told, ended=self.now)
            self.promises.looked(name, began, noted, is_told=told.seen is not None)
            self._looking.discard(name)
            self.at(self._next_look[name], self._living(lambda: self._look_if_due(name)))
            self.turn()

        self.after(self.random.uniform(0, took), answer)
        self.after(took, self._living(arrive))

    def _look_if_due(self, name: str) -> None:
        if self.now >= self._next_look[name]:
            self._look(name)

    def _look_at(self, name: str, moment: float) -> None:
        if moment < self._next_look[name]:
            self._next_look[name] = moment
            if name not in self._looking:
                self.at(moment, self._living(lambda: self._look_if_due(name)))

    def turn(self) -> None:
        world = World(
            {name: self._told_by(name) for name in self.settings.primaries},
            {name: self.dvrs_seen.get(name) for name in self.settings.dvrs},
            tuple(self._results),
            self.epoch,
            schedules=self.schedules,
            rights=self.rights(),
        )
        self._results.clear()
        before = self.memory
        is_settled = self._settled is self.settings
        self.planned = plan(self.settings, world, before, self.now, self.planned if is_settled else None)
        self._settled = self.settings
        self.plans += 1
        self.memory = self.planned.memory
        self.promises.planned(world, before, self.planned)
        self.turned(Round(before, self.planned, world, self.planned.actions, world.results, (), self.now))
        self.kept.append(self.memory)
        for action in self.planned.actions:
            self._command(action)
        for name, moment in self.planned.looks.items():
            self._look_at(name, moment)
        self._await(self.planned.due)

    def _await(self, due: float) -> None:
        if due < min(self._due, self.now + 3600.0):
            self._due = due
            self.at(due, self._living(lambda: self._turn_if_due(due)))

    def _turn_if_due(self, due: float) -> None:
        """A plan that was made since may be due sooner or later."""
        assert self.planned is not None
        if due != self._due:
            return
        self._due = inf
        if self.planned.due <= self.now:
            self.turn()
        else:
            self._await(self.planned.due)

    def _told_by(self, primary: str) -> Observation[tuple[Job, ...]] | None:
        return self.primaries_seen.get(self.called(primary))

    def _command(self, action: Action) -> None:
        """Carried out by a lane: where vrmon is frozen in between, not before it goes on."""
        if self.now < self._frozen_until:
            self.at(self._frozen_until, self._living(lambda: self._command(action)))
            return
        if action.until is not None and self.now >= action.until:
            nothing_sent = Result(action, self.now, Outcome.LOST, "its right is over")
            self.after(0.001, self._living(lambda: self.came_back(nothing_sent)))
            return
        began, chances = self.now, self.chances
        took = self.random.uniform(0.005, 0.05)
        is_lost = self.random.random() < chances.lost
        is_refused = self.random.random() < chances.refused
        happens = self.random.random() < 0.5
        vanishes = chances.vanished > 0.0 and self.random.random() < chances.vanished
        hung = self._hung_until.get(action.device, 0.0) - began if action.source else 0.0
        look = self.dvrs_seen.get(action.device)
        ended: list[tuple[Outcome, str, str | None]] = []

        def act() -> None:
            if action.verb is Verb.FETCH_NAME:
                assert action.job is not None
                outcome, value = self.playbox_of(action.device).basename(action.job, self.now)
                ended.append((Outcome.LOST, "", None) if is_lost else (outcome, "", value))
                return
            mac = self.macs[action.device]
            place = action.device, action.source
            if not mac.is_up or (is_lost and not happens) or not self._is_as_expected(mac, action):
                ended.append((Outcome.LOST, "no answer", None))
            elif is_refused and not is_lost:
                ended.append((Outcome.REFUSED, "no", None))
            else:
                self.promises.acts(action, look)
                error = mac.command(action.verb, action.source, action.name, self.now, action.job)
                outcome = Outcome.LOST if is_lost else Outcome.REFUSED if error else Outcome.DONE
                ended.append((outcome, "no answer" if is_lost else error, None))
            if ended[0][0] is not Outcome.DONE or hung > 0.0:
                mac.source(action.source).named &= action.verb is not Verb.SET_NAME
                self.promises.disturbed(place)

        def come_back() -> None:
            outcome, error, value = ended[0] if ended else (Outcome.LOST, "no answer", None)
            if outcome is Outcome.LOST and self.now < began + TIMEOUT * happens:
                self.at(began + TIMEOUT, self._living(come_back))
                return
            self.came_back(Result(action, self.now, outcome, error, value))

        if hung > 0.0:
            self.after(hung, act)
            self.after(min(hung + took, TIMEOUT), self._living(come_back))
            return
        self.after(took / 2, act)  # what has left reaches the device even if vrmon has died since
        if vanishes:
            self.promises.lost_lane(action)
        else:
            self.after(took, self._living(come_back))

    def came_back(self, result: Result) -> None:
        self._results.append(result)
        self.turn()

    def _is_as_expected(self, mac: VirtualRecorder, action: Action) -> bool:
        """A lane looks at the source itself first where the look was slow."""
        expected = action.expected
        if expected is None:
            return True
        for one in mac.list_sources(self.now):
            if one.unique_id == action.source:
                shown = one.is_recording, one.recording_name, one.start_date
                return shown == expected if expected.is_recording else not one.is_recording
        return False


def _called(names: Mapping[str, str], known: Mapping[str, T]) -> dict[str, T]:
    return {names.get(name, name): one for name, one in known.items()}
