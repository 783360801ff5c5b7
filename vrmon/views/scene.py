"""What a status document is made of: one plan, and what is known of the devices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from vrmon.catalog import NO_ANSWER, OF_PRIMARIES, REFUSED, Code, Severity
from vrmon.model import DeviceState, DeviceView, Health, Problem, ProblemKey
from vrmon.plan import Plan, Verdict
from vrmon.plan.coverage.channel import Show
from vrmon.plan.coverage.readings import Readings
from vrmon.plan.memory import DvrMemory, PrimaryMemory, TrackedJob
from vrmon.plan.unconfigured import active
from vrmon.settings import Channel, ChannelKey, Settings
from vrmon.text import rfc3339
from vrmon.views import causes

_Device = PrimaryMemory | DvrMemory
_HEALTH = {
    Severity.CRITICAL: Health.CRITICAL,
    Severity.DEGRADED: Health.DEGRADED,
    Severity.INFO: Health.OK,
}
SILENT = NO_ANSWER | REFUSED
"""What a device may have that does not answer as it should: its channels are not ready for the next job."""
_OF_A_PRIMARY = OF_PRIMARIES | REFUSED
_OF_A_DVR = SILENT - OF_PRIMARIES


class Zone(NamedTuple):
    """That of the host's clock: its name, and the seconds by which it is ahead of UTC."""

    name: str = "UTC"
    offset: int = 0


UTC = Zone()


@dataclass(frozen=True)
class Scene:
    """Everything a status document is made of. `epoch` plus a monotonic time is Unix time.

    `own` are the daemon's problems beside the plan's, with when they began. `pictures`: when the picture
    of each channel (by key) was taken, in Unix time, where there is a fresh one. `readings`: those of the
    same site's scenes before. `pair`: its part of the document, of a host that is one of two.
    """

    version: str
    settings: Settings
    plan: Plan
    primaries: Mapping[str, DeviceView]
    dvrs: Mapping[str, DeviceView]
    now: float
    epoch: float
    began: float
    configuration: Mapping[str, Any]
    own: Sequence[tuple[Problem, float]] = ()
    recent: Sequence[Mapping[str, Any]] = ()
    pictures: Mapping[ChannelKey, float] | None = None
    zone: Zone = UTC
    readings: Readings = field(default_factory=Readings)
    pair: Mapping[str, Any] | None = None

    def silent(self, channel: Channel) -> Iterator[Problem]:
        """What a channel's devices have that do not answer as they should."""
        every = (self._silent_primaries.get(channel.primary), self._silent_dvrs.get(channel.dvr))
        yield from filter(None, every)

    @cached_property
    def _silent_primaries(self) -> Mapping[str, Problem]:
        return self._silent_of(self.plan.memory.primaries, _OF_A_PRIMARY)

    @cached_property
    def _silent_dvrs(self) -> Mapping[str, Problem]:
        return self._silent_of(self.plan.memory.dvrs, _OF_A_DVR)

    def _silent_of(self, known: Mapping[str, _Device], codes: Collection[Code]) -> Mapping[str, Problem]:
        """By the device's name, which one of the other kind may have as well."""
        well = {name for name, memory in known.items() if memory.state is DeviceState.OK}
        troubles = (one for one in self.plan.problems if one.code in codes)
        return {one.subject: one for one in troubles if one.subject not in well}

    @cached_property
    def worst_first(self) -> list[tuple[Problem, float]]:
        """Every problem and when it began (monotonic), the oldest first among equals."""
        every = [*self.own, *((problem, self.since(problem)) for problem in self.plan.problems)]
        return sorted(every, key=lambda one: (one[0].severity.rank, one[1]))

    @property
    def health(self) -> Health:
        """That of all of it."""
        return health(problem for problem, _ in self.worst_first)

    @cached_property
    def groups(self) -> list[causes.Group]:
        """The problems by what they follow from."""
        return causes.grouped(self.worst_first, self.roots, self.now)

    @cached_property
    def roots(self) -> Mapping[ProblemKey, Problem]:
        """The problem that each one follows from at last."""
        return causes.roots(problem for problem, _ in self.worst_first)

    @cached_property
    def ages(self) -> dict[str, float]:
        """Seconds since each channel's take was last seen, by the channel's name."""
        takes = ((channel.name, verdict.memory.running) for channel, verdict in self.plan.verdicts)
        return {
            name: self.now - take.confirmed
            for name, take in takes
            if take is not None and take.confirmed is not None
        }

    def show(self, channel: Channel, verdict: Verdict) -> Show | None:
        """How the channel's job stands now, as far as it was watched."""
        if verdict.job is None:
            return None
        return self.readings.read(self.plan.memory.covered, channel.key, verdict.job.job, self.now)

    def utc(self, moment: float | None) -> str | None:
        return None if moment is None else rfc3339(moment + self.epoch)

    def since(self, problem: Problem) -> float:
        """When one of the plan's problems began (monotonic)."""
        return self.plan.memory.problems[problem.key].since

    def unmapped(self) -> Iterator[tuple[str, TrackedJob]]:
        """The primary and the job, for each active job that no channel mirrors."""
        for name, memory in self.plan.memory.primaries.items():
            yield from ((name, tracked) for tracked in active(self.settings, name, memory))


def health(problems: Iterable[Problem]) -> Health:
    return _HEALTH[min((one.severity for one in problems), key=lambda one: one.rank, default=Severity.INFO)]
