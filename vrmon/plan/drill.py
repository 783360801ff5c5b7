"""A drill: a recording that nobody needs, made to see that a channel could record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vrmon.model import Job
from vrmon.plan.replacing import replace
from vrmon.settings import Channel
from vrmon.text import Word

_STAMP = "%Y-%m-%d_%H-%M-%S"  # local time
STAMP_LENGTH = 19
"""Characters at the end of its take's name."""


class DrillResult(Word):
    """REFUSED: something else had to go first, before it began or while it ran."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    REFUSED = "refused"


class Told(NamedTuple):
    """What people are told of a drill: when it began, what came of it, and why."""

    when: float
    result: DrillResult
    why: str


@dataclass(frozen=True)
class Drill:
    """The last one of a channel, begun at `when`, of so many `seconds`: a job of its own kind, and its take's
    name.

    `enough`: when that was seen to have run for long enough. `why`: it failed, or was refused. `failed`: when
    and why the last did that failed, until one succeeds or a job was recorded. `last`: what is told of one
    before it, where it was passed over itself.
    """

    when: float
    seconds: float
    by: str
    job: Job
    name: str
    result: DrillResult = DrillResult.RUNNING
    why: str = ""
    enough: float | None = None
    failed: tuple[float, str] | None = None
    last: Told | None = None

    @classmethod
    def of(
        cls, channel: Channel, seconds: float, by: str, now: float, epoch: float, before: Drill | None
    ) -> Drill:
        """One that begins `now`. `epoch` plus a monotonic time is Unix time."""
        stamp = f"{datetime.fromtimestamp(now + epoch).astimezone():{_STAMP}}"
        job = Job.drill(channel.ingest, stamp)
        failed = None if before is None else before.failed
        return cls(now, seconds, by, job, f"{prefix(channel)}{stamp}", failed=failed)

    @property
    def told(self) -> Told:
        return self.last or Told(self.when, self.result, self.why)

    @property
    def is_running(self) -> bool:
        return self.result is DrillResult.RUNNING

    @property
    def is_wanted(self) -> bool:
        """Whether its take is to be recorded still."""
        return self.is_running and self.enough is None

    def went_well(self) -> Drill:
        return replace(self, result=DrillResult.OK, failed=None)

    def refused(self, why: str) -> Drill:
        return replace(self, result=DrillResult.REFUSED, why=why)

    def passed_over(self, why: str, before: Drill | None) -> Drill:
        """It was its turn, and nothing was tried: what came of the one before is still what is known."""
        known = None if before is None else before.told
        is_a_result = known is not None and known.result in (DrillResult.OK, DrillResult.FAILED)
        return replace(self.refused(why), last=known if is_a_result else None)

    def has_failed(self, why: str, now: float) -> Drill:
        return replace(self, result=DrillResult.FAILED, why=why, failed=(now, why))


def begun_at(stamp: str) -> float | None:
    """When the drill of this stamp began, in Unix time."""
    try:
        began = datetime.strptime(stamp, _STAMP)
        return began.timestamp() if f"{began:{_STAMP}}" == stamp else None
    except (ValueError, OverflowError, OSError):
        return None


def prefix(channel: Channel) -> str:
    """What the name of each of its drills' takes begins with."""
    return f"drill_{channel.name}_"
