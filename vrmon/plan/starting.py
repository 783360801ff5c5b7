"""Starting a take: a name for the source, then the record command; a kind that takes both at once gets both.

A take is worth more than its name: a source that refuses every name, or does not answer to it, is recorded
under the one it has, and named while it runs.
"""

from __future__ import annotations

from collections.abc import Container, Set

from vrmon.model import Job, Outcome, Result, Verb
from vrmon.plan import commands, names
from vrmon.plan.case import Case, Site
from vrmon.plan.commands import Step
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import (
    Attempt,
    ChannelMemory,
    DvrMemory,
    Label,
    Naming,
    Running,
    Sent,
    Take,
    Theirs,
    TrackedJob,
)
from vrmon.plan.replacing import replace
from vrmon.settings import ChannelKey
from vrmon.traits import Traits

_TRIES_TO_NAME = {Outcome.REFUSED: 3, Outcome.LOST: 2}
_ANSWER_TO_NAME = 1.0  # seconds for which the recorder's answer to a name keeps a start waiting
_NAMED_OR_NOT = 3.0  # seconds after which a take begins, whatever the source is called
_STILL_FRESH = 1.5  # seconds: a look that is older proves nothing of a source that has just taken a name


def wanted_name(case: Case, tracked: TrackedJob) -> tuple[str, bool] | None:
    """The name of the job's first take and whether it is a stand-in; None while it is worth waiting."""
    if tracked.job.is_drill and tracked.basename is not None:
        return case.traits.fit(tracked.basename), False
    is_waiting = tracked.basename is None and names.waits(case.sync)
    if is_waiting and not case.moment.passed(tracked.known, case.sync.name_wait):
        return None
    began = tracked.since + case.epoch
    return names.base(case.sync, case.traits, case.channel.name, tracked.job.id, tracked.basename, began)


def wanted_since(case: Case, tracked: TrackedJob) -> float:
    """When the job could begin to be recorded: the wait for its name is not held against anybody."""
    if not names.waits(case.sync):
        return tracked.known
    latest = tracked.known + case.sync.name_wait
    return latest if tracked.named is None else max(tracked.known, min(latest, tracked.named))


def pause_is_over(site: Site, memory: ChannelMemory) -> bool:
    """Whether a take that died may be followed by another: at once the first time, then with pauses."""
    losses = memory.losses
    if losses is None or losses.deaths < 2:
        return True
    return site.moment.passed(losses.died, commands.growing(losses.deaths - 2))


def is_ready(site: Site, memory: ChannelMemory) -> bool:
    """Whether the next step of a start is due, a look apart."""
    return pause_is_over(site, memory) and (
        commands.is_due(memory, Verb.RECORD, site)
        or (_is_unanswered(site, memory) and commands.is_allowed(memory, Verb.RECORD, site))
    )


def wants_look(site: Site, memory: ChannelMemory) -> bool:
    """Whether the next step of a start needs a fresh look first: a host of a pair always does."""
    half_done = site.case.rights is None and memory.take is not None and memory.take.label.accepted
    return not (half_done and not site.moment.passed(site.began, _STILL_FRESH)) and not site.is_fresh


def start(site: Site, memory: ChannelMemory, tracked: TrackedJob, why: str) -> Step:
    """Name the source, then record."""
    memory = _moved(site, memory)
    if not is_ready(site, memory) or wants_look(site, memory):
        return memory, None
    before = memory.take if memory.take is not None and memory.take.job == tracked.job else None
    if isinstance(before, Sent) and before.glimpsed:
        before = None  # it is over, and has left a file: the next is another take
    take = _take_to_start(site, memory, _unless_borne(site, before), tracked)
    if take is None or isinstance(take, Running):
        return memory, None
    if take is not before:
        memory = replace(memory, take=take, attempt=None if before is None else memory.attempt)
    if site.case.traits.names_apart and not _may_begin(site, memory, take):
        if not _may_ask_again(site, memory, take):
            return memory, None
        label = replace(take.label, since=site.moment.now if take.label.since is None else take.label.since)
        return commands.send(site, replace(memory, take=replace(take, label=label)), Verb.SET_NAME, why)
    return commands.send(site, replace(memory, take=_sent(site, take, tracked)), Verb.RECORD, why)


def _moved(site: Site, memory: ChannelMemory) -> ChannelMemory:
    """A take that is about to be begins where the channel means it to by now, and no name was given there. So
    does one that was never seen where it was commanded: that may have left a file."""
    take = memory.take
    if not isinstance(take, Naming | Sent) or take.source == site.source.unique_id:
        return memory
    refused = (*take.label.refused, take.given) if _may_be_used(memory, take) else take.label.refused
    label = replace(take.label, accepted=False, since=None, refused=refused)
    naming = Naming(take.job, site.source.unique_id, take.number, label, take.latency)
    return replace(memory, take=naming, attempt=memory.attempt if isinstance(take, Naming) else None)


def wants_look_for_name(site: Site, attempt: Attempt) -> bool:
    """Whether a look is to tell what the source is called, for its answer to the name does not come."""
    if attempt.verb is not Verb.SET_NAME or attempt.ended is not None:
        return False
    is_late = site.moment.passed(attempt.sent, _ANSWER_TO_NAME)
    return is_late and site.began < attempt.sent + _ANSWER_TO_NAME


def _sent(site: Site, take: Naming | Sent, tracked: TrackedJob) -> Sent:
    """The take from its record command on."""
    aliases = take.aliases if isinstance(take, Sent) else ()
    latency = take.latency
    if latency is None and take.number == 1:
        latency = site.moment.now - tracked.since
    return Sent(
        take.job,
        take.source,
        take.number,
        replace(take.label, accepted=False, since=None),
        latency,
        sent=site.moment.now,
        standing=site.source.recording_name or "",
        aliases=aliases,
        before=replace(take, before=None) if isinstance(take, Sent) else None,
    )


def _may_ask_again(site: Site, memory: ChannelMemory, take: Naming | Sent) -> bool:
    """Whether the source may be given a name now: none is under way, nor was one refused a moment ago by a
    recorder that takes none."""
    attempt = memory.attempt
    if attempt is None or not take.label.nameless:
        return attempt is None or not commands.is_flying(attempt, site.moment)
    return attempt.ended is not None and site.moment.passed(attempt.ended, _ANSWER_TO_NAME)


def _is_unanswered(site: Site, memory: ChannelMemory) -> bool:
    """Whether the answer to a name has been waited for long enough, and a look has been had since."""
    attempt = memory.attempt
    if attempt is None or attempt.verb is not Verb.SET_NAME or attempt.ended is not None:
        return False
    is_late = site.moment.passed(attempt.sent, _ANSWER_TO_NAME)
    return is_late and site.began >= attempt.sent + _ANSWER_TO_NAME


def _may_begin(site: Site, memory: ChannelMemory, take: Naming | Sent) -> bool:
    """Whether the record command may go out: the source has the name, or has been asked in vain. Under the
    name of another show, which might lose its file to ours, only when there is no more time."""
    label, shown, fold = take.label, site.source.recording_name, site.case.traits.fold
    if label.accepted:
        return True
    if not label.nameless and not _is_unanswered(site, memory):
        return False
    if shown is None or fold(shown) == fold(label.given):
        return True
    ledger, mine = site.case.dvr.ledger, Owner.of(site.case.channel.key, take.job)
    is_others = fold(shown) in ledger and ledger.owner(fold(shown)) != mine
    return not is_others or (label.since is not None and site.moment.passed(label.since, _NAMED_OR_NOT))


def _take_to_start(
    site: Site, memory: ChannelMemory, before: Take | None, tracked: TrackedJob
) -> Take | None:
    """The one that is being started, if it need not get another name; else the job's next. None while its
    name is waited for."""
    wanted = wanted_name(site.case, tracked)
    if before is not None and not isinstance(before, Running):
        is_better_known = before.label.stand_in and wanted is not None and not wanted[1]
        is_better = is_better_known and isinstance(before, Naming)
        if not is_better and before.given not in before.label.refused and not _may_be_used(memory, before):
            return before
    if wanted is None:
        return None
    return _named_take(site, before, wanted, tracked.job)


def _unless_borne(site: Site, take: Take | None) -> Take | None:
    """Another recording that runs under the take's name is something else of that name."""
    if not isinstance(take, Naming | Sent) or take.given in take.label.refused:
        return take
    if site.case.traits.fold(take.given) not in _borne_elsewhere(site):
        return take
    return replace(take, label=replace(take.label, refused=(*take.label.refused, take.given)))


def _borne_elsewhere(site: Site) -> set[str]:
    """The names, folded, of what the recorder records from other sources."""
    observation = site.case.observation
    sources = (observation.seen if observation is not None else None) or ()
    running = (one for one in sources if one.is_recording and one.unique_id != site.source.unique_id)
    return {site.case.traits.fold(one.recording_name) for one in running if one.recording_name}


def _may_be_used(memory: ChannelMemory, take: Naming | Sent) -> bool:
    """Whether the recorder has not refused a record command under this name that no look has shown: there may
    be a file of that name."""
    attempt = memory.attempt
    if not isinstance(take, Sent) or attempt is None:
        return False
    return attempt.verb is Verb.RECORD and attempt.outcome in (Outcome.DONE, Outcome.LOST)


def _named_take(site: Site, before: Take | None, wanted: tuple[str, bool], job: Job) -> Take:
    """The job's next take, or, `before`, the one that is being started, under another name."""
    name, stand_in = wanted
    case = site.case
    owner = Owner.of(case.channel.key, job)
    barred: tuple[str, ...] = ()
    if before is not None:
        refused = before.label.refused
        barred = refused if isinstance(before, Sent) else (*refused, before.given)
    ledger = case.dvr.ledger.use(dict.fromkeys(_borne_elsewhere(site)))
    given, number = names.pick(case.sync, case.traits, name, owner, ledger, barred)
    if before is None:
        return Naming(job, site.source.unique_id, number, Label(given, stand_in))
    label = replace(before.label, given=given, stand_in=stand_in, accepted=False)
    if isinstance(before, Sent):
        return replace(before.also_called(before.given), label=label)
    return replace(before, label=label)


def learn(
    memory: ChannelMemory, dvr: DvrMemory, result: Result, traits: Traits
) -> tuple[ChannelMemory, DvrMemory]:
    """Take in how a channel's command ended: what it says of the attempt, of the take and of its name."""
    learnt, ledger = _learn(memory, dvr.ledger, result, traits)
    known = dvr if ledger is dvr.ledger else replace(dvr, ledger=ledger)
    if result.action.channel is None:
        return learnt, known
    return learnt, reserve(known, result.action.channel, memory.take, learnt.take, traits)


def _learn(
    memory: ChannelMemory, ledger: Ledger, result: Result, traits: Traits
) -> tuple[ChannelMemory, Ledger]:
    attempt, take = memory.attempt, memory.take
    if attempt is None or attempt.ended is not None or attempt.verb is not result.action.verb:
        return memory, ledger
    attempt = commands.learn(attempt, result, traits)
    memory = replace(memory, attempt=attempt)
    if take is None or isinstance(take, Running) or attempt.goal is not Verb.RECORD:
        return memory, ledger
    if (take.given, take.source) != (result.action.name, result.action.source):
        return memory, ledger
    if attempt.verb is Verb.RECORD:
        return _learn_record(memory, ledger, take, result, traits)
    if result.outcome is Outcome.DONE:
        ledger = ledger.bar(map(traits.fold, take.label.refused))
        label = replace(take.label, accepted=True, refused=(), failures=0, nameless="")
        return replace(memory, take=replace(take, label=label)), ledger
    return replace(memory, take=replace(take, label=_unnamed(take.label, result, traits))), ledger


def _learn_record(
    memory: ChannelMemory, ledger: Ledger, take: Naming | Sent, result: Result, traits: Traits
) -> tuple[ChannelMemory, Ledger]:
    if result.outcome is not Outcome.REFUSED:
        return memory, ledger
    label = replace(take.label, failures=0, nameless="")
    if traits.is_duplicate(result.error):
        ledger = ledger.bar([traits.fold(take.given)])
        label = replace(label, refused=(*label.refused, take.given))
    if isinstance(take, Sent):
        nothing_begun = Naming(take.job, take.source, take.number, label, take.latency)
        take = nothing_begun if take.before is None else take.before
    return replace(memory, take=replace(take, label=label)), ledger


def _unnamed(label: Label, result: Result, traits: Traits) -> Label:
    """A name refused twice, or as a duplicate, is followed by another. When that fails too, names are not
    the matter: the first one stays what we ask for, and the take begins without."""
    label = replace(label, failures=label.failures + 1)
    is_refused = result.outcome is Outcome.REFUSED
    is_vain = is_refused and (label.failures > 1 or traits.is_duplicate(result.error))
    refused = (*label.refused, label.given) if is_vain else label.refused
    if label.failures < _TRIES_TO_NAME[result.outcome]:
        return replace(label, refused=refused)
    first = refused[0] if refused else label.given
    return replace(label, given=first, refused=(), nameless=result.error or "no reason given")


def disown(dvr: DvrMemory, others: Container[str], ended: Set[Job]) -> DvrMemory:
    """The names of jobs that are over, of none of the primaries `others`, are nobody's from now on."""
    ledger = dvr.ledger.disown(others, ended)
    return dvr if ledger is dvr.ledger else replace(dvr, ledger=ledger)


def reserve(
    dvr: DvrMemory,
    channel: ChannelKey,
    before: Take | None,
    after: Take | None,
    traits: Traits,
    theirs: Theirs | None = None,
) -> DvrMemory:
    """A name is in use from the moment it is asked for, and so is the one that a take has got instead; that
    of a take that never was is free again, unless `theirs`, which runs in its place, has got it."""
    if before is after and not isinstance(after, Naming):
        return dvr
    used: dict[str, Owner | None] = {}
    if after is not None:
        shown = after.name if isinstance(after, Running) else after.given
        used = {traits.fold(shown): None, traits.fold(after.given): Owner.of(channel, after.job)}
    freed = ""
    if isinstance(before, Naming):
        given = traits.fold(before.given)
        if given not in used and dvr.ledger.owner(given) == Owner.of(channel, before.job):
            freed = given
    if freed and theirs is not None and theirs.name is not None and traits.fold(theirs.name) == freed:
        return replace(dvr, ledger=dvr.ledger.bar([freed]))
    ledger = dvr.ledger.use(used, freed=freed)
    return dvr if ledger is dvr.ledger else replace(dvr, ledger=ledger)
