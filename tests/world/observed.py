"""A site told by observations: what its devices show is set, time passes, and vrmon's own plan decides.

Nothing here knows what vrmon should make of it: the documents are those of the daemon's views.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from vrmon import __version__
from vrmon.catalog import Code
from vrmon.model import (
    Action,
    Destination,
    DeviceState,
    Job,
    Note,
    Observation,
    Odd,
    Outcome,
    Problem,
    Result,
    Schedule,
    Sight,
    Sighting,
    Source,
    Verb,
)
from vrmon.plan import Plan, World, plan
from vrmon.plan.coverage.readings import Readings
from vrmon.plan.memory import ChannelMemory, Memory
from vrmon.settings import ChannelKey, Settings
from vrmon.text import rfc3339
from vrmon.views import events, status
from vrmon.views.events import Event
from vrmon.views.recent import Line, add
from vrmon.views.scene import Scene, Zone
from vrmon.views.tiles import Parts
from vrmon.workers.counts import DeviceCounts

TICK = 0.25  # seconds between two looks at everything
NOW = 1_795_000_000.0
T = TypeVar("T")


class Fault(NamedTuple):
    """What comes of asking a device that does not answer as it should."""

    reason: str
    state: DeviceState = DeviceState.UNREACHABLE
    code: Code | None = None


class Site:
    """Begins with every device well, every source idle and no job.

    Set what is to change: `jobs`, `names` and `listed` ingests of the primaries, `sources` of the DVRs,
    `odd`, `notes` and `faults` of any device, `answers` to commands (by the source and the verb) in place of
    obedience: None where nothing ever comes back. The look at a device that is `hung` is under way.
    `restarted`: primaries that have closed their connection since the last look.
    """

    def __init__(self, settings: Settings, sources: Mapping[str, tuple[Source, ...]]) -> None:
        self.settings = settings
        self.now = 0.0
        self.epoch = NOW
        self.memory = Memory()
        self.plan: Plan | None = None
        self.world = World({}, {})
        self.jobs: dict[str, list[Job]] = {name: [] for name in settings.primaries}
        self.names: dict[Job, str] = {}
        self.sources = {name: {one.unique_id: one for one in shown} for name, shown in sources.items()}
        self.destinations: dict[str, tuple[Destination, ...]] = {}
        self.schedules: dict[str, tuple[Schedule, ...]] = {}
        self.sightings: dict[ChannelKey, Sighting] = {}
        self.odd: dict[str, tuple[Odd, ...]] = {}
        self.notes: dict[str, tuple[Note, ...]] = {}
        self.listed = {channel.ingest for channel in settings.channels}
        self.faults: dict[str, Fault] = {}
        self.hung: set[str] = set()
        self.restarted: set[str] = set()
        self.answers: dict[tuple[str, Verb], tuple[Outcome, str] | None] = {}
        self.events: list[tuple[Event, float]] = []
        self._results: list[Result] = []
        self._observations: dict[str, Observation[Any]] = {}
        self._counts: dict[str, DeviceCounts] = {}
        self._takes = 0
        self._readings = Readings()
        self._turn()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return () if self.plan is None else self.plan.problems

    def until(self, moment: float) -> None:
        while self.now < moment:
            self.now = min(self.now + TICK, moment)
            self._turn()

    def skip(self, moment: float) -> None:
        """Where nothing happens, nobody need look in between."""
        self.now = max(self.now, moment)
        self._turn()

    def show(self, dvr: str, unique_id: str, **changes: Any) -> None:
        """The source shows something else from here on."""
        self.sources[dvr][unique_id] = replace(self.sources[dvr][unique_id], **changes)

    def record(self, dvr: str, unique_id: str, name: str) -> None:
        """A recording begins there, whoever began it."""
        self._takes += 1
        minutes, seconds = divmod(self._takes, 60)
        date = f"2026-11-26 12:{minutes:02}:{seconds:02}"
        changes = {"is_recording": True, "is_paused": False, "recording_name": name, "start_date": date}
        self.show(dvr, unique_id, **changes)

    def end(self, dvr: str, unique_id: str) -> None:
        self.show(dvr, unique_id, is_recording=False, is_paused=False, start_date=None)

    def amend(self, number: int, **changes: Any) -> None:
        """As a person does who asks for something on a channel."""
        key = self.settings.channels[number].key
        channel = replace(self.memory.channels.get(key, ChannelMemory()), **changes)
        self.memory = replace(self.memory, channels={**self.memory.channels, key: channel})

    def restart(self, memory: Memory) -> None:
        """vrmon ends and begins anew, with what it finds on the disk."""
        self.memory, self.plan = memory, None
        self._results.clear()

    def document(
        self,
        *,
        pictures: Mapping[ChannelKey, float] | None = None,
        now: float | None = None,
        parts: Parts | None = None,
    ) -> dict[str, Any]:
        """/status at this moment, which is `now` in Unix time. `pictures`: how old that of a channel is."""
        assert self.plan is not None
        epoch = (time.time() if now is None else now) - self.now
        lines: tuple[Line, ...] = ()
        for number, (event, moment) in enumerate(self.events, 1):
            lines = add(lines, event, number, moment + epoch)
        taken = {key: self.now + epoch - age for key, age in (pictures or {}).items()}
        return status.document(
            Scene(
                version=__version__,
                settings=self.settings,
                plan=self.plan,
                primaries={name: self._counts[name].view() for name in self.settings.primaries},
                dvrs={name: self._counts[name].view() for name in self.settings.dvrs},
                now=self.now,
                epoch=epoch,
                began=0.0,
                configuration={
                    "file": "/etc/vrmon/vrmon.toml",
                    "in_force": "file",
                    "loaded": rfc3339(epoch),
                    "complaints": [],
                },
                recent=[line.document() for line in lines],
                pictures=taken,
                zone=Zone("CET", 3600),
                readings=self._readings,
            ),
            parts,
        )

    def _turn(self) -> None:
        listed = tuple(sorted(self.listed))
        primaries = {name: self._observed(name, tuple(jobs), listed) for name, jobs in self.jobs.items()}
        dvrs = {name: self._observed(name, tuple(shown.values())) for name, shown in self.sources.items()}
        results, self._results = tuple(self._results), []
        world = self.world = World(
            primaries,
            dvrs,
            results,
            self.epoch,
            dict(self.destinations),  # the plan before keeps its own
            dict(self.schedules),
            sightings=self.sightings,
        )
        before, known = self.memory, tuple[Problem, ...]()
        if self.plan is not None:  # what a person asked for since belongs to this turn
            before, known = self.plan.memory, self.plan.problems
        self.plan = planned = plan(self.settings, world, self.memory, self.now)
        self.memory = planned.memory
        self.events += [(event, self.now) for event in events.between(before, known, planned, self.now)]
        results_to_come = [self._carried_out(action) for action in planned.actions]
        self._results += [result for result in results_to_come if result is not None]

    def _observed(self, device: str, shown: T, listed: tuple[str, ...] = ()) -> Observation[T]:
        if device in self.hung:
            return self._observations[device]
        began, ended = self.now - 0.02, self.now - 0.01
        fault = self.faults.get(device)
        if fault is None:
            odd, notes = self.odd.get(device, ()), self.notes.get(device, ())
            is_restarted = device in self.restarted
            self.restarted.discard(device)
            seen = Observation.good(began, ended, Sight(shown, odd, listed, notes, is_restarted))
        else:
            seen = Observation.unknown(began, ended, fault.reason, fault.state, fault.code)
        self._observations[device] = seen
        self._counts.setdefault(device, DeviceCounts()).count(seen)
        return seen

    def _carried_out(self, action: Action) -> Result | None:
        """How a command ends, and what it changes, by the next turn."""
        if action.verb is Verb.FETCH_NAME:
            assert action.job is not None
            return Result(action, self.now, Outcome.DONE, value=self.names.get(action.job))
        if (action.source, action.verb) in self.answers:
            answer = self.answers[action.source, action.verb]
            return None if answer is None else Result(action, self.now, *answer)
        shown = self.sources[action.device][action.source]
        if action.verb is Verb.STOP:
            self.end(action.device, action.source)
        elif action.verb is Verb.RESUME:
            self.show(action.device, action.source, is_paused=False)
        elif action.verb is Verb.RECORD:
            is_named = self.settings.dvrs[action.device].traits.names_apart
            self.record(action.device, action.source, shown.recording_name or "" if is_named else action.name)
        else:
            self.show(action.device, action.source, recording_name=action.name)
        return Result(action, self.now, Outcome.DONE)
