"""Whose recording is it (promise 2)? An ordered list of clues, the strongest first: the first that speaks
decides.

A clue is asked when a look shows the channel's source recording. It says whose that is, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from vrmon.model import Source, Verb
from vrmon.plan import following
from vrmon.plan.case import Case
from vrmon.plan.memory import ChannelMemory, Naming, Running, Sent, Whose

_MOMENT = 1.0  # seconds between two files of one take
_TO_THE_SECOND = re.compile(r"\d:\d\d:\d\d|T\d{6}|\d{10}")


@dataclass(frozen=True)
class Evidence:
    """What a look at `source` shows, and what was known before it."""

    case: Case
    memory: ChannelMemory
    source: Source

    @property
    def running(self) -> Running | None:
        """Our take, if it was seen on this source."""
        take = self.memory.running
        return take if take is not None and take.source == self.source.unique_id else None

    @property
    def sent(self) -> Sent | None:
        """Our take, if a command for it went to this source and none of its looks has shown it."""
        take = self.memory.take
        return take if isinstance(take, Sent) and take.source == self.source.unique_id else None

    @property
    def is_watched(self) -> bool:
        """Whether the look before this one has shown the take."""
        take = self.running
        return take is not None and take.seen is not None and take.seen == self.case.dvr.previous

    @property
    def is_stopping(self) -> bool:
        return self.memory.attempt is not None and self.memory.attempt.verb is Verb.STOP

    @property
    def is_same_date(self) -> bool | None:
        """Whether it began when our take did; None where the recorder does not tell."""
        return None if self.running is None else following.has_its_date(self.running, self.source)

    def is_made_of(self, *names: str) -> bool:
        """Whether the name that is shown may be one of these, spelled, numbered or cut by the recorder."""
        return following.is_made_of(self.case.traits, self.source.recording_name, *names)


def by_its_date(evidence: Evidence) -> Whose | None:
    """It began at the very second at which our take did. A take leaves its name to the one that follows it:
    another date while we stop, or in place of a drill's that was not watched, is another recording."""
    if evidence.is_same_date and _TO_THE_SECOND.search(evidence.source.start_date or ""):
        return Whose.OURS
    is_over = evidence.is_stopping or (evidence.memory.is_at_a_drill and not evidence.is_watched)
    return Whose.SOMEBODYS if evidence.is_same_date is False and is_over else None


def watched(evidence: Evidence) -> Whose | None:
    """The look before showed our take. Where both its name and its date have changed since, and the name is
    not made of ours, somebody may have put another recording in its place."""
    take = evidence.running
    if take is None or not evidence.is_watched:
        return None
    is_ours = following.may_be_it(take, evidence.source, evidence.case.traits)
    return Whose.OURS if is_ours else Whose.DOUBTFUL


def by_our_command(evidence: Evidence) -> Whose | None:
    """The source was seen idle before our record command, which was not refused, and this is within the
    recorder's grace, whatever the recording is called. A command that a vrmon before us may not have sent any
    more says nothing of one under another name, nor does one whose take was there for a moment."""
    take = evidence.sent
    if take is None or evidence.case.is_expired(take):
        return None
    speaks = take.is_certain and not take.glimpsed
    return Whose.OURS if speaks or evidence.source.recording_name is None else None


def by_its_name(evidence: Evidence) -> Whose | None:
    """It bears a name that we gave our take, or that the recorder made of it; or the one that the source had,
    or none at all, and no look has shown that nothing came of our command."""
    running, sent, is_told = evidence.running, evidence.sent, evidence.source.recording_name is not None
    is_ours = False
    if running is not None:
        names = running.name, running.given, *running.files
        is_ours = evidence.is_made_of(*names) if is_told else evidence.is_same_date is not False
    elif sent is not None:
        is_ours = evidence.is_made_of(*sent.names) if is_told else not sent.overdue
    return Whose.OURS if is_ours else None


def goes_on(evidence: Evidence) -> Whose | None:
    """Our take was seen until a moment ago, and this follows it with its date, whatever has become of its job
    meanwhile: the recorder split it, and was idle between the two files. Where it was to go on, this is ours
    under its name as well, or under none. Under the name that we have just given the source it may, but in
    the very first moment, just as well be somebody's."""
    gone, take = evidence.memory.gone, evidence.memory.take
    if gone is None or not (take is None or isinstance(take, Naming)) or evidence.memory.theirs is not None:
        return None
    if gone.source not in ("", evidence.source.unique_id):
        return None
    has_died = evidence.memory.losses is not None
    idle = inf if evidence.case.dvr.folded is None else evidence.case.dvr.folded - gone.when
    is_late = idle > evidence.case.traits.start_grace
    is_same_date = gone.date == evidence.source.start_date and _TO_THE_SECOND.search(gone.date)
    if is_same_date and (has_died or not is_late):
        return Whose.OURS
    if is_late:
        return None
    if evidence.is_made_of(gone.name):
        return Whose.OURS
    if evidence.source.recording_name is None:
        return Whose.OURS if has_died else Whose.DOUBTFUL
    if not has_died or take is None or not evidence.is_made_of(take.given):
        return None
    return Whose.OURS if idle <= _MOMENT else Whose.DOUBTFUL


def as_before(evidence: Evidence) -> Whose | None:
    """It is the one that was doubtful when it appeared, or its next file: the look before showed that, and no
    idle moment lies between the two."""
    theirs, source = evidence.memory.theirs, evidence.source
    if theirs is None or theirs.whose is not Whose.DOUBTFUL:
        return None
    is_same = (theirs.name, theirs.date) == (source.recording_name, source.start_date)
    return Whose.DOUBTFUL if is_same or evidence.case.dvr.previous is not None else None


CLUES: tuple[tuple[str, Callable[[Evidence], Whose | None]], ...] = (
    ("its date", by_its_date),
    ("our watching it", watched),
    ("our command", by_our_command),
    ("its name", by_its_name),
    ("the take before it", goes_on),
    ("an earlier look", as_before),
)
"""What each is called where it is told by what a recording was known."""


def judge(evidence: Evidence) -> tuple[Whose, str]:
    """Whose the recording is, and which clue told."""
    for name, clue in CLUES:
        whose = clue(evidence)
        if whose is not None:
            return whose, name
    return Whose.SOMEBODYS, ""
