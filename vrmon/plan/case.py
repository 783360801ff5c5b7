"""What a decision about one channel may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from vrmon.model import (
    Action,
    Destination,
    DvrObservation,
    Phase,
    PrimaryObservation,
    Problem,
    Schedule,
    Sighting,
    Source,
)
from vrmon.plan.memory import ChannelMemory, DvrMemory, PrimaryMemory, Sent, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.rights import Rights
from vrmon.settings import Channel, ChannelKey, Sync
from vrmon.traits import Traits

FRESH = 0.5  # seconds: a command wants a look that began later ago, lest it hit somebody else's recording


@dataclass(frozen=True)
class Case:
    """One channel and its surroundings.

    `primary_told`, `observation`: what the devices told last. `new_look`: the latter was not taken in yet.
    `longest_poll`: the interval of the slower one of its two devices. `claims`: which channel's a source is.
    `epoch` plus a monotonic time is Unix time. `rights`: None for a host alone.
    """

    channel: Channel
    sync: Sync
    traits: Traits
    primary: PrimaryMemory
    primary_told: PrimaryObservation | None
    dvr: DvrMemory
    observation: DvrObservation | None
    new_look: bool
    poll_interval: float
    longest_poll: float
    claims: Mapping[str, ChannelKey]
    moment: Moment
    sight: Moment  # of what holds for some time after the take was seen last
    epoch: float
    destinations: tuple[Destination, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    rights: Rights | None = None
    sighting: Sighting | None = None
    looks_at_pictures: bool = False

    def is_expired(self, take: Sent) -> bool:
        """Whether no look can show any more that our command has begun the take."""
        return take.is_expired(self.observation, self.traits.start_grace)

    @property
    def blind_after(self) -> float:
        return max(5.0, 3 * self.poll_interval)


@dataclass(frozen=True)
class Site:
    """The channel's source as the last look showed it, from `began` to `ended`: where commands go."""

    case: Case
    source: Source
    began: float
    ended: float

    @property
    def moment(self) -> Moment:
        return self.case.moment

    @property
    def is_slow(self) -> bool:
        """Whether the recorder takes so long to list its sources that no look can ever be fresh."""
        return self.ended - self.began > FRESH / 2

    @property
    def is_fresh(self) -> bool:
        """A look is as old as its beginning. A slow one is the best there is for a moment: what is sent on it
        looks at the source itself first."""
        since = self.ended if self.is_slow else self.began
        return not self.moment.passed(since, FRESH)


@dataclass(frozen=True)
class Verdict:
    """What is decided of a channel. `look`: when the DVR should be looked at again (0: at once), None for its
    usual pace. `due`: when to decide again although nothing has come. Of a steady channel that is `lasts`
    seconds after its take was seen last, or `due_anyhow`, which no look puts off."""

    memory: ChannelMemory
    phase: Phase
    job: TrackedJob | None = None
    waiting: tuple[TrackedJob, ...] = ()
    source: Source | None = None
    action: Action | None = None
    problems: tuple[Problem, ...] = ()
    look: float | None = None
    due: float = inf
    due_anyhow: float = inf
    lasts: float = inf

    @property
    def rests(self) -> bool:
        """Whether nothing is wanted or done: it stays so for as long as its source is as it is."""
        memory = self.memory
        busy = (memory.take, memory.attempt, memory.theirs, memory.hold, self.job, self.action, self.look)
        return self.phase is Phase.IDLE and all(one is None for one in busy)

    @property
    def is_steady(self) -> bool:
        """Whether a look that shows its source as it was changes nothing but when that was seen."""
        return self.lasts < inf

    @property
    def may_last(self) -> bool:
        """Whether the last look shows its job recorded, and nothing is done."""
        memory = self.memory
        busy = (memory.attempt, memory.theirs, memory.hold, self.action, self.look)
        is_drilled = memory.drill is not None and memory.drill.is_running
        is_shown = self.source is not None and self.source.is_recording
        return self.is_recorded and is_shown and not is_drilled and all(one is None for one in busy)

    @property
    def is_recorded(self) -> bool:
        """Whether its job has a take of its own that was seen a moment ago."""
        take = self.memory.running
        ours = self.job is not None and take is not None and take.job == self.job.job
        return ours and self.phase in (Phase.RECORDING, Phase.KEEPING)
