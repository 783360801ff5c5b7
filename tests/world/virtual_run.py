"""vrmon's loop in virtual time: polls, lanes, crashes and restarts around the real `plan` and `remember`."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.world.virtual import Quirks, VirtualPlayBox, VirtualRecorder
from tests.world.virtual_promises import Promises
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Action, DeviceState, Job, Observation, Outcome, Result, Source, Verb
from vrmon.plan import Plan, Verdict, World, plan
from vrmon.plan.memory import Memory
from vrmon.settings import Channel, DeviceSettings, Settings, Sync
from vrmon.state import snapshot

EPOCH = 1_790_000_000.0
TIMEOUT = 5.0


@dataclass
class Chances:
    """Of each poll or command: to get no answer, to hang first, to be refused."""

    bad_poll: float = 0.0
    hung_poll: float = 0.0
    lost: float = 0.0
    refused: float = 0.0


def site(channels: int, sync: Sync, poll_interval: float = 1.0) -> Settings:
    device = DeviceSettings("playbox", "http://127.0.0.1", poll_interval, TIMEOUT)
    return Settings(
        {"playbox": device},
        {"mac": DeviceSettings("mac", "http://127.0.0.1", poll_interval, TIMEOUT, traits=TRAITS)},
        tuple(
            Channel(f"PCR {n + 1}", "playbox", f"{n:032X}", "mac", f"4XT00292 - {n}") for n in range(channels)
        ),
        sync,
    )


class Run:
    """A site over virtual time. `at` puts something on the agenda; `until` lets time pass."""

    def __init__(self, settings: Settings, quirks: Quirks, seed: int = 0) -> None:
        self.random = Random(seed)
        self.settings = settings
        self.playbox = VirtualPlayBox()
        self.mac = VirtualRecorder(len(settings.channels), quirks)
        self.chances = Chances()
        self.now = 0.0
        self.plans = 0
        self.memory = Memory()
        self.kept: deque[Memory] = deque(maxlen=9)  # of each plan; a disk that is behind has an older one
        self.is_alive = False
        self.planned: Plan | None = None
        self.promises = Promises(self)
        self.primary_seen: Observation[tuple[Job, ...]] | None = None
        self.dvr_seen: Observation[tuple[Source, ...]] | None = None
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._life = 0
        self._results: list[Result] = []
        self._settled: Settings | None = None  # those that the last plan was made with
        self._next_look = 0.0
        self._looking = False
        self._due = float("inf")

    def at(self, moment: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (max(moment, self.now), self._count, what))

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        self.at(self.now + seconds, what)

    def until(self, moment: float) -> None:
        while self._agenda and self._agenda[0][0] <= moment:
            self.now, _, what = heapq.heappop(self._agenda)
            what()
        self.now = moment

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
        self.primary_seen = self.dvr_seen = None
        self._results.clear()
        self._looking = False
        self._due = float("inf")
        self._settled = None
        self.promises.began()
        self._turn()
        self._poll_primary()
        self._look()

    def crash(self, *, keep: int | None = 0, pause: float = 1.0) -> None:
        """`kill -9`, and the next start. `keep`: how many saves the disk was behind; None: all is lost."""
        if not self.is_alive:
            return
        self.is_alive = False
        self._life += 1
        held = list(self.kept)[-1 - keep :] if keep is not None else []
        saved = snapshot.payload(held[0], EPOCH) if held else None
        self.promises.crashed(None if not held else keep)

        def again() -> None:
            memory = snapshot.restore(saved, EPOCH, self.now, self.settings.sync) if saved else None
            self.begin(memory)

        self.after(pause, again)

    def _living(self, what: Callable[[], None]) -> Callable[[], None]:
        """Done by this vrmon, or not at all."""
        life = self._life
        return lambda: what() if life == self._life else None

    def _poll(self) -> tuple[float, bool]:
        """How long it takes, and whether an answer comes."""
        chance = self.random.random
        took = self.random.uniform(0.005, 0.05)
        if chance() < self.chances.hung_poll:
            took = self.random.uniform(0.5, TIMEOUT)
        return took, chance() >= self.chances.bad_poll

    def _poll_primary(self) -> None:
        began = self.now
        took, answers = self._poll()
        seen: list[tuple[Job, ...] | None] = []

        def answer() -> None:
            seen.append(tuple(self.playbox.jobs) if self.playbox.is_up and answers else None)

        def arrive() -> None:
            if seen[0] is None:
                self.primary_seen = Observation.unknown(began, self.now, "no answer", DeviceState.UNREACHABLE)
            else:
                self.primary_seen = Observation(began, self.now, DeviceState.OK, seen[0])
            self.promises.primary_told(self.primary_seen)
            interval = self.settings.dvrs["mac"].poll_interval
            self.at(began + interval, self._living(self._poll_primary))
            self._turn()

        self.after(self.random.uniform(0, took), self._living(answer))
        self.after(took, self._living(arrive))

    def _look(self) -> None:
        if self._looking:
            return
        self._looking = True
        began = self.now
        self._next_look = began + self.settings.dvrs["mac"].poll_interval
        took, answers = self._poll()
        seen: list[tuple[Source, ...] | None] = []

        def answer() -> None:
            is_told = self.mac.is_up and answers
            seen.append(self.mac.list_sources(self.now) if is_told else None)
            self.promises.looked(is_told)

        def arrive() -> None:
            if seen[0] is None:
                self.dvr_seen = Observation.unknown(began, self.now, "no answer", DeviceState.UNREACHABLE)
            else:
                self.dvr_seen = Observation(began, self.now, DeviceState.OK, seen[0])
            self._looking = False
            self.at(self._next_look, self._living(self._look_if_due))
            self._turn()

        self.after(self.random.uniform(0, took), self._living(answer))
        self.after(took, self._living(arrive))

    def _look_if_due(self) -> None:
        if self.now >= self._next_look:
            self._look()

    def _look_at(self, moment: float) -> None:
        if moment < self._next_look:
            self._next_look = moment
            if not self._looking:
                self.at(moment, self._living(self._look_if_due))

    def _turn(self) -> None:
        world = World(
            dict.fromkeys(self.settings.primaries, self.primary_seen),
            {"mac": self.dvr_seen},
            tuple(self._results),
            EPOCH,
        )
        self._results.clear()
        before = self.memory
        is_settled = self._settled is self.settings
        self.planned = plan(self.settings, world, before, self.now, self.planned if is_settled else None)
        self._settled = self.settings
        self.plans += 1
        self.memory = self.planned.memory
        self.promises.planned(world, before, self.planned)
        self.kept.append(self.memory)
        for action in self.planned.actions:
            self._command(action)
        for moment in self.planned.looks.values():
            self._look_at(moment)
        if self.planned.due < self._due or self._due <= self.now:
            self._due = self.planned.due
            if self._due < self.now + 3600:
                self.at(self._due, self._living(self._turn))

    def _command(self, action: Action) -> None:
        began = self.now
        took = self.random.uniform(0.005, 0.05)
        is_lost = self.random.random() < self.chances.lost
        is_refused = self.random.random() < self.chances.refused
        happens = self.random.random() < 0.5
        look = self.dvr_seen
        ended: list[tuple[Outcome, str, str | None]] = []

        def act() -> None:
            if action.verb is Verb.FETCH_NAME:
                assert action.job is not None
                outcome, value = self.playbox.basename(action.job, self.now)
                ended.append((Outcome.LOST, "", None) if is_lost else (outcome, "", value))
            elif not self.mac.is_up or (is_lost and not happens):
                ended.append((Outcome.LOST, "no answer", None))
            elif is_refused and not is_lost:
                ended.append((Outcome.REFUSED, "no", None))
            else:
                self.promises.acts(action, look)
                error = self.mac.command(action.verb, action.source, action.name, self.now)
                outcome = Outcome.LOST if is_lost else Outcome.REFUSED if error else Outcome.DONE
                ended.append((outcome, "no answer" if is_lost else error, None))
            if ended[0][0] is not Outcome.DONE and action.source:
                self.mac.source(action.source).named &= action.verb is not Verb.SET_NAME
                self.promises.disturbed(action.source)

        def come_back() -> None:
            outcome, error, value = ended[0]
            if outcome is Outcome.LOST and self.now < began + TIMEOUT * happens:
                self.at(began + TIMEOUT, self._living(come_back))
                return
            self._results.append(Result(action, self.now, outcome, error, value))
            self._turn()

        self.after(took / 2, act)  # what has left reaches the device even if vrmon has died since
        self.after(took, self._living(come_back))
