"""Coverage: whatever happened, and whatever was seen of it, the truth lies inside the bounds."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from vrmon.plan.coverage.account import Account
from vrmon.plan.coverage.looks import Look, Shown, Watch

GRACE = 6.0  # seconds in which a recorder may show late what it records
PATIENCE = 6.0
DAY = 40.0  # seconds
ROUNDING = 1e-6


@dataclass(frozen=True)
class Span:
    """Something that was from `began` to `ended`; a recording is shown from `shown` on only."""

    began: float
    ended: float
    name: str = ""
    shown: float = 0.0

    def holds(self, moment: float) -> bool:
        return self.began <= moment < self.ended

    def is_seen(self, moment: float) -> bool:
        return self.holds(moment) and moment >= self.shown


@dataclass(frozen=True)
class Poll:
    """A look from `began` to `ended` that saw how things were at `moment`; it failed where that is None."""

    began: float
    ended: float
    moment: float | None


@dataclass(frozen=True)
class Polling:
    """One poll after the other at a steady pace. `outcomes`, again and again: what comes of each, how long
    it takes, and after which part of that it sees what there is."""

    pace: float
    first: float
    outcomes: Sequence[tuple[str, float, float]]

    def polls(self) -> list[Poll]:
        found: list[Poll] = []
        began = self.first
        while began < DAY:
            kind, took, share = self.outcomes[len(found) % len(self.outcomes)]
            took *= 20 if kind == "slow" else 1
            began += 15.0 if kind == "away" else 0.0
            found.append(Poll(began, began + took, None if kind == "bad" else began + took * share))
            began += max(self.pace, took)
        return found


@dataclass(frozen=True)
class Truth:
    """What happened. `commands`: when a record command was sent, whatever became of it."""

    job: Sequence[Span]
    takes: Sequence[Span]
    commands: Sequence[float] = ()

    def missing(self, until: float) -> float:
        """Seconds of the job without a recording, up to a moment."""
        edges = {until, *(edge for one in (*self.job, *self.takes) for edge in (one.began, one.ended))}
        return sum(
            end - begin
            for begin, end in pairwise(sorted(edge for edge in edges if edge <= until))
            if any(one.holds(begin) for one in self.job) and not any(one.holds(begin) for one in self.takes)
        )

    def job_look(self, poll: Poll) -> Look:
        if poll.moment is None:
            return Look(poll.began, poll.ended, Shown.UNKNOWN, cause="primary-unreachable")
        is_there = any(one.holds(poll.moment) for one in self.job)
        return Look(poll.began, poll.ended, Shown.YES if is_there else Shown.NO, proof="its id")

    def take_look(self, poll: Poll, *, dated: bool) -> Look:
        if poll.moment is None:
            return Look(poll.began, poll.ended, Shown.UNKNOWN, cause="dvr-unreachable")
        for one in self.takes:
            if one.is_seen(poll.moment):
                name, date = ("a name", one.name) if dated else (one.name, "")
                return Look(poll.began, poll.ended, Shown.YES, name, date)
        coming = any(sent <= poll.ended and poll.began <= sent + GRACE for sent in self.commands)
        return Look(poll.began, poll.ended, Shown.COMING if coming else Shown.NO, cause="start-refused")

    def as_told(self, of_job: Sequence[Poll], of_takes: Sequence[Poll]) -> Truth:
        """As far as anybody could know: a job is there while its id is listed, whatever was not seen of it,
        and a take that came and went while somebody watched was none if it was never shown."""
        seen = [poll.moment for poll in of_job if poll.moment is not None]
        job: list[Span] = []
        for one in self.job:
            if not any(one.is_seen(moment) for moment in seen):
                continue
            if job and not any(job[-1].ended <= moment < one.began for moment in seen):
                job[-1] = replace(job[-1], ended=one.ended)
            else:
                job.append(one)
        good = [poll for poll in of_takes if poll.moment is not None]
        dark = [
            (one.ended, other.began)
            for one, other in pairwise(good)
            if other.began - one.ended > PATIENCE
            or any(one.ended <= poll.began <= other.began for poll in of_takes if poll.moment is None)
        ]
        takes = [
            one
            for one in self.takes
            if any(poll.moment is not None and one.is_seen(poll.moment) for poll in good)
            or any(begin <= one.began and one.ended <= end for begin, end in dark)
        ]
        return Truth(job, takes, self.commands)


def accounts(
    truth: Truth, of_job: Sequence[Poll], of_takes: Sequence[Poll], *, dated: bool = True
) -> Iterator[tuple[float, Account]]:
    """The account as it reads after each poll, with that moment."""
    cover, account, looked = Watch(), None, 0.0
    arrivals = [(poll, True) for poll in of_job] + [(poll, False) for poll in of_takes]
    for poll, is_of_job in sorted(arrivals, key=lambda one: one[0].ended):
        if not is_of_job:
            cover = cover.fold(truth.take_look(poll, dated=dated), PATIENCE)
        else:
            look = truth.job_look(poll)
            if account is not None:
                account = account.seen(look, PATIENCE)
            elif look.shown is Shown.YES:
                account = Account.opened(look, looked)
            elif look.shown is Shown.NO:
                looked = look.began
        if account is not None:
            account = account.advance(cover)
            yield poll.ended, account.read(cover, poll.ended)


def hundredths(most: int, least: int = 1) -> st.SearchStrategy[float]:
    return st.integers(least, most).map(lambda number: number / 100)


@st.composite
def spans(draw: st.DrawFn, name: str) -> list[Span]:
    found, now = [], 0.0
    some = st.one_of(hundredths(200), hundredths(800), hundredths(2000))
    lengths = st.lists(st.tuples(some, some), min_size=1, max_size=6)
    for number, (pause, length) in enumerate(draw(lengths)):
        began, now = now + pause, now + pause + length
        found.append(Span(began, now, f"{name} {number}"))
    return found


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """Each take was commanded a moment before it began; other commands come to nothing."""
    late = st.sampled_from([0.0, 0.0, 0.4, 3.0])
    takes = [replace(one, shown=one.began + draw(late)) for one in draw(spans("take"))]
    commands = [one.began - draw(hundredths(50, 0)) for one in takes]
    return Truth(draw(spans("job")), takes, [*commands, *draw(st.lists(hundredths(4000), max_size=3))])


POLLING = st.builds(
    Polling,
    st.sampled_from([0.5, 1.0, 5.0]),
    hundredths(100),
    st.lists(
        st.tuples(st.sampled_from(["good"] * 6 + ["bad", "slow", "away"]), hundredths(10), hundredths(99)),
        min_size=1,
        max_size=12,
    ),
)


@given(truths(), POLLING, POLLING, st.booleans())
def test_the_truth_lies_inside_the_bounds(
    truth: Truth, of_job: Polling, of_takes: Polling, dated: bool
) -> None:
    told = truth.as_told(of_job.polls(), of_takes.polls())
    for now, account in accounts(truth, of_job.polls(), of_takes.polls(), dated=dated):
        assert account.least - ROUNDING <= told.missing(now) <= account.most + ROUNDING, f"at {now}"


def test_the_bounds_are_no_wider_than_the_polls_explain() -> None:
    """Jobs of 15 to 40 minutes, looked at once a second: one look in fifty fails, and some takes die."""
    widths = []
    for seed in range(5):
        random = Random(seed)

        def polls(until: float, random: Random = random) -> list[Poll]:
            began = [second + random.random() / 100 for second in range(int(until))]
            times = [(one, random.uniform(0.005, 0.05)) for one in began]
            return [
                Poll(one, one + took, None if random.random() < 0.02 else one + took * random.random())
                for one, took in times
            ]

        length = random.uniform(900.0, 2400.0)
        died = random.uniform(10.0, length - 10.0)
        first = Span(10.3, died, "first", shown=10.3)
        takes = [first, Span(died + 0.7, 10.0 + length + 3.0, "second", shown=died + 0.7)]
        truth = Truth([Span(10.0, 10.0 + length)], takes, [10.2, died + 0.6])
        of_job, of_takes = polls(length + 20.0), polls(length + 20.0)
        *_, (now, account) = accounts(truth, of_job, of_takes)
        assert account.least <= truth.missing(now) <= account.most
        least, most = account.coverage
        widths.append(most - least)
    assert statistics.median(widths) < 0.006
