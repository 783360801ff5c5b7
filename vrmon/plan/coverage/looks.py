"""From looks to stretches of time: in which something surely was, surely was not, or may have been.

A look proves what it shows for one moment between its beginning and its end, nobody knows which. Between
two looks that show the same it went on. What lies between two that differ, or what nobody watched (dark),
may have been either; but the same take with the same start date on both sides was there in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import NamedTuple

from vrmon.catalog import Cause, Code
from vrmon.plan.replacing import replace

AWAY = Cause.VRMON_AWAY.value  # the cause of what nobody watched although nothing failed
_MOST = 64  # stretches that are kept apart


class Tail(NamedTuple):
    """Seconds at the end of a run for which its looks prove nothing after all: where its end was seen, and
    where it came while nobody saw, so that the recorder may have died with what it had not written yet."""

    seen: float = 0.0
    torn: float = 0.0


NONE = Tail()


class Shown(Enum):
    """COMING: it is not there, but what was commanded may still turn up, or be there without being shown."""

    YES = "yes"
    NO = "no"
    COMING = "coming"
    UNKNOWN = "unknown"


class Sure(Enum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Between(NamedTuple):
    """Something happened not before `earliest` and not after `latest`."""

    earliest: float
    latest: float


@dataclass(frozen=True)
class Look:
    """One look at a job or at a channel's recording, from `began` to `ended` (monotonic seconds).

    `take` tells one recording from the next. Two looks with the same `proof` (a start date, a job's id, that
    nothing was commanded) show that nothing changed in the dark between them; "" proves nothing. `cause`: why
    there is nothing, or why nothing could be seen. `came`: there is a take by now, if a paused one or
    somebody's, so that what was commanded may have been there before. `torn`: the device did not answer.
    """

    began: float
    ended: float
    shown: Shown
    take: str = ""
    proof: str = ""
    cause: str = ""
    came: bool = False
    torn: bool = False


@dataclass(frozen=True)
class Stretch:
    """From the end of the one before to `until`."""

    until: float
    sure: Sure
    take: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Watch:
    """What the looks at one thing came to: `stretches`, the oldest first, and the run that still goes on.

    All looks since `since` have shown what `last` does. `dark` is the cause of what was not seen after it;
    `torn`: not even whether the recorder still runs.
    """

    stretches: tuple[Stretch, ...] = ()
    last: Look | None = None
    since: float = 0.0
    dark: str = ""
    torn: bool = False

    def fold(self, look: Look, patience: float, tail: Tail = NONE) -> Watch:
        """Take in a look, once. `patience`: seconds without any look after which it counts as dark."""
        last = self.last
        if last is not None and look.ended <= last.ended:
            return self
        if look.shown is Shown.UNKNOWN:
            if self.dark and self.torn >= look.torn:
                return self
            return replace(self, dark=self.dark or look.cause or AWAY, torn=self.torn or look.torn)
        if last is None:
            return Watch((Stretch(look.ended, Sure.MAYBE, cause=self.dark or AWAY),), look, look.ended)
        dark = self.dark or (AWAY if look.began - last.ended > patience else "")
        if _goes_on(last, look, dark):
            if dark and look.shown is Shown.NO:
                unseen = Stretch(look.ended, Sure.NO, cause=dark)
                return Watch(_joined((*self._settled(last.began), unseen)), look, look.ended)
            is_same = look.cause == last.cause or look.shown is Shown.COMING
            return replace(self, last=look, dark="", torn=False) if is_same else self._renewed(look)
        if last.shown is Shown.COMING and look.shown is Shown.NO and not (dark or look.came):
            return self._renewed(look)
        cause = dark or (last.cause if look.came else "") or look.cause or last.cause or died(last, look)
        is_open = last.shown is Shown.COMING
        settled = self.stretches if is_open else self._settled(self.end(look, patience, tail))
        return Watch(_joined((*settled, Stretch(look.ended, Sure.MAYBE, cause=cause))), look, look.ended)

    def end(self, look: Look, patience: float, tail: Tail = NONE) -> float:
        """Until when what the run shows is proven, if `look` shows that it is over."""
        last = self.last
        if last is None:
            return look.began
        if last.shown is not Shown.YES or (look.shown is Shown.YES and look.take == last.take):
            return last.began
        if self.torn or look.began - last.ended > patience:
            return last.began - tail.torn
        return last.began if self.dark else last.began - tail.seen

    def went_on(self, look: Between) -> Watch:
        """Up to `look`, from its beginning to its end, every look has shown what the last one did."""
        if self.last is None or self.dark or look.latest <= self.last.ended:
            return self
        return replace(self, last=replace(self.last, began=look.earliest, ended=look.latest))

    def seen_until(self, moment: float) -> Watch:
        """As if nobody had looked at it after `moment`, when it was there."""
        if self.last is None or self.last.began <= moment:
            return self
        stretches = tuple(one for one in self.stretches if one.until <= moment)
        last = replace(self.last, began=moment, ended=moment, shown=Shown.YES)
        return Watch(stretches, last, min(self.since, moment))

    def timeline(self, now: float) -> tuple[Stretch, ...]:
        """Everything up to `now`: what came after the last look may have been either."""
        cause = self.dark or (AWAY if self.last is None else self.last.cause)
        return (*self.settled, Stretch(now, Sure.MAYBE, cause=cause))

    @property
    def settled(self) -> tuple[Stretch, ...]:
        """All that no look will change any more."""
        last = self.last
        is_open = last is None or last.shown is Shown.COMING
        return self.stretches if last is None or is_open else self._settled(last.began)

    @property
    def gone(self) -> float:
        """Until when at the last it was not surely there, of all that came before the run that goes on."""
        return next((one.until for one in reversed(self.stretches) if one.sure is not Sure.YES), -inf)

    def since_when(self, moment: float) -> Watch:
        """Without the stretches that had ended by `moment`."""
        if not self.stretches or self.stretches[0].until > moment:
            return self
        return replace(self, stretches=tuple(one for one in self.stretches if one.until > moment))

    def _renewed(self, look: Look) -> Watch:
        """The run ends and another begins in the very same state, for another cause."""
        return Watch(self._settled(look.began), look, max(self.since, look.began))

    def _settled(self, until: float) -> tuple[Stretch, ...]:
        last = self.last
        if last is None or until <= self.since:
            return self.stretches
        sure = Sure.YES if last.shown is Shown.YES else Sure.NO
        return _joined((*self.stretches, Stretch(until, sure, last.take, last.cause)))


def _goes_on(last: Look, look: Look, dark: str) -> bool:
    """Whether what `look` shows is what `last` did, all the time between them."""
    if look.shown is not last.shown or look.take != last.take:
        return False
    return not dark or (bool(look.proof) and look.proof == last.proof)


def died(last: Look, look: Look) -> str:
    """The cause where the one take is over and the next is there at the first look, unless that is another
    job's: nobody wanted the end of it."""
    are_takes = last.shown is Shown.YES and look.shown is Shown.YES and last.take != look.take
    jobs = [take.rpartition("|")[0] for take in (last.take, look.take)]
    return Code.TAKE_DIED.value if are_takes and jobs[0] == jobs[1] else ""


def _joined(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """With the last two made one if they are alike; the oldest become one doubt where there are too many."""
    if len(stretches) > 1:
        *before, one, other = stretches
        if replace(one, until=other.until) == other:
            return (*before, other)
    if len(stretches) > _MOST:
        oldest, *rest = stretches[-_MOST:]
        return (Stretch(oldest.until, Sure.MAYBE, cause=oldest.cause), *rest)
    return stretches


def together(
    one: tuple[Stretch, ...], other: tuple[Stretch, ...]
) -> Iterator[tuple[float, Stretch, Stretch]]:
    """Both at once, as far as both go: until when, and what each says up to there."""
    i = j = 0
    while i < len(one) and j < len(other):
        until = min(one[i].until, other[j].until)
        yield until, one[i], other[j]
        i, j = i + (one[i].until <= until), j + (other[j].until <= until)
