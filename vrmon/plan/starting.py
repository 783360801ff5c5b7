"""Starting a take: a name for the source, then the record command.

A take is worth more than its name: a source that refuses every name is recorded under the one it has.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from vrmon.model import Job, Outcome, Result, Verb
from vrmon.plan import commands, names
from vrmon.plan.commands import Site, Step
from vrmon.plan.memory import ChannelMemory, DvrMemory, Take, TrackedJob
from vrmon.settings import Channel
from vrmon.traits import Traits

_TRIES_TO_NAME = {Outcome.REFUSED: 3, Outcome.LOST: 2}
_NAMES_KEPT = 1000
_ALIASES_KEPT = 4


def wanted_name(site: Site, tracked: TrackedJob) -> tuple[str, bool] | None:
    """The name of the job's first take and whether it is a stand-in; None while it is worth waiting."""
    waiting = site.now - tracked.known < site.sync.name_wait
    if tracked.basename is None and waiting and names.waits(site.sync):
        return None
    began = tracked.since + site.epoch
    return names.base(site.sync, site.traits, site.channel.name, tracked.job.id, tracked.basename, began)


def pause_until(memory: ChannelMemory) -> float:
    """When a take that died may be followed by another: at once the first time, then with growing pauses."""
    if memory.died is None or memory.deaths < 2:
        return 0.0
    return memory.died + commands.growing(memory.deaths - 2)


def ready(site: Site, memory: ChannelMemory) -> bool:
    """Whether the next step of a start is due, a look apart."""
    return commands.due(memory.attempt, Verb.RECORD, site) and site.now >= pause_until(memory)


def wants_look(site: Site, memory: ChannelMemory) -> bool:
    """Whether the next step of a start needs a fresh look first."""
    half_done = memory.take is not None and memory.take.named
    return not half_done and not site.fresh


def start(site: Site, memory: ChannelMemory, tracked: TrackedJob, why: str) -> Step:
    """Name the source where it wants that first, then record."""
    if not ready(site, memory) or wants_look(site, memory):
        return memory, None
    before = memory.take if memory.take is not None and memory.take.job == tracked.job else None
    take = before if before is not None and _is_well_named(site, before, tracked) else None
    if take is None:
        take = _named_take(site, before, tracked)
        if take is None:
            return memory, None
        memory = replace(memory, take=take, attempt=None if before is None else memory.attempt)
    take = replace(take, instead=site.source.recording_name or "")
    if site.traits.names_apart and not take.named and not take.nameless:
        return commands.send(site, replace(memory, take=take), Verb.SET_NAME, why)
    latency = site.now - tracked.since if take.latency is None and take.number == 1 else take.latency
    sent = replace(take, sent=site.now, latency=latency, named=False)
    return commands.send(site, replace(memory, take=sent), Verb.RECORD, why)


def _is_well_named(site: Site, take: Take, tracked: TrackedJob) -> bool:
    """Whether the take need not get another name before it begins."""
    wanted = wanted_name(site, tracked)
    better = take.stand_in and wanted is not None and not wanted[1] and not take.under_way
    return not better and take.given not in take.refused


def _named_take(site: Site, before: Take | None, tracked: TrackedJob) -> Take | None:
    """The job's next take, or, `before`, the one that is being started, under another name."""
    wanted = wanted_name(site, tracked)
    if wanted is None:
        return None
    name, stand_in = wanted
    barred: tuple[str, ...] = ()
    if before is not None:
        barred = before.refused if before.under_way else (*before.refused, before.given)
    owner = commands.owner(site.channel.key, tracked.job)
    given, number = names.pick(site.sync, site.traits, name, owner, site.dvr.names, barred)
    if before is None:
        return Take(tracked.job, site.source.unique_id, given, given, number, stand_in)
    may_stand = before.under_way or before.given not in before.refused
    aliases = (*before.aliases, *([before.given] if may_stand else []))[-_ALIASES_KEPT:]
    return replace(before, given=given, name=given, stand_in=stand_in, named=False, aliases=aliases)


def learn(
    memory: ChannelMemory, dvr: DvrMemory, traits: Traits, result: Result
) -> tuple[ChannelMemory, DvrMemory]:
    """Take in how a channel's command ended: what it says of the attempt, of the take and of its name."""
    learnt, dvr = _learn(memory, dvr, traits, result)
    return learnt, reserve(dvr, traits, result.action.channel, memory.take, learnt.take)


def _learn(
    memory: ChannelMemory, dvr: DvrMemory, traits: Traits, result: Result
) -> tuple[ChannelMemory, DvrMemory]:
    attempt, take = memory.attempt, memory.take
    if attempt is None or attempt.ended is not None or attempt.verb is not result.action.verb:
        return memory, dvr
    attempt = commands.learn(attempt, traits, result)
    memory = replace(memory, attempt=attempt)
    if take is None or take.started is not None or attempt.goal is not Verb.RECORD:
        return memory, dvr
    if take.given != result.action.name:
        return memory, dvr
    if attempt.verb is Verb.RECORD:
        return _learn_record(memory, dvr, traits, take, result)
    if result.outcome is Outcome.DONE:
        barred = _barred(dvr, traits, take.refused)
        return replace(memory, take=replace(take, named=True, refused=(), unnamed=0)), barred
    return replace(memory, take=_unnamed(take, traits, result)), dvr


def _learn_record(
    memory: ChannelMemory, dvr: DvrMemory, traits: Traits, take: Take, result: Result
) -> tuple[ChannelMemory, DvrMemory]:
    if result.outcome is not Outcome.REFUSED:
        return memory, dvr
    take = replace(take, unnamed=0, nameless="")
    if traits.is_duplicate(result.error):
        dvr = _barred(dvr, traits, (take.given,))
        take = replace(take, refused=(*take.refused, take.given))
    if memory.attempt is not None and memory.attempt.refusals == memory.attempt.tries:
        take = replace(take, sent=None, aliases=())  # nothing was ever begun
    return replace(memory, take=take), dvr


def _unnamed(take: Take, traits: Traits, result: Result) -> Take:
    """A name refused twice, or as a duplicate, is followed by another. When that fails too, names are not
    the matter: the first one stays what we ask for, and the take begins without."""
    take = replace(take, unnamed=take.unnamed + 1)
    is_refused = result.outcome is Outcome.REFUSED
    is_vain = is_refused and (take.unnamed > 1 or traits.is_duplicate(result.error))
    refused = (*take.refused, take.given) if is_vain else take.refused
    if take.unnamed < _TRIES_TO_NAME[result.outcome]:
        return replace(take, refused=refused)
    first = refused[0] if refused else take.given
    return replace(take, given=first, name=first, refused=(), nameless=result.error or "no reason given")


def _barred(dvr: DvrMemory, traits: Traits, given: tuple[str, ...]) -> DvrMemory:
    """The DVR has something else under these names."""
    return replace(dvr, names={**dvr.names, **{traits.fold(name): "" for name in given}}) if given else dvr


def disown(dvr: DvrMemory, channel: Channel, ended: Set[Job]) -> DvrMemory:
    """The names of jobs that are over stay used, by nobody: their ids may come back as those of others."""
    owners = {commands.owner(channel.key, job) for job in ended if job.ingest == channel.ingest}
    if not owners or owners.isdisjoint(dvr.names.values()):  # the names are many, and this is every round
        return dvr
    names_left = {name: "" if owner in owners else owner for name, owner in dvr.names.items()}
    return replace(dvr, names=names_left)


def reserve(
    dvr: DvrMemory, traits: Traits, channel: str, before: Take | None, after: Take | None
) -> DvrMemory:
    """A name is in use from the moment it is asked for, and so is the one that a take has got instead;
    that of a take that never was is free again. `channel`: its key. The oldest are forgotten."""
    if before is after and (after is None or after.under_way):
        return dvr
    used: dict[str, str] = {}
    if after is not None:
        used = {traits.fold(after.name): "", traits.fold(after.given): commands.owner(channel, after.job)}
    freed = ""
    if before is not None and not before.under_way:
        given = traits.fold(before.given)
        if given not in used and dvr.names.get(given) == commands.owner(channel, before.job):
            freed = given
    new = {name: owner for name, owner in used.items() if name not in dvr.names}
    if not new and not freed:
        return dvr
    kept = [(name, owner) for name, owner in dvr.names.items() if name != freed]
    return replace(dvr, names=dict([*kept, *new.items()][-_NAMES_KEPT:]))
