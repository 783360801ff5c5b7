"""What a channel's source shows, and what that says of the channel's take."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.model import Job, Odd, Outcome, Problem, Source, Verb
from vrmon.plan import clues, commands, drilling, following, names, sources, starting
from vrmon.plan.case import Case, Site
from vrmon.plan.drill import prefix
from vrmon.plan.ledger import Owner
from vrmon.plan.memory import (
    FLIGHT,
    Attempt,
    ChannelMemory,
    Gone,
    Label,
    Losses,
    Naming,
    Running,
    Sent,
    Theirs,
    TrackedJob,
    Whose,
)
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.plan.sources import Found

SHORT_LIVED = 60.0  # seconds: a take that dies younger than this counts as dying again
_SAME_DATE = 1.0  # seconds in which another recording may begin under the same date
_AT_FIRST = 60.0  # seconds in which a vrmon that has forgotten all finds what it had begun


@dataclass(frozen=True)
class Blind:
    """The recorder does not answer, or (`why`) does not say what the source does."""

    why: str = ""


@dataclass(frozen=True)
class Unfit:
    """There is no source to be used, and why."""

    problem: Problem


@dataclass(frozen=True)
class Idle:
    site: Site


@dataclass(frozen=True)
class Ours:
    site: Site
    take: Running


@dataclass(frozen=True)
class NotOurs:
    site: Site
    theirs: Theirs


Seen = Blind | Unfit | Idle | Ours | NotOurs


def look(case: Case, memory: ChannelMemory) -> tuple[ChannelMemory, Found | None]:
    """The source that the channel means or is busy with, None while the recorder tells nothing of it; and the
    memory with what a new look shows of it taken in."""
    observation = case.observation
    if observation is None or observation.seen is None:
        return memory, None
    memory, found = sources.find(case, memory)
    if isinstance(found, Source):
        if not case.traits.tells_names and found.recording_name is not None:
            found = replace(found, recording_name=None)
        if case.new_look:
            memory = take_in(case, memory, found)
        elif _is_found_recording(memory, found):
            memory = replace(memory, theirs=_theirs(case, memory, found, Whose.SOMEBODYS))
    return memory, found


def see(case: Case, memory: ChannelMemory, found: Found | None) -> Seen:
    """What is seen, as far as the memory has taken it in."""
    if found is None or case.observation is None:
        return Blind()
    if isinstance(found, Odd):
        return Blind(found.why)
    if isinstance(found, Problem):
        return Unfit(found)
    site = Site(case, found, case.observation.began, case.observation.ended)
    take = memory.running
    if take is not None and take.source == found.unique_id:
        return Ours(site, take)
    if not found.is_recording:
        return Idle(site)
    theirs = memory.theirs or _theirs(case, memory, found, Whose.SOMEBODYS)
    return NotOurs(site, theirs)


def _is_found_recording(memory: ChannelMemory, source: Source) -> bool:
    """Whether a channel that has just got the source finds it recording something that it does not know."""
    take = memory.running
    is_ours = take is not None and take.source == source.unique_id
    return source.is_recording and memory.theirs is None and not is_ours


def take_in(case: Case, memory: ChannelMemory, source: Source) -> ChannelMemory:
    """Take in one new look: our take going on, nothing, or a recording that is not ours."""
    if not source.is_recording:
        return _not_recording(case, replace(memory, theirs=None), source)
    whose, clue = clues.judge(clues.Evidence(case, memory, source))
    if whose is Whose.OURS:
        attempt = _after_start(memory.attempt)
        return replace(memory, theirs=None, take=_confirmed(case, memory, source, clue), attempt=attempt)
    return replace(memory, theirs=_theirs(case, memory, source, whose), take=None, attempt=None)


def adopt(case: Case, memory: ChannelMemory, source: Source, tracked: TrackedJob | None) -> ChannelMemory:
    """A recording that is not ours yet, under a name that we gave, or would have given, to the active job; or
    to a drill that was forgotten, which is to end."""
    shown = source.recording_name
    if memory.theirs is not None and _has_forgotten(case):
        drill = drilling.forgotten(case, memory, source)
        if drill is not None:
            return _taken_over(case, memory, source, drill)
    idle = isinstance(memory.take, Running | Sent) or not source.is_recording or not shown or tracked is None
    if idle or tracked is None or not shown:
        return memory
    if memory.theirs is not None and (memory.theirs.lent or memory.theirs.whose is Whose.DOUBTFUL):
        return memory
    owner = Owner.of(case.channel.key, tracked.job)
    if not _is_given(case, owner, shown) and not _would_be_given(case, tracked, shown):
        return memory
    return _taken_over(case, memory, source, tracked.job)


def claimed(memory: ChannelMemory) -> ChannelMemory:
    """What is known once a person says that the recording on the channel's source is ours: the take of the
    job that it may be of, or of the channel's. ValueError where there is no such recording or no such job."""
    theirs = memory.theirs
    job = None if theirs is None else theirs.job or memory.job
    if theirs is None or job is None:
        raise ValueError("nothing to claim")
    name = theirs.name or theirs.in_place_of
    take = Running(
        job, theirs.source, 1, Label(name), name=name, started=theirs.since, borne=True, date=theirs.date,
        files=(name,), known_by="a person's word",
    )  # fmt: skip
    return replace(memory, take=take, attempt=None, theirs=None)


def _taken_over(case: Case, memory: ChannelMemory, source: Source, job: Job) -> ChannelMemory:
    take = _found(case, source, job, source.recording_name or "", "its name")
    return replace(memory, take=take, attempt=None, theirs=None)


def _found(case: Case, source: Source, job: Job, name: str, clue: str) -> Running:
    """The job's take that runs, although no command is known to have begun it."""
    number = max(1, len(case.dvr.ledger.given_to(Owner.of(case.channel.key, job))))
    began = Sent(job, source.unique_id, number, Label(name))
    return following.begun(began, _shown(case, source), clue)


def _is_given(case: Case, owner: Owner, shown: str) -> bool:
    """Whether the name is one of the job's in the ledger, if in other letters."""
    traits, ledger = case.traits, case.dvr.ledger
    holder = ledger.owner(traits.fold(shown))
    if holder is not None:
        return holder.is_same_place(owner)
    if traits.fold(shown) in ledger:
        return False
    return any(names.is_spelled(traits, name, shown) for name in ledger.given_to(owner))


def _would_be_given(case: Case, tracked: TrackedJob, shown: str) -> bool:
    """Whether vrmon gives such a name to the job: just now, or before it lost its memory."""
    if case.traits.fold(shown) in case.dvr.ledger:
        return False
    stand_in = names.stand_in(case.traits, case.channel.name, tracked.job.id)
    wanted = starting.wanted_name(case, tracked)
    bases = (stand_in,) if wanted is None else (wanted[0], stand_in)
    variants = _has_forgotten(case)
    return any(names.would_be(case.sync, case.traits, base, shown, variants=variants) for base in bases)


def _has_forgotten(case: Case) -> bool:
    """Whether it began a moment ago, and knows nothing of one before it."""
    return not case.dvr.inherited and _ended(case) - (case.dvr.first or 0.0) < _AT_FIRST


def _ended(case: Case) -> float:
    return 0.0 if case.observation is None else case.observation.ended


def _confirmed(case: Case, memory: ChannelMemory, source: Source, clue: str) -> Running:
    """The take as now seen."""
    take = memory.take
    if isinstance(take, Running):
        return following.seen_again(take, _shown(case, source))
    if isinstance(take, Sent):
        return following.begun(take, _shown(case, source), clue)
    gone = memory.gone
    assert gone is not None  # noqa: S101 - no other clue speaks of what was neither seen nor sent
    return _found(case, source, gone.job, source.recording_name or gone.name, clue)


def _shown(case: Case, source: Source) -> following.Shown:
    assert case.observation is not None  # noqa: S101 - it is what shows the take
    return following.Shown(source, case.observation, case.traits, case.poll_interval)


def _theirs(case: Case, memory: ChannelMemory, source: Source, whose: Whose) -> Theirs:
    before = memory.theirs
    same = before is not None and (before.whose, before.name, before.date) == (
        whose,
        source.recording_name,
        source.start_date,
    )
    if same and before is not None:
        return before
    job, name = _in_place_of(memory, whose)
    lent = whose is Whose.SOMEBODYS and (_is_lent(case, memory) if before is None else before.lent)
    since = _ended(case) if before is None else before.since
    shown, date = source.recording_name, source.start_date
    return Theirs(whose, since, source.unique_id, shown, date, job, name, lent, _bears_ours(case, shown))


def _bears_ours(case: Case, shown: str | None) -> bool:
    """Whether a name is one that we have given on this recorder, or would give to the channel's drills."""
    if shown is None:
        return False
    name, drills = map(case.traits.fold, (shown, case.traits.fit(prefix(case.channel))))
    ledger = case.dvr.ledger
    is_given = name in ledger or any(names.is_spelled(case.traits, given, shown) for given in ledger.names)
    return is_given or name.startswith(drills)


def _in_place_of(memory: ChannelMemory, whose: Whose) -> tuple[Job | None, str]:
    """Whose take such a recording may be nevertheless, and what that was called."""
    take, before, gone = memory.take, memory.theirs, memory.gone
    if isinstance(take, Running):
        return take.job, take.name
    if before is not None:
        return before.job, before.in_place_of
    if whose is Whose.DOUBTFUL and gone is not None:
        return gone.job, gone.name
    return None, ""


def _is_lent(case: Case, memory: ChannelMemory) -> bool:
    """Whether the source had only been named for a take of ours, and no command can have begun it: nor one of
    a vrmon before us, which turns up as late as the recorder may show it and keeps ours from being obeyed."""
    if not isinstance(memory.take, Naming):
        return False
    if case.rights is not None and not case.rights.is_other_idle(case.moment):
        return False  # the other host of the pair may have begun it
    attempt, first = memory.attempt, case.dvr.first
    is_refused = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.REFUSED
    is_early = first is not None and _ended(case) - first <= case.traits.start_grace
    return not (is_refused and is_early and not case.dvr.inherited)


def _after_start(attempt: Attempt | None) -> Attempt | None:
    """A start that is seen is over; a stop or a resume goes on until it is seen in its turn."""
    starting_it = attempt is not None and attempt.verb in (Verb.SET_NAME, Verb.RECORD)
    return None if starting_it and attempt is not None and attempt.ended is not None else attempt


def _not_recording(case: Case, memory: ChannelMemory, source: Source) -> ChannelMemory:
    take, attempt = memory.take, memory.attempt
    if attempt is not None and attempt.verb in (Verb.STOP, Verb.RESUME) and attempt.ended is not None:
        attempt = None
    if take is None or isinstance(take, Naming):
        return replace(memory, attempt=attempt)
    if isinstance(take, Sent):
        awaited, stop = _not_seen_yet(case, take, attempt, source), memory.attempt
        if not take.job.is_drill or stop is None or stop.verb is not Verb.STOP:
            return replace(memory, attempt=attempt, take=awaited)
        if stop.has_stopped(source, 0.0 if case.observation is None else case.observation.began):
            return replace(memory, attempt=None, take=None)
        return replace(memory, take=awaited)
    stopped = memory.attempt is not None and memory.attempt.verb is Verb.STOP
    memory = replace(memory, gone=None if stopped else _gone(case, take))
    if stopped or memory.hold is not None:  # who has the channel may end its take
        return replace(memory, attempt=attempt, take=None)
    if take.job != memory.job:
        return replace(memory, attempt=None, take=None)  # what is not wanted any more does not die
    if _may_be_unshown_yet(case, take):
        return replace(memory, attempt=None, take=_awaited(take))
    confirmed = take.started if take.confirmed is None else take.confirmed
    before = 0 if memory.losses is None else memory.losses.deaths
    deaths = 1 if confirmed - take.started >= SHORT_LIVED else before + 1
    losses = Losses(deaths, _ended(case), take.name, confirmed)
    return replace(memory, attempt=None, take=None, losses=losses)


def _gone(case: Case, take: Running) -> Gone:
    """Its date is that of nothing else only where it has run for a second: dates are told to the second."""
    lasted = 0.0 if take.confirmed is None else take.confirmed - take.started
    date = (take.date or "") if lasted > _SAME_DATE else ""
    return Gone(take.job, take.name, date, _ended(case), take.source)


def _may_be_unshown_yet(case: Case, take: Running) -> bool:
    """Whether what was seen can have been the end of the recording before, and ours be shown late: it is gone
    within the recorder's grace. Where its job is active as well, the next command finds that out."""
    tracked, seen = case.primary.jobs.get(take.job), case.observation
    is_early = seen is not None and seen.began < take.started + case.traits.start_grace
    return is_early and tracked is not None and not tracked.present


def _awaited(take: Running) -> Sent:
    began = take.started
    return Sent(
        take.job, take.source, take.number, take.label, take.latency, sent=began, looked=began, glimpsed=True
    )


def _came_back(take: Sent, attempt: Attempt | None, moment: Moment) -> float | None:
    """When our command came back; None while it may still be under way. Where its lane is lost it never will,
    and what it was to do is done by then, or not at all."""
    if attempt is None:
        return take.sent
    is_lost = attempt.ended is None and not commands.is_flying(attempt, moment)
    return attempt.sent + FLIGHT if is_lost else attempt.ended


def _not_seen_yet(case: Case, take: Sent, attempt: Attempt | None, source: Source) -> Sent:
    """The recorder's grace begins with the first good look after our command. Once the source shows our name,
    the take begins under no other."""
    assert case.observation is not None  # noqa: S101 - it is what does not show the take
    fold, shown = case.traits.fold, source.recording_name
    looked, came_back = take.looked, _came_back(take, attempt, case.moment)
    if looked is None and came_back is not None and case.observation.began >= came_back:
        looked = case.observation.ended
    has_name = bool(take.standing) and shown is not None and fold(shown) == fold(take.given)
    standing = take.given if has_name else take.standing
    overdue = case.is_expired(take)
    is_new = (looked, overdue, standing) != (take.looked, take.overdue, take.standing)
    return replace(take, looked=looked, overdue=overdue, standing=standing) if is_new else take
