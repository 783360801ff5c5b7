"""What a decision about one channel may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmon.model import Destination, DvrObservation, ProblemKey
from vrmon.plan.memory import DvrMemory, PrimaryMemory
from vrmon.settings import Channel, Sync
from vrmon.traits import Traits


@dataclass(frozen=True)
class Case:
    """One channel and its surroundings.

    `new_look`: the DVR's last observation has not been taken in yet. `blind_after`: seconds without a
    look after which a take no longer counts as seen. `claims`: which channel's (by its key) a source is.
    `primary_problem`, `dvr_problem`: what is the matter with the devices themselves.
    `traits` are those of the DVR's kind.
    """

    channel: Channel
    sync: Sync
    primary: PrimaryMemory
    dvr: DvrMemory
    observation: DvrObservation | None
    new_look: bool
    blind_after: float
    claims: Mapping[str, str]
    traits: Traits
    now: float
    epoch: float
    destinations: tuple[Destination, ...] = ()
    primary_problem: ProblemKey | None = None
    dvr_problem: ProblemKey | None = None
