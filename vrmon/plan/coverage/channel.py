"""The coverage of a channel's jobs, look by look: what was recorded there set against each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import inf

from vrmon.model import Job
from vrmon.plan.coverage.account import Account
from vrmon.plan.coverage.looks import NONE, Between, Look, Shown, Tail, Watch, died
from vrmon.plan.replacing import replace

_SHARED = 3.0  # seconds of a job that another job's take must have recorded to be named among its files
MOST_TAKES = 100
"""Takes that are kept: the last, and the first of each job."""
_OPEN_KEPT = 20  # jobs, most of them over, whose recorder has not been seen since


@dataclass(frozen=True)
class TakeSpan:
    """A take of ours on the channel's source: when it began, and ended, and under which names it recorded.

    `stamp`: the Unix time in milliseconds of its first sight, by which it is known for ever, whatever becomes
    of the clock. `end_cause`: why there was nothing when it was gone, "" where its end was wanted.
    """

    stamp: int
    job: Job
    number: int
    source: str
    files: tuple[str, ...]
    began: Between
    ended: Between | None = None
    end_cause: str = ""

    @property
    def key(self) -> str:
        """What tells it from the channel's other takes."""
        return "|".join(map(str, (*self.job, self.number)))


@dataclass(frozen=True)
class Show:
    """A job with its account, the name that its primary has told for it, and the takes that recorded it.

    `stamp`: as that of a take.
    """

    stamp: int
    job: Job
    account: Account
    basename: str | None = None
    takes: tuple[TakeSpan, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a look at the primary showed of a job, and the name of its file, as far as that is known.

    `cause`: why it is UNKNOWN, where the answer was good as a whole. `since`: when it was known to run at the
    latest, or shortly before. `was_running`: it ran already when somebody looked at first. `until`: it is
    over, and nothing since then was surely it, for another show has followed under its id.
    """

    shown: Shown
    basename: str | None = None
    cause: str = ""
    since: float = inf
    was_running: bool = False
    until: float | None = None


@dataclass(frozen=True)
class Coverage:
    """Of one channel. `cover`: what the looks at its source showed; `takes`: those the open jobs may need.

    `open` are the jobs that run and those whose end waits for a look at the recorder.
    """

    cover: Watch = field(default_factory=Watch)
    takes: tuple[TakeSpan, ...] = ()
    open: Mapping[Job, Show] = field(default_factory=dict)

    def primary_shown(
        self,
        look: Look,
        jobs: Mapping[Job, Told],
        earliest: float,
        stamp: int,
        patience: float,
        explained: float = 0.0,
    ) -> Coverage:
        """Take in a look at the primary, with what it showed of each job of the channel's ingest.

        A job that begins gets `stamp`; it did not run yet at `earliest`, unless it is known to. `explained`:
        seconds of doubt that the pace of the looks brings with it.
        """
        shows = dict(self.open)
        for job, told in jobs.items():
            cause, known = look.cause or told.cause, shows.get(job)
            shown = replace(look, shown=told.shown, proof=job.id, cause=cause)
            if known is not None and not known.account.is_over:
                account = known.account
                if told.until is not None:
                    account = account.known_until(told.until)
                account = replace(account.seen(shown, patience), is_over=told.until is not None)
                shows[job] = replace(known, account=account, basename=told.basename or known.basename)
            elif told.shown is Shown.YES:
                account = Account.opened(
                    shown, min(earliest, told.since), explained, was_running=told.was_running
                )
                shows[job] = Show(stamp, job, account, told.basename)
        return self._advanced(shows)

    def source_shown(self, look: Look, take: TakeSpan | None, patience: float, tail: Tail = NONE) -> Coverage:
        """Take in a look at the channel's source; `take` is the one that it shows recording, as far as that
        is known by itself."""
        cover = self.cover.fold(look, patience, tail)
        if cover is self.cover or look.shown is Shown.UNKNOWN:
            return replace(self, cover=cover)
        takes = _taken(self.takes, self.cover, look, take, self.cover.end(look, patience, tail))
        return replace(self, cover=cover, takes=takes)._advanced(self.open)

    def went_on(self, primary: Between | None, source: Between | None) -> Coverage:
        """With the last of the looks that have shown no change since the ones that are known: each from its
        beginning to its end. What lies in the dark stays there."""
        shows = self.open
        if primary is not None:
            shows = {
                job: show
                if show.account.is_over
                else replace(show, account=replace(show.account, job=show.account.job.went_on(primary)))
                for job, show in shows.items()
            }
        cover = self.cover if source is None else self.cover.went_on(source)
        return replace(self, cover=cover, open=shows)

    def over(self, gone: Collection[Job]) -> Coverage:
        """It is proven that these jobs have ended."""
        return self._advanced(
            {
                job: replace(show, account=replace(show.account, is_over=True)) if job in gone else show
                for job, show in self.open.items()
            }
        )

    def is_over(self, job: Job) -> bool:
        """Whether an open job has ended, so that only looks at the recorder are waited for."""
        return job in self.open and self.open[job].account.is_over

    def settled(self) -> list[Job]:
        """The open jobs that nothing will be added to any more."""
        done = [job for job, show in self.open.items() if show.account.is_settled(self.cover)]
        return done + [job for job in self.open if job not in done][:-_OPEN_KEPT]

    def without(self, jobs: Collection[Job]) -> Coverage:
        return replace(self, open={job: show for job, show in self.open.items() if job not in jobs})

    def read(self, job: Job, now: float) -> Show:
        """One of the open jobs, as it would be if nothing more were learnt after `now`."""
        show = self.open[job]
        account = show.account.read(self.cover, now)
        return replace(show, account=account, takes=_takes_of(account, job, self.takes, now))

    def needed(self, since: float) -> Coverage:
        """Where no job is open: without what none needs that begins at `since` or later."""
        takes = tuple(one for one in self.takes if one.ended is None or one.ended.latest >= since)
        cover = self.cover.since_when(since)
        if cover is self.cover and len(takes) == len(self.takes):
            return self
        return replace(self, cover=cover, takes=takes)

    def is_behind(self, moment: float) -> bool:
        """Whether something that may be missing of the running jobs, known up to `moment`, is not counted."""
        gone = min(self.cover.gone, moment)
        return any(
            show.account.until < gone and not (show.account.is_over or show.account.job.dark)
            for show in self.open.values()
        )

    @property
    def runs(self) -> bool:
        """Whether jobs are open, and none of them has ended."""
        return bool(self.open) and not any(show.account.is_over for show in self.open.values())

    @property
    def is_covered(self) -> bool:
        """Whether the last look at the recorder showed a take, and nobody has lost sight of it since."""
        last = self.cover.last
        return last is not None and last.shown is Shown.YES and not self.cover.dark

    @property
    def rests(self) -> bool:
        """Whether nothing stands here that a channel without any of this would not have."""
        last = self.cover.last
        idle = last is not None and last.shown is Shown.NO and not self.cover.dark
        return idle and not (self.open or self.takes or self.cover.stretches)

    def _advanced(self, shows: Mapping[Job, Show]) -> Coverage:
        """With these shows, and what has become certain of them."""
        advanced = {}
        for job, show in shows.items():
            account = show.account.advance(self.cover)
            advanced[job] = show if account is show.account else replace(show, account=account)
        return replace(self, open=advanced, takes=_kept(self.takes, advanced))


def _kept(takes: tuple[TakeSpan, ...], jobs: Collection[Job]) -> tuple[TakeSpan, ...]:
    """However many have died, the first one of a job may be most of it."""
    if len(takes) <= MOST_TAKES:
        return takes
    firsts = {take.job: take for take in reversed(takes) if take.job in jobs}
    older = len(takes) - MOST_TAKES + len(firsts)
    return (*(take for take in takes[:older] if take is firsts.get(take.job)), *takes[older:])


def _taken(
    takes: tuple[TakeSpan, ...], before: Watch, look: Look, shown: TakeSpan | None, proven: float
) -> tuple[TakeSpan, ...]:
    """The takes after a look that showed this one, or none; the one before surely went on until `proven`."""
    running = takes[-1] if takes and takes[-1].ended is None else None
    if running is not None and shown is not None and running.key == shown.key:
        return takes if running.files == shown.files else (*takes[:-1], replace(running, files=shown.files))
    changed = Between(look.began if before.last is None else before.last.began, look.ended)
    if running is not None:
        ended = Between(max(proven, running.began.earliest), look.ended)
        takes = (
            *takes[:-1],
            replace(running, ended=ended, end_cause=_end_cause(before, look, running, shown)),
        )
    return takes if shown is None else (*takes, replace(shown, began=changed))


def _end_cause(before: Watch, look: Look, running: TakeSpan, shown: TakeSpan | None) -> str:
    """Where a take of another job is there, the end was wanted."""
    if look.cause or before.last is None or (shown is not None and shown.job != running.job):
        return look.cause
    return (before.dark if shown is not None else "") or died(before.last, look)


def _takes_of(account: Account, job: Job, takes: tuple[TakeSpan, ...], now: float) -> tuple[TakeSpan, ...]:
    """The takes of the job, and those of another that recorded a good part of what it may have been."""
    end = now if account.ended is None else account.ended.earliest

    def shared(take: TakeSpan) -> float:
        last = now if take.ended is None else take.ended.earliest
        return min(end, last) - max(account.began.earliest, take.began.latest)

    return tuple(one for one in takes if one.job == job or shared(one) > _SHARED)
