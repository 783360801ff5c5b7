"""What vrmon knows between two looks. Frozen: a plan returns a new one, and nothing else changes it.

Times are monotonic seconds. What must outlive the process is written by `vrmon.state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmon.model import DeviceState, Job, Outcome, Phase, ProblemKey, Verb

FLIGHT = 60.0  # seconds after which what was sent will never come back: its lane is lost


@dataclass(frozen=True)
class TrackedJob:
    """A job as its primary has shown it.

    `present`: the last good observation held it. `absences`: good observations in an unbroken row that
    did not, the first ended at `absent_since`, the last began at `absent_until`. `across_outage`: the
    primary failed to answer since the job was last seen; `lost`: when it was then first found missing.
    `resumed`: when this process took it over from the one before.
    """

    job: Job
    since: float
    last_seen: float
    present: bool = True
    absences: int = 0
    absent_since: float = 0.0
    absent_until: float = 0.0
    across_outage: bool = False
    lost: float | None = None
    basename: str | None = None
    name_asked: float | None = None
    name_due: float = 0.0
    resumed: float | None = None

    @property
    def known(self) -> float:
        """Since when this process can have asked for its name."""
        return self.since if self.resumed is None else self.resumed


@dataclass(frozen=True)
class PrimaryMemory:
    """`folded`: when the last observation that was taken in had ended. `bad_since`: of the present outage.

    `answered`: it has told its jobs to this process. `listed`: the ingests in its
    last good answer, and those with a channel that were ever in one. `left_out`: how many jobs that no
    channel mirrors are not among `jobs`, for there are too many.
    """

    folded: float | None = None
    state: DeviceState | None = None
    bad_since: float | None = None
    answered: bool = False
    listed: frozenset[str] = frozenset()
    left_out: int = 0
    jobs: Mapping[Job, TrackedJob] = field(default_factory=dict)


@dataclass(frozen=True)
class DvrMemory:
    """`folded`: when the last look had ended; `previous`: the one before it, None if that saw nothing;
    `first`: the first that saw anything since this process began.

    `names` maps each name given on this DVR, folded as its kind folds it, to its owner, oldest first;
    `inherited`: those of the vrmon before this one are among them.
    """

    folded: float | None = None
    previous: float | None = None
    first: float | None = None
    state: DeviceState | None = None
    bad_since: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    inherited: bool = False


@dataclass(frozen=True)
class Take:
    """A recording that is ours or is about to be.

    `given` is the name we ask for, `name` the one the DVR shows. `named`: the DVR took the name;
    `refused`: the names it would not take; `nameless`: why we record under whatever name it has,
    after `unnamed` failures to name it. `aliases`: names under which it may have begun nevertheless;
    `instead`: the one that the source still showed when the last command went out.
    `sent`: when a record command went out that may have had its effect. `started`, `confirmed`: when
    first and last seen recording and not paused; `seen`: the last look in which it was there; `borne`:
    the DVR has shown its name, or tells none, so that another name from then on is somebody's wish.
    `start_date`: as the DVR tells it; "" where that changes from look to look, and proves nothing.
    `latency`: from the answer that showed the job to the record command.
    """

    job: Job
    source: str
    given: str
    name: str
    number: int
    stand_in: bool = False
    named: bool = False
    refused: tuple[str, ...] = ()
    unnamed: int = 0
    nameless: str = ""
    aliases: tuple[str, ...] = ()
    instead: str = ""
    sent: float | None = None
    started: float | None = None
    confirmed: float | None = None
    seen: float | None = None
    borne: bool = False
    start_date: str | None = None
    latency: float | None = None

    @property
    def under_way(self) -> bool:
        """Whether it runs or may be running."""
        return self.sent is not None or self.started is not None


@dataclass(frozen=True)
class Attempt:
    """The command that a channel is at, since `since`: in flight while `ended` is None; again at `due`.

    `tries` counts the commands sent to the same goal, `refusals` the last row of refusals among them,
    `error` says what became of the last; naming, the way to a record command, does not count.
    """

    verb: Verb
    sent: float
    since: float
    tries: int = 1
    ended: float | None = None
    outcome: Outcome | None = None
    error: str = ""
    refusals: int = 0
    due: float = 0.0

    @property
    def goal(self) -> Verb:
        """Naming is the first half of recording."""
        return Verb.RECORD if self.verb is Verb.SET_NAME else self.verb

    def flying(self, now: float) -> bool:
        return self.ended is None and now - self.sent < FLIGHT

    def must_look(self, looked: float) -> bool:
        """Whether only a look can tell what came of it, and the last look (begun at `looked`) is too old."""
        if self.verb is Verb.SET_NAME and self.outcome is Outcome.DONE:
            return False
        return self.outcome is not Outcome.REFUSED and looked < (self.ended or self.sent)


@dataclass(frozen=True)
class Hold:
    """A person has the channel; `until` is None where only a person ends it."""

    since: float
    until: float | None = None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class ChannelMemory:
    """`deaths` in a row of short-lived takes, the last at `died`, whose name was `lost_take`.

    `released`: the job whose kept take a person ended, and when. `lent`: the name that we had given to the
    source when somebody else's recording, which may bear it now, turned up in place of our take.
    """

    job: Job | None = None
    take: Take | None = None
    attempt: Attempt | None = None
    foreign: bool = False
    lent: str = ""
    deaths: int = 0
    died: float | None = None
    lost_take: str = ""
    hold: Hold | None = None
    released: tuple[Job, float] | None = None
    phase: Phase = Phase.IDLE
    phase_since: float | None = None


@dataclass(frozen=True)
class Memory:
    """`problems`: when each began."""

    primaries: Mapping[str, PrimaryMemory] = field(default_factory=dict)
    dvrs: Mapping[str, DvrMemory] = field(default_factory=dict)
    channels: Mapping[str, ChannelMemory] = field(default_factory=dict)
    problems: Mapping[ProblemKey, float] = field(default_factory=dict)
