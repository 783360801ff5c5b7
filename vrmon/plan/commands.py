"""Commands, each repeated with pauses until a look shows it or nobody wants it any more (promise 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vrmon.model import Action, Job, Outcome, Result, Source, Verb
from vrmon.plan.memory import Attempt, ChannelMemory, DvrMemory
from vrmon.settings import Channel, Sync
from vrmon.traits import Traits

_AGAIN = 1.0  # seconds after a name whose answer was lost
LONGEST_PAUSE = 15.0
FRESH = 0.5  # seconds: a command wants a look younger than this, lest it hit somebody else's recording

Step = tuple[ChannelMemory, "Action | None"]


@dataclass(frozen=True)
class Site:
    """Where a command goes, as last seen: by a look that began at `began` and ended at `ended`.

    `epoch` plus a monotonic time is Unix time.
    """

    channel: Channel
    sync: Sync
    source: Source
    dvr: DvrMemory
    traits: Traits
    began: float
    ended: float
    now: float
    epoch: float

    @property
    def fresh(self) -> bool:
        return self.now - self.ended <= FRESH


def owner(channel: str, job: Job) -> str:
    """Whose a name is on a DVR: one job of one channel, which is given by its key."""
    return f"{channel}|{job.id}"


def due(attempt: Attempt | None, goal: Verb, site: Site) -> bool:
    """Whether the next command towards `goal` may go out now."""
    if attempt is None:
        return True
    if attempt.flying(site.now):
        return False
    return attempt.goal is not goal or (site.now >= attempt.due and not attempt.must_look(site.began))


def send(site: Site, memory: ChannelMemory, verb: Verb, why: str) -> Step:
    """Send `verb` for the channel's take."""
    take, before = memory.take, memory.attempt
    counts = int(verb is not Verb.SET_NAME)
    attempt = Attempt(verb, sent=site.now, since=site.now, tries=counts)
    if before is not None and before.goal is attempt.goal:
        tries = before.tries + counts
        attempt = replace(before, verb=verb, sent=site.now, tries=tries, ended=None, outcome=None)
    names_it = attempt.goal in (Verb.RECORD, Verb.RENAME)
    name = "" if take is None else take.given if names_it else take.name
    action = Action(
        verb,
        site.channel.dvr,
        why,
        channel=site.channel.key,
        source=site.source.unique_id if take is None else take.source,
        name=name,
        job=None if take is None else take.job,
    )
    return replace(memory, attempt=attempt), action


def repeat(site: Site, memory: ChannelMemory, verb: Verb, why: str) -> Step:
    """Send `verb` for our take if it is due and the take was seen just now."""
    if memory.take is None or not site.fresh or not due(memory.attempt, verb, site):
        return memory, None
    return send(site, memory, verb, why)


def learn(attempt: Attempt, traits: Traits, result: Result) -> Attempt:
    """Take in how a command ended. Whether it had its effect is for the next look to say."""
    learnt = replace(attempt, ended=result.ended, outcome=result.outcome)
    lost = result.outcome is Outcome.LOST
    if attempt.verb is Verb.SET_NAME:
        error = result.error if lost else attempt.error
        return replace(learnt, error=error, due=result.ended + (_AGAIN if lost else 0.0))
    learnt = replace(learnt, error=result.error)
    if lost:
        return replace(learnt, due=result.ended + growing(attempt.tries - 1), refusals=0)
    if result.outcome is Outcome.REFUSED:
        return replace(learnt, due=result.ended + growing(attempt.refusals), refusals=attempt.refusals + 1)
    grace = traits.start_grace if attempt.verb is Verb.RECORD else traits.stop_grace
    return replace(learnt, due=result.ended + max(grace, growing(attempt.tries - 1)), refusals=0)


def growing(times: int) -> float:
    """1, 2, 4, 8, then 15 seconds."""
    return min(2.0 ** min(max(times, 0), 9), LONGEST_PAUSE)
