"""What vrmon knows between two looks. Frozen: a plan returns a new one, and nothing else changes it.

Times are monotonic seconds. What must outlive the process is written by `vrmon.state`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from vrmon.catalog import Code
from vrmon.model import (
    LOCKED,
    DeviceState,
    DvrObservation,
    Job,
    Outcome,
    Phase,
    Problem,
    ProblemKey,
    Source,
    Verb,
)
from vrmon.plan.acknowledgement import Acknowledged
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.drill import Drill
from vrmon.plan.ledger import Ledger
from vrmon.plan.replacing import replace
from vrmon.plan.standing import Standing
from vrmon.settings import ChannelKey

FLIGHT = 60.0  # seconds after which what was sent will never come back: its lane is lost
_ALIASES_KEPT = 4


@dataclass(frozen=True)
class TrackedJob:
    """A job as its primary has shown it, since `since`.

    `present`: the last good answer held it. While it does not: `last_seen`, the last that did; `absences`,
    good answers in an unbroken row without it, the first ended at `absent_since`, the last began at
    `absent_until`; `across_outage`: the primary failed to answer since; `lost`: when it was then first found
    missing; `in_crowd`: it went missing together with others. `resumed`: when this process took it over from
    the one before. `basename` is its file's name, told at `named`; `renamed` the one that the file got since.
    Of two shows under one id without a pause, `turned`: when the name of the one was told last, before that
    of the other was; of the second, `listed`: when the first was listed.
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
    in_crowd: bool = False
    basename: str | None = None
    named: float | None = None
    renamed: str = ""
    resumed: float | None = None
    listed: float | None = None
    turned: float | None = None

    @property
    def known(self) -> float:
        """Since when this process can have asked for its name."""
        return self.since if self.resumed is None else self.resumed


@dataclass(frozen=True)
class Question:
    """For a job's name: to be put at `due`, or put at `asked` and not answered yet. `told`: when the last one
    was put that was answered by the name which the job is known by."""

    due: float = 0.0
    asked: float | None = None
    told: float | None = None


@dataclass(frozen=True)
class Jobs(Mapping[Job, TrackedJob]):
    """The tracked jobs of a primary. What it answers is worked out once: most polls change nothing."""

    tracked: Mapping[Job, TrackedJob] = field(default_factory=dict)

    def __getitem__(self, job: Job) -> TrackedJob:
        return self.tracked[job]

    def __iter__(self) -> Iterator[Job]:
        return iter(self.tracked)

    def __len__(self) -> int:
        return len(self.tracked)

    def on(self, ingest: str) -> tuple[TrackedJob, ...]:
        """Those of one ingest, the oldest first."""
        return self._by_ingest.get(ingest, ())

    def changed_since(self, before: Jobs) -> set[str]:
        """The ingests of which something is otherwise."""
        known, tracked = before.tracked, self.tracked
        changed = {job.ingest for job, one in tracked.items() if known.get(job) is not one}
        return changed | {job.ingest for job in known if job not in tracked}

    @cached_property
    def _by_ingest(self) -> Mapping[str, tuple[TrackedJob, ...]]:
        found: dict[str, list[TrackedJob]] = {}
        for tracked in sorted(self.tracked.values(), key=lambda one: one.since):
            found.setdefault(tracked.job.ingest, []).append(tracked)
        return {ingest: tuple(jobs) for ingest, jobs in found.items()}


@dataclass(frozen=True)
class PrimaryMemory:
    """`folded`: when the last observation that was taken in had ended, `good`: the last that told the jobs.

    `bad_since`: of the present outage, `trouble`: what it is, beside its state. `answered`: it has told its
    jobs to this process. `shows`: of the job ids that the primary has used again for another show without a
    pause, the number of the present one.
    `listed`: the ingests that it has ever listed, of those that no channel names only the last answer's.
    `left_out`: how many jobs that no channel mirrors are not among `jobs`, for there are too many.
    """

    folded: float | None = None
    good: float | None = None
    state: DeviceState | None = None
    trouble: Code | None = None
    bad_since: float | None = None
    answered: bool = False
    restarted: float | None = None
    listed: frozenset[str] = frozenset()
    left_out: int = 0
    jobs: Jobs = field(default_factory=Jobs)
    questions: Mapping[Job, Question] = field(default_factory=dict)
    shows: Mapping[Job, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DvrMemory:
    """`folded`: when the last look had ended; `previous`: the one before it, None if that saw nothing;
    `first`: the first that saw anything since this process began. `bad_since`: of the present outage.

    `inherited`: the ledger's names include those of the vrmon before this one.
    """

    folded: float | None = None
    previous: float | None = None
    first: float | None = None
    state: DeviceState | None = None
    bad_since: float | None = None
    ledger: Ledger = field(default_factory=Ledger)
    inherited: bool = False


@dataclass(frozen=True)
class Label:
    """The name that a take is to bear, and what the recorder has said to it, since `since`.

    `accepted`: it took the name for its next take; `refused`: the names it would not take; `nameless`: why
    the take begins under whatever name the source has, after `failures` to name it.
    """

    given: str
    stand_in: bool = False
    since: float | None = None
    accepted: bool = False
    refused: tuple[str, ...] = ()
    failures: int = 0
    nameless: str = ""


@dataclass(frozen=True)
class _OfJob:
    """`number`: the how manieth take of its job. `latency`: from the answer that showed the job to the
    record command."""

    job: Job
    source: str
    number: int
    label: Label
    latency: float | None = None

    @property
    def given(self) -> str:
        return self.label.given


@dataclass(frozen=True)
class Naming(_OfJob):
    """A take that is about to be: it gets its name, and no record command can have begun it yet."""


@dataclass(frozen=True)
class Sent(_OfJob):
    """A take that may have begun: a record command went out at `sent` and no look has shown it yet.

    `looked`: the first good look that began after it; from then on the recorder has its grace. `overdue`: a
    look after that has shown nothing. `standing`: the name that the source showed when it went out.
    `aliases`: names under which an earlier command may have begun it. `inherited`: the command was that of a
    vrmon before this one; `is_certain`: it did go out, for that vrmon may have died between the name and the
    command. `glimpsed`: it was shown for a moment, or what ran before it was. `before`: as it was before this
    command: where that is refused, that counts again, with its own grace.
    """

    sent: float = 0.0
    looked: float | None = None
    overdue: bool = False
    standing: str = ""
    aliases: tuple[str, ...] = ()
    inherited: bool = False
    is_certain: bool = True
    glimpsed: bool = False
    before: Sent | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called, if it is there: what its source was called as well, unless a look has shown
        that nothing came of the command."""
        return self.given, *self.aliases, *(() if self.overdue else (self.standing,))

    def is_expired(self, look: DvrObservation | None, grace: float) -> bool:
        """Whether the recorder has had its grace: it counts from the first good look after our command, and
        only a look can end it. One that is overdue has had it, whoever has seen that."""
        if self.overdue:
            return True
        if self.looked is None or look is None or look.seen is None:
            return False
        return look.began >= self.looked + grace

    def also_called(self, name: str) -> Sent:
        """With one more name under which it may be there."""
        return self if name in self.aliases else replace(self, aliases=(*self.aliases, name)[-_ALIASES_KEPT:])


@dataclass(frozen=True)
class Running(_OfJob):
    """A take that was seen recording, first at `started`, last at `confirmed`; at `seen`, if paused.

    `name` is the one that the recorder shows. `borne`: it has shown ours, or tells none, so that another
    name from then on is somebody's wish. `date`: its start date as the recorder tells it, at `redated` that
    of a new file; "" where it changes from look to look and proves nothing. `files`: the names it has gone on
    under, in order. `known_by`: the clue that told that it is ours. `format`: that of its picture when it
    began.
    """

    name: str = ""
    started: float = 0.0
    confirmed: float | None = None
    seen: float | None = None
    borne: bool = False
    date: str | None = None
    redated: float | None = None
    files: tuple[str, ...] = ()
    known_by: str = ""
    format: str = ""


Take = Naming | Sent | Running


def is_of_before(take: Take | None) -> bool:
    """Whether a vrmon before this one began it, and this one has not seen it."""
    match take:
        case Sent(inherited=inherited):
            return inherited
        case Running(seen=seen):
            return seen is None
    return False


class Whose(Enum):
    """Whose a recording is."""

    OURS = auto()
    SOMEBODYS = auto()
    DOUBTFUL = auto()


@dataclass(frozen=True)
class Theirs:
    """A recording on the channel's source that is not ours: as shown first, since `since`.

    `job` and `in_place_of`: whose take it may be nevertheless, where it stands in the place of ours, and what
    that was called. `lent`: it appeared in place of a take for which we had only named the source, so that it
    may bear our name and is not of our making. `bears_ours`: its name was one that we had given by then.
    """

    whose: Whose
    since: float
    source: str
    name: str | None = None
    date: str | None = None
    job: Job | None = None
    in_place_of: str = ""
    lent: bool = False
    bears_ours: bool = False


@dataclass(frozen=True)
class Attempt:
    """The command that a channel is at, since `since`: in flight while `ended` is None; again at `due`.

    `tries` counts the commands sent to the same goal, `refusals` the last row of refusals among them,
    `error` says what became of the last, `accepted`: since when the recorder has said yes to each. Naming,
    the way to a record command, does not count. `hindered`: what a look has shown of the source by which the
    refusals may be explained.
    """

    verb: Verb
    sent: float
    since: float
    tries: int = 1
    ended: float | None = None
    outcome: Outcome | None = None
    error: str = ""
    refusals: int = 0
    accepted: float | None = None
    due: float = 0.0
    hindered: frozenset[str] = frozenset()

    @property
    def goal(self) -> Verb:
        """Naming is the first half of recording."""
        return Verb.RECORD if self.verb is Verb.SET_NAME else self.verb

    def must_look(self, looked: float) -> bool:
        """Whether only a look can tell what came of it, and the last look (begun at `looked`) is too old: a
        stop is refused where nothing runs, or where it must not be ended."""
        if self.verb is Verb.SET_NAME and self.outcome is Outcome.DONE:
            return False
        is_clear = self.outcome is Outcome.REFUSED and self.verb is not Verb.STOP
        return not is_clear and looked < (self.ended or self.sent)

    def has_stopped(self, source: Source, looked: float) -> bool:
        """Whether a stop has left nothing, of what no look has shown: it was obeyed, or refused although the
        source, by a look since (begun at `looked`), is not locked."""
        if self.verb is not Verb.STOP or self.ended is None:
            return False
        is_idle = self.outcome is Outcome.REFUSED and looked >= self.ended
        return self.outcome is Outcome.DONE or (is_idle and LOCKED not in self.hindered | source.hindrances)


@dataclass(frozen=True)
class Losses:
    """Takes of the channel's job that ended by themselves: how many short-lived ones in a row (`deaths`), the
    last at `died`, called `name`, last seen at `seen`."""

    deaths: int
    died: float
    name: str
    seen: float


@dataclass(frozen=True)
class Gone:
    """A take that `source` was first seen without at `when`: a recorder that splits it may be idle for a
    moment. It was called `name`, and had begun at `date` in the recorder's words."""

    job: Job
    name: str
    date: str
    when: float
    source: str


@dataclass(frozen=True)
class Hold:
    """A person has the channel; `until` is None where only a person ends it."""

    since: float
    until: float | None = None
    reason: str = ""
    by: str = ""


class Picture(NamedTuple):
    """What the pictures of the running take's source, called `source`, were when the last was seen, at
    `seen`: since when they were black, or the same."""

    seen: float
    black: float | None = None
    frozen: float | None = None
    source: str = ""


@dataclass(frozen=True)
class ChannelMemory:
    """`released`: the job whose kept take a person ended, and when. `bound`: the source that an index meant
    when it was first looked up, beside that index. `phase_since`: of `phase`. `job_ended`: when the last job
    was over that was followed by none; `drill`: the last. `overrun`: the job whose take was ended because it
    ran for too long. `picture`: where it is not as it should be. `idle_since`: of a pair, the job for which
    nothing runs, and since when. `amiss`: what the last look showed amiss on the source."""

    job: Job | None = None
    take: Take | None = None
    attempt: Attempt | None = None
    theirs: Theirs | None = None
    losses: Losses | None = None
    hold: Hold | None = None
    released: tuple[Job, float] | None = None
    bound: tuple[int, str] | None = None
    phase: Phase = Phase.IDLE
    phase_since: float | None = None
    job_ended: float | None = None
    drill: Drill | None = None
    overrun: Job | None = None
    picture: Picture | None = None
    idle_since: tuple[Job, float] | None = None
    gone: Gone | None = None
    amiss: tuple[Problem, ...] = ()

    @property
    def is_at_a_drill(self) -> bool:
        """Whether its take, if it has any, is a drill's."""
        return self.take is not None and self.take.job.is_drill

    @property
    def running(self) -> Running | None:
        return self.take if isinstance(self.take, Running) else None


# What is known of one that is new: made once, for that of a thousand channels is asked for at each arrival.
NEW_PRIMARY, NEW_DVR, NEW_CHANNEL = PrimaryMemory(), DvrMemory(), ChannelMemory()


@dataclass(frozen=True)
class Memory:
    """`problems`: those that are there; `inherited`: those that the vrmon before this one knew, until they
    are found to be as bad again, or have had the time for it since `resumed`. `covered`: what was recorded of
    each channel's jobs. `acknowledged`: the problems that a person knows of. `addresses`: of each device, by
    "primary" or "dvr" and its name."""

    primaries: Mapping[str, PrimaryMemory] = field(default_factory=dict)
    dvrs: Mapping[str, DvrMemory] = field(default_factory=dict)
    channels: Mapping[ChannelKey, ChannelMemory] = field(default_factory=dict)
    problems: Mapping[ProblemKey, Standing] = field(default_factory=dict)
    inherited: Mapping[ProblemKey, Standing] = field(default_factory=dict)
    covered: Covered = field(default_factory=Covered)
    acknowledged: Acknowledged = field(default_factory=dict)
    addresses: Mapping[tuple[str, str], str] = field(default_factory=dict)
    resumed: float | None = None
