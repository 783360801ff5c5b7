"""What a plan is made of, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from vrmon.model import (
    Action,
    Destination,
    DvrObservation,
    PrimaryObservation,
    Problem,
    ProblemKey,
    Result,
    Schedule,
    Sighting,
)
from vrmon.plan.case import Verdict
from vrmon.plan.memory import Memory
from vrmon.plan.renamed import Renamed
from vrmon.plan.rights import Rights
from vrmon.settings import Channel, ChannelKey

Place = tuple[str, str]
"""A device: "primary" or "dvr", and its name."""


@dataclass(frozen=True)
class World:
    """What is known of the outside: each device's last observation (None before the first), and the
    results that have come since the last plan. `epoch` plus a monotonic time is Unix time.
    `destinations` and `schedules`: of each DVR, as far as it told them. `own`: the daemon's problems beside
    the plan's. `rights`: of a host that is one of a pair. `sightings`: what the pictures of channels show."""

    primaries: Mapping[str, PrimaryObservation | None]
    dvrs: Mapping[str, DvrObservation | None]
    results: tuple[Result, ...] = ()
    epoch: float = 0.0
    destinations: Mapping[str, tuple[Destination, ...]] = field(default_factory=dict)
    schedules: Mapping[str, tuple[Schedule, ...]] = field(default_factory=dict)
    own: tuple[Problem, ...] = ()
    rights: Rights | None = None
    sightings: Mapping[ChannelKey, Sighting] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is to be done (`actions`, in order), what to remember, and what to say.

    `verdicts` has one for each channel, in the settings' order; `decided` are those that this plan came to
    itself. `looks`: when a DVR should be looked at, where its usual pace is too slow. `due`: when to plan
    again although nothing has come. The rest is what the next plan need not work out again: `of_devices`, the
    problems of each primary and DVR; `dues`, theirs; `claims`, which channel's a source of each DVR is;
    `freed`, those of a DVR that have just lost their channel. `own`: the daemon's own problems at that time,
    `rights` those that it was made with. `steady`: of what was decided, the channels whose take has gone on
    and no more. `renamed`: what the memory before it calls otherwise.
    """

    memory: Memory
    actions: tuple[Action, ...]
    verdicts: tuple[tuple[Channel, Verdict], ...]
    problems: tuple[Problem, ...]
    decided: tuple[tuple[Channel, Verdict], ...] = ()
    looks: Mapping[str, float] = field(default_factory=dict)
    due: float = inf
    of_devices: Mapping[Place, tuple[Problem, ...]] = field(default_factory=dict)
    dues: Mapping[Place, float] = field(default_factory=dict)
    claims: Mapping[str, Mapping[str, ChannelKey]] = field(default_factory=dict)
    freed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    destinations: Mapping[str, tuple[Destination, ...]] = field(default_factory=dict)
    schedules: Mapping[str, tuple[Schedule, ...]] = field(default_factory=dict)
    own: frozenset[ProblemKey] = frozenset()
    rights: Rights | None = None
    sightings: Mapping[ChannelKey, Sighting] = field(default_factory=dict)
    steady: frozenset[ChannelKey] = frozenset()
    renamed: Renamed = field(default_factory=Renamed)
