"""The coverage of a channel's jobs, look by look: what was recorded there set against each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from vrmon.model import Job
from vrmon.plan.coverage.account import Account
from vrmon.plan.coverage.looks import Between, Look, Shown, Watch

_SHARED = 3.0  # seconds of a job that another job's take must have recorded to be named among its files
_TAKES_KEPT = 100
_DONE_KEPT = 3
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
        return f"{self.job.ingest}|{self.job.id}|{self.number}"


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
class Coverage:
    """Of one channel. `cover`: what the looks at its source showed; `takes`: those the open jobs may need.

    `open` are the jobs that run and those whose end waits for a look at the recorder; `done` the last ones
    that nothing is added to any more. `told`: the beginning of the last good look at the primary.
    """

    cover: Watch = field(default_factory=Watch)
    takes: tuple[TakeSpan, ...] = ()
    open: Mapping[Job, Show] = field(default_factory=dict)
    done: tuple[Show, ...] = ()
    told: float | None = None

    def primary_shown(
        self, look: Look, jobs: Mapping[Job, str | None], stamp: int, patience: float
    ) -> Coverage:
        """Take in a look at the primary: the jobs of the channel's ingest, with their names as far as told.

        A new one gets `stamp`. `look` is UNKNOWN where it told none, whatever `jobs` says; else each job has
        its own YES or NO.
        """
        if look.shown is Shown.UNKNOWN:
            return replace(self, open={job: _seen(one, look, patience) for job, one in self.open.items()})
        if not jobs and not self.open:
            return replace(self, told=look.began, cover=self.cover.since_when(look.began))
        shows = {
            job: replace(
                _seen(show, _of_job(look, job, jobs), patience), basename=jobs.get(job) or show.basename
            )
            for job, show in self.open.items()
        }
        again = [shows.pop(job) for job in jobs if job in shows and shows[job].account.is_over]
        for job in jobs.keys() - shows.keys():
            earliest = look.began if self.told is None else self.told
            account = Account.opened(_of_job(look, job, jobs), earliest)
            shows[job] = Show(stamp, job, account, jobs[job])
        return replace(self, open=shows, told=look.began)._filed(again, look.ended)._advanced(look.ended)

    def source_shown(self, look: Look, take: TakeSpan | None, patience: float) -> Coverage:
        """Take in a look at the channel's source; `take` is the one that it shows recording, as far as that
        is known by itself."""
        cover = self.cover.fold(look, patience)
        if cover is self.cover or look.shown is Shown.UNKNOWN:
            return replace(self, cover=cover)
        takes = _taken(self.takes, self.cover.last, look, take)
        if takes is self.takes and not self.open:
            return replace(self, cover=cover)
        return replace(self, cover=cover, takes=takes)._advanced(look.ended)

    def over(self, gone: Collection[Job], now: float) -> Coverage:
        """It is proven that these jobs have ended."""
        shows = {
            job: replace(show, account=replace(show.account, is_over=True)) if job in gone else show
            for job, show in self.open.items()
        }
        return replace(self, open=shows)._advanced(now)

    def read(self, job: Job, now: float) -> Show:
        """One of the open jobs, as it would be if nothing more were learnt after `now`."""
        show = self.open[job]
        account = show.account.read(self.cover, now)
        return replace(show, account=account, takes=_takes_of(account, job, self.takes, now))

    def _advanced(self, now: float) -> Coverage:
        shows = {
            job: replace(show, account=show.account.advance(self.cover)) for job, show in self.open.items()
        }
        settled = [job for job, show in shows.items() if show.account.is_settled(self.cover)]
        done = [shows.pop(job) for job in settled]
        done += [shows.pop(job) for job in list(shows)[:-_OPEN_KEPT]]
        filed = replace(self, open=shows)._filed(done, now)
        needed = [show.account.until for show in shows.values()]
        if self.told is not None:
            needed.append(self.told)
        began = min((show.account.began.earliest for show in shows.values()), default=now)
        takes = tuple(one for one in self.takes if one.ended is None or one.ended.latest >= began)
        cover = filed.cover.since_when(min(needed)) if needed else filed.cover
        return replace(filed, cover=cover, takes=takes[-_TAKES_KEPT:])

    def _filed(self, shows: Collection[Show], now: float) -> Coverage:
        """With these among those that are done, as they read now."""
        if not shows:
            return self
        read = []
        for show in shows:
            account = show.account.read(self.cover, now)
            read.append(replace(show, account=account, takes=_takes_of(account, show.job, self.takes, now)))
        return replace(self, done=(*self.done, *read)[-_DONE_KEPT:])


def _seen(show: Show, look: Look, patience: float) -> Show:
    return replace(show, account=show.account.seen(look, patience))


def _of_job(look: Look, job: Job, jobs: Collection[Job]) -> Look:
    """What a look at the primary showed of one job: an id on both sides of the dark is the same job."""
    return replace(look, shown=Shown.YES if job in jobs else Shown.NO, proof=job.id)


def _taken(
    takes: tuple[TakeSpan, ...], last: Look | None, look: Look, shown: TakeSpan | None
) -> tuple[TakeSpan, ...]:
    """The takes after a look that showed this one, or none."""
    running = takes[-1] if takes and takes[-1].ended is None else None
    if running is not None and shown is not None and running.key == shown.key:
        return takes if running.files == shown.files else (*takes[:-1], replace(running, files=shown.files))
    changed = Between(look.began if last is None else last.began, look.ended)
    if running is not None:
        takes = (*takes[:-1], replace(running, ended=changed, end_cause=look.cause))
    return takes if shown is None else (*takes, replace(shown, began=changed))


def _takes_of(account: Account, job: Job, takes: tuple[TakeSpan, ...], now: float) -> tuple[TakeSpan, ...]:
    """The takes of the job, and those of another that recorded a good part of it."""
    end = now if account.ended is None else account.ended.earliest

    def shared(take: TakeSpan) -> float:
        last = now if take.ended is None else take.ended.earliest
        return min(end, last) - max(account.began.latest, take.began.latest)

    return tuple(one for one in takes if one.job == job or shared(one) > _SHARED)
