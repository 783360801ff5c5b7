"""Commands, each repeated with pauses until a look shows it or nobody wants it any more (promise 5)."""

from __future__ import annotations

from vrmon.model import Action, Expected, Outcome, Result, Verb
from vrmon.plan.case import Site
from vrmon.plan.memory import FLIGHT, Attempt, ChannelMemory, Running
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.traits import Traits

_AGAIN = 1.0  # seconds after a name whose answer was lost
LONGEST_PAUSE = 15.0

Step = tuple[ChannelMemory, "Action | None"]


def is_flying(attempt: Attempt, moment: Moment) -> bool:
    """Whether its result may yet come."""
    return attempt.ended is None and not moment.passed(attempt.sent, FLIGHT)


def is_due(memory: ChannelMemory, goal: Verb, site: Site) -> bool:
    """Whether the next command towards `goal` may go out now."""
    return _is_its_turn(memory.attempt, goal, site) and is_allowed(memory, goal, site)


def _is_its_turn(attempt: Attempt | None, goal: Verb, site: Site) -> bool:
    if attempt is None:
        return True
    if is_flying(attempt, site.moment):
        return False
    if attempt.goal is not goal:
        return True
    return (site.moment.reached(attempt.due) or _is_free(attempt, site)) and not attempt.must_look(site.began)


def _is_free(attempt: Attempt, site: Site) -> bool:
    """Whether the recorder has refused while something was in the way that a look since shows gone."""
    if attempt.outcome is not Outcome.REFUSED or attempt.ended is None or site.began <= attempt.ended:
        return False
    return bool(attempt.hindered - site.source.hindrances)


def note(site: Site, memory: ChannelMemory) -> ChannelMemory:
    """Keep in view what a look shows that may be why the recorder refuses."""
    attempt = memory.attempt
    if attempt is None or attempt.outcome is not Outcome.REFUSED:
        return memory
    hindered = attempt.hindered | site.source.hindrances
    if hindered == attempt.hindered:
        return memory
    return replace(memory, attempt=replace(attempt, hindered=hindered))


def is_allowed(memory: ChannelMemory, goal: Verb, site: Site) -> bool:
    """Whether it is for this host to send it."""
    rights = site.case.rights
    if rights is None:
        return True
    since = None if memory.idle_since is None else memory.idle_since[1]
    return rights.allows(goal, since, site.case.longest_poll, site.moment)


def send(site: Site, memory: ChannelMemory, verb: Verb, why: str) -> Step:
    """Send `verb` for the channel's take. Where looks are slow, it is carried out only if the source itself
    shows what the look has shown."""
    take, before, now = memory.take, memory.attempt, site.moment.now
    counts = int(verb is not Verb.SET_NAME)
    attempt = Attempt(verb, sent=now, since=now, tries=counts)
    if before is not None and before.goal is attempt.goal:
        attempt = replace(before, verb=verb, sent=now, tries=before.tries + counts, ended=None, outcome=None)
        if _is_free(before, site):
            attempt = replace(attempt, refusals=0, error="")
    source = site.source
    attempt = replace(attempt, hindered=source.hindrances)
    is_named = attempt.goal in (Verb.RECORD, Verb.RENAME)
    action = Action(
        verb,
        site.case.channel.dvr,
        why,
        channel=site.case.channel.key,
        source=source.unique_id if take is None else take.source,
        name="" if take is None else take.given if is_named or not isinstance(take, Running) else take.name,
        job=None if take is None else take.job,
        expected=Expected(source.is_recording, source.recording_name, source.start_date)
        if site.is_slow
        else None,
        until=None if site.case.rights is None else site.case.rights.until(site.moment),
    )
    is_flying(attempt, site.moment)  # so that the plan falls due when its lane is lost
    return replace(memory, attempt=attempt), action


def repeat(site: Site, memory: ChannelMemory, verb: Verb, why: str) -> Step:
    """Send `verb` for our take if it is due and the take was seen just now."""
    if memory.take is None or not is_due(memory, verb, site) or not site.is_fresh:
        return memory, None
    return send(site, memory, verb, why)


def learn(attempt: Attempt, result: Result, traits: Traits) -> Attempt:
    """Take in how a command ended. Whether it had its effect is for the next look to say."""
    learnt = replace(attempt, ended=result.ended, outcome=result.outcome)
    lost = result.outcome is Outcome.LOST
    if attempt.verb is Verb.SET_NAME:
        error = result.error if lost else attempt.error
        return replace(learnt, error=error, due=result.ended + (_AGAIN if lost else 0.0))
    learnt = replace(learnt, error=result.error)
    if lost:
        due = result.ended + growing(attempt.tries - 1)
        return replace(learnt, due=due, refusals=0, accepted=None)
    if result.outcome is Outcome.REFUSED:
        due = result.ended + growing(attempt.refusals)
        return replace(learnt, due=due, refusals=attempt.refusals + 1, accepted=None)
    grace = traits.start_grace if attempt.verb is Verb.RECORD else traits.stop_grace
    due = result.ended + max(grace, growing(attempt.tries - 1))
    accepted = result.ended if attempt.accepted is None else attempt.accepted
    return replace(learnt, due=due, refusals=0, accepted=accepted)


def growing(times: int) -> float:
    """1, 2, 4, 8, then 15 seconds."""
    return min(2.0 ** min(max(times, 0), 9), LONGEST_PAUSE)
