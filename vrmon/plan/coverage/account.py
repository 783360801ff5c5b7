"""What is missing of one job: its time set against what was recorded, sum by sum as it becomes certain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmon.catalog import Cause
from vrmon.plan.coverage.looks import Between, Look, Shown, Stretch, Sure, Watch, together
from vrmon.plan.replacing import replace

LATE = Cause.LATE_START.value  # the cause where none is known
MOST_GAPS = 100  # what comes after them is added to the last


@dataclass(frozen=True)
class Gap:
    """A time in which the job ran, or may have, and the backup did not surely record it.

    `causes` has the seconds of each cause; `goes_on`: it may not be over.
    """

    began: float
    ended: float
    least: float = 0.0
    most: float = 0.0
    causes: Mapping[str, float] = field(default_factory=dict)
    goes_on: bool = True

    @property
    def cause(self) -> str:
        """That of the longest part of it."""
        return max(self.causes, key=lambda one: self.causes[one])

    def lasts_after(self, moment: float) -> float:
        """How many seconds of it may have come after `moment`."""
        return min(max(self.ended - max(self.began, moment), 0.0), self.most)

    def doubted_since(self, moment: float) -> Gap:
        """After `moment` the job may not have run."""
        doubted = min(self.lasts_after(moment), self.least)
        return replace(self, least=self.least - doubted) if doubted else self


@dataclass(frozen=True)
class Account:
    """Of one job: `job` is what the looks at its primary showed; all sums are of the time up to `until`.

    `ended` is None while it runs. `is_over`: it is proven that it has ended, and it is looked at no more.
    `sure` and `maybe`: seconds in which it surely ran, and may have. `least` and `most`: seconds of it that
    are missing; `unsure`: those of `most` in which it may not have run. `was_running`: it ran already when
    somebody looked at first, and what was before `began` is no part of this. `explained`: seconds of doubt
    that the pace of the looks brings with it.
    """

    job: Watch
    began: Between
    until: float
    ended: Between | None = None
    sure: float = 0.0
    maybe: float = 0.0
    least: float = 0.0
    most: float = 0.0
    unsure: float = 0.0
    gaps: tuple[Gap, ...] = ()
    is_over: bool = False
    was_running: bool = False
    explained: float = 0.0

    @classmethod
    def opened(
        cls, look: Look, earliest: float, explained: float = 0.0, *, was_running: bool = False
    ) -> Account:
        """Of a job that `look` was the first to show; it did not run yet at `earliest`, unless it
        `was_running` before."""
        began = Between(min(earliest, look.began), look.ended)
        watch = Watch((Stretch(look.ended, Sure.MAYBE),), look, look.ended)
        return cls(watch, began, began.earliest, was_running=was_running, explained=explained)

    def seen(self, look: Look, patience: float) -> Account:
        """With another look at its primary."""
        if self.is_over:
            return self
        last, job = self.job.last, self.job.fold(look, patience)
        ended = self.ended
        if job.last is look:
            if look.shown is Shown.YES:
                ended = None
            elif last is not None and last.shown is Shown.YES:
                ended = Between(last.began, look.ended)
        return replace(self, job=job, ended=ended)

    def known_until(self, moment: float) -> Account:
        """Whatever was seen after `moment`, it may have been another job."""
        moment = max(moment, self.began.latest)
        doubted = min(max(self.until - moment, 0.0), self.sure)
        gaps = tuple(gap.doubted_since(moment) for gap in self.gaps)
        least = sum(gap.least - known.least for gap, known in zip(self.gaps, gaps, strict=True))
        unsure = sum(gap.lasts_after(moment) for gap in self.gaps)
        return replace(
            self,
            job=self.job.seen_until(moment),
            sure=self.sure - doubted,
            maybe=self.maybe + doubted,
            least=self.least - least,
            unsure=min(self.unsure + unsure, self.most),
            gaps=gaps,
        )

    def advance(self, cover: Watch) -> Account:
        """With what has become certain of both."""
        grown = self._matched(self.job.settled, cover.stretches)
        return self if grown is self else replace(grown, job=self.job.since_when(grown.until))

    def certain(self, cover: Watch) -> Account:
        """With all that is known by now, up to the last looks at both."""
        return self._matched(self.job.settled, cover.settled)

    def read(self, cover: Watch, now: float) -> Account:
        """As it would be if it were closed at `now`: what nobody knows yet counts as maybe."""
        return self._matched(self._job_until(now), cover.timeline(now))

    def is_settled(self, cover: Watch) -> bool:
        """Whether no look will add to it any more."""
        if not self.is_over or self.ended is None:
            return self.is_over
        return cover.last is not None and cover.last.began >= self.ended.latest

    def _job_until(self, now: float) -> tuple[Stretch, ...]:
        if not self.is_over or self.ended is None:
            return self.job.timeline(now)
        shown = [one for one in self.job.timeline(now) if one.until <= self.ended.latest]
        return (*shown, Stretch(max(now, self.ended.latest), Sure.NO))

    @property
    def coverage(self) -> tuple[float, float]:
        """The recorded part of it, at least and at most, from 0 to 1."""
        shortest, longest = self.sure + self.unsure, self.sure + self.maybe
        least = 1.0 - self.most / shortest if shortest > 0.0 else 1.0
        most = 1.0 - self.least / longest if longest > 0.0 else 1.0
        return min(max(least, 0.0), most), min(most, 1.0)

    def _matched(self, job: tuple[Stretch, ...], cover: tuple[Stretch, ...]) -> Account:
        grown = self
        for until, ran, recorded in together(job, cover):
            if until > grown.until:
                grown = grown._with(until, ran.sure, recorded)
        return grown

    def _with(self, until: float, ran: Sure, recorded: Stretch) -> Account:
        seconds = until - self.until
        is_missing = ran is not Sure.NO and recorded.sure is not Sure.YES
        least = seconds if ran is Sure.YES and recorded.sure is Sure.NO else 0.0
        return replace(
            self,
            until=until,
            sure=self.sure + (seconds if ran is Sure.YES else 0.0),
            maybe=self.maybe + (seconds if ran is Sure.MAYBE else 0.0),
            least=self.least + least,
            most=self.most + (seconds if is_missing else 0.0),
            unsure=self.unsure + (seconds if is_missing and ran is Sure.MAYBE else 0.0),
            gaps=self._widened(until, least, recorded.cause or LATE) if is_missing else _closed(self.gaps),
        )

    def _widened(self, until: float, least: float, cause: str) -> tuple[Gap, ...]:
        """The gap that goes on, or a new one, up to `until`."""
        *before, last = self.gaps or (Gap(self.until, self.until),)
        if not last.goes_on and len(self.gaps) < MOST_GAPS:
            before, last = list(self.gaps), Gap(self.until, self.until)
        seconds = until - self.until
        causes = {**last.causes, cause: last.causes.get(cause, 0.0) + seconds}
        return (*before, Gap(last.began, until, last.least + least, last.most + seconds, causes))


def _closed(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    return (*gaps[:-1], replace(gaps[-1], goes_on=False)) if gaps and gaps[-1].goes_on else gaps
