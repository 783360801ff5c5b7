"""From what the loop has come to, to rows of the book: pure.

What lasts (a job, a take, a problem) is told whole whenever it changes, and now and then although it does
not: a row that was lost is healed by the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from operator import is_

from vrmon.catalog import Cause
from vrmon.history import entries
from vrmon.history.entries import Order, Unix
from vrmon.history.rows import Key, Row
from vrmon.model import Action, Problem, ProblemKey, Result, Verb
from vrmon.plan.coverage.channel import Coverage, Show, TakeSpan
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.coverage.looks import Between
from vrmon.plan.renamed import Renamed
from vrmon.settings import Channel, ChannelKey
from vrmon.views.events import Event
from vrmon.views.round import Round

AGAIN = 20.0  # seconds after which what lasts is told again, at the earliest
_APART = 10.0  # seconds over which the channels are spread, that not all are told again at once
_CURRENT = 1.0  # seconds for which what was told to somebody who asked is good enough for the next
_UNANSWERED = 5000  # commands for whose answers is waited

Own = Sequence[tuple[Problem, float]]


class Fold:
    """Folds the rounds of one session, in their order, in one thread. `session` is the book's."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._channels: dict[ChannelKey, Channel] = {}
        self._covered = Covered()  # of the round before
        self._done: Mapping[ChannelKey, tuple[Show, ...]] = {}
        self._due: dict[ChannelKey, float] = {}
        self._first_due = -inf
        self._open: dict[ChannelKey, dict[Key, Row]] = {}  # as they were told last
        self._problems: dict[ProblemKey, tuple[Problem, float, Row]] = {}  # with since when they are there
        self._told: tuple[Iterable[Problem], Own] = ((), ())
        self._problems_due = 0.0
        self._last: tuple[float, Unix] | None = None  # round's time, and what makes Unix time of it
        self._looked_up = float("-inf")
        self._commands = 0
        self._sent: dict[int, tuple[Action, Row]] = {}  # by the action's identity

    def rows(self, turned: Round, own: Own, epoch: float) -> list[Row]:
        """What is to be written after a round. `own`: the daemon's problems beside the plan's, and since
        when; `epoch` plus a monotonic time is Unix time."""

        def unix(moment: float) -> int:
            return round((moment + epoch) * 1000)

        self._last = turned.now, unix
        for channel, _ in turned.plan.decided:
            self._channels[channel.key] = channel
        return [
            *self._of_renames(turned.plan.renamed),
            *self._of_commands(turned, unix),
            *self._of_jobs(turned.plan.memory.covered, turned.now, unix),
            *self._of_done(turned.plan.memory.covered, unix),
            *self._of_problems(turned, own, unix),
        ]

    def lasting(self) -> list[Row]:
        """The jobs and takes that run, as they stood at the last round: for somebody who asks now."""
        if self._last is None:
            return []
        now, unix = self._last
        if now < self._looked_up + _CURRENT:
            return []
        self._looked_up = now
        return [
            row
            for key in self._covered.channels
            for row in self._of_channel(key, self._covered, is_due=True, now=now, unix=unix)
        ]

    def happened(self, event: Event, number: int, moment: float) -> Row:
        """The row of an event; `moment` is Unix time."""
        return entries.event(self._session, number, round(moment * 1000), event)

    def asked(self, order: Order, moment: float) -> Row:
        """The row of what a person has asked for; `moment` is Unix time."""
        self._commands += 1
        return entries.asked(self._session, self._commands, round(moment * 1000), order)

    def tell_again(self) -> None:
        """Nothing of what was told is in the book."""
        self._covered, self._done, self._open, self._due = Covered(), {}, {}, {}
        self._problems_due, self._first_due = 0.0, -inf

    def _of_renames(self, names: Renamed) -> Iterator[Row]:
        """What was told goes on under the new keys."""
        if not names:
            return
        self._covered = self._covered.renamed(names)
        self._done, self._first_due = self._covered.done, -inf
        for before, key in names.channels.items():
            self._open.pop(before, None)
            self._due.pop(before, None)
            yield Row("renames", {"before": str(before), "key": str(key)})

    def _of_jobs(self, covered: Covered, now: float, unix: Unix) -> Iterator[Row]:
        before = self._covered
        if now >= self._first_due or not _is_same(before.channels, covered.channels):
            for key, known in covered.channels.items():
                is_due = now >= self._due.get(key, now)
                if is_due or known is not before.channels.get(key):
                    yield from self._of_channel(key, covered, is_due=is_due, now=now, unix=unix)
            for key in before.channels.keys() - covered.channels.keys():
                yield from self._gone(key, covered, unix)
                self._open.pop(key, None)
                self._due.pop(key, None)
            self._first_due = min(self._due.values(), default=inf)
        self._covered = covered

    def _of_done(self, covered: Covered, unix: Unix) -> Iterator[Row]:
        """After what runs: of two rows with one key the last is written."""
        for key, shows in covered.done.items():
            told = self._done.get(key, ())
            for show in shows if shows is not told else ():
                if not any(show is one for one in told):
                    yield from self._of_show(key, show, unix, is_final=True)
        self._done = covered.done

    def _of_channel(
        self, key: ChannelKey, covered: Covered, *, is_due: bool, now: float, unix: Unix
    ) -> Iterator[Row]:
        """The rows that are otherwise than they were, or all."""
        before = {} if is_due else self._open.get(key, {})
        known = covered.channel(key)
        shows = [known.read(job, now) for job in known.open]
        rows = [row for show in shows for row in self._of_show(key, show, unix)]
        rows += [self._of_take(key, take, unix) for take in known.takes]
        rows += self._gone(key, covered, unix)
        self._open[key] = told = {row.key: row for row in rows}
        self._due[key] = now + self._rest(key) if is_due else self._due[key]
        yield from (row for name, row in told.items() if before.get(name) != row)

    def _rest(self, key: ChannelKey) -> float:
        return AGAIN if key in self._due else AGAIN + _APART * (len(self._due) % 16) / 16

    def _gone(self, key: ChannelKey, covered: Covered, unix: Unix) -> Iterator[Row]:
        """The takes that ran in the round before, and of which this one knows nothing any more."""
        before, known = self._covered.channel(key), covered.channel(key)
        kept = {take.stamp for take in known.takes}
        for take in before.takes:
            if take.ended is None and take.stamp not in kept:
                last, looked = before.cover.last, covered.dvrs.get(key.dvr)
                earliest = take.began.latest if last is None else last.began
                latest = max(earliest, earliest if looked is None else looked.latest)
                is_left = key not in covered.channels  # with a take that is possible only so
                shown = "" if known.cover.last is None else known.cover.last.cause
                cause = Cause.UNCONFIGURED.value if is_left else shown
                yield self._of_take(
                    key, replace(take, ended=Between(earliest, latest), end_cause=cause), unix
                )

    def _of_show(self, key: ChannelKey, show: Show, unix: Unix, *, is_final: bool = False) -> Iterator[Row]:
        yield entries.job(self._session, self._channel(key), show, unix, is_final=is_final)
        yield from entries.gaps(self._session, key, show, unix, is_final=is_final)
        if is_final:
            yield from (self._of_take(key, take, unix) for take in show.takes if take.ended is not None)

    def _of_take(self, key: ChannelKey, take: TakeSpan, unix: Unix) -> Row:
        return entries.take(self._session, self._channel(key), take, unix)

    def _channel(self, key: ChannelKey) -> Channel:
        return self._channels.get(key) or Channel(key.ingest, key.primary, key.ingest, key.dvr, "")

    def _of_problems(self, turned: Round, own: Own, unix: Unix) -> Iterator[Row]:
        now, plan = turned.now, turned.plan
        is_due = now >= self._problems_due
        if not is_due and plan.problems is self._told[0] and own == self._told[1]:
            return
        self._told = plan.problems, own
        self._problems_due = now + AGAIN if is_due else self._problems_due
        found = {one.key: (one, plan.memory.problems[one.key].since) for one in plan.problems}
        found |= {one.key: (one, since) for one, since in own}
        for key, (problem, since, row) in list(self._problems.items()):
            there = found.get(key)
            if there is None or (there[0].subject, there[1]) != (problem.subject, since):
                del self._problems[key]  # over, another one, or told of something that is called otherwise
                yield Row(row.table, {**row.values, "ended": unix(now)})
        for key, (problem, since) in found.items():
            known = self._problems.get(key)
            if known is None or known[0] != problem:
                before = None if known is None else known[2]
                row = entries.problem(self._session, problem.at(now), unix(since), before)
                self._problems[key] = problem, since, row
                yield row
            elif is_due:
                yield known[2]

    def _of_commands(self, turned: Round, unix: Unix) -> Iterator[Row]:
        for result in turned.results:
            yield from self._answered(result, unix)
        for action in turned.sent:
            if action.verb is Verb.FETCH_NAME:
                continue
            self._commands += 1
            name = "" if action.channel is None else self._channel(action.channel).name
            row = entries.command(self._session, self._commands, unix(turned.now), name, action)
            self._sent[id(action)] = action, row
            if len(self._sent) > _UNANSWERED:
                del self._sent[next(iter(self._sent))]
            yield row

    def _answered(self, result: Result, unix: Unix) -> Iterator[Row]:
        action, row = self._sent.pop(id(result.action), (None, None))
        if action is result.action and row is not None:
            yield entries.answered(row, result, unix)


def _is_same(before: Mapping[ChannelKey, Coverage], after: Mapping[ChannelKey, Coverage]) -> bool:
    """Whether no channel's coverage has changed: most rounds change none, and there may be a thousand."""
    return all(map(is_, before.values(), after.values())) and before.keys() == after.keys()
