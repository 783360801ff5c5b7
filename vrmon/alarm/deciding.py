"""What people are to be told of a status document, or of its absence: pure.

It goes by what is so now, not by what has changed: whatever was missed meanwhile, each call makes up for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from vrmon.alarm.condition import Cause, Condition, Trouble, read
from vrmon.alarm.grouping import Groups, grouped
from vrmon.alarm.hours import WEEK, appointment, is_quiet
from vrmon.alarm.incident import GAP, SETTLED, Incident, shown
from vrmon.alarm.message import Line, Message, Occasion
from vrmon.alarm.recollection import Recollection
from vrmon.alarm.silence import Silence
from vrmon.catalog import ROWS, Code, Severity
from vrmon.settings import Alarm

SUBJECT = "vrmon"
SILENCE = Cause(Code.VRMOND_SILENT, SUBJECT)

Decision = tuple[Incident | None, tuple[Message, ...]]


def plan(
    document: object, memory: Recollection, settings: Alarm, now: float, local: datetime
) -> tuple[Recollection, tuple[Message, ...]]:
    """What is known from now on, and what is to be told.

    `document`: None where vrmond did not answer, which says nothing of any problem. `now`: seconds by a clock
    that is never set; `local`: the time of day at the site.
    """
    condition = read(document)
    quiet = is_quiet(settings.quiet, local)
    incidents: dict[Cause, Incident] = {}
    messages: list[Message] = []
    silence = memory.silence.missed(now) if condition is None else memory.silence.answered(now)
    groups = _groups(condition, memory.incidents, silence, settings, now)
    for cause in sorted({*memory.incidents, *groups}):
        incident = memory.incidents.get(cause)
        said: tuple[Message, ...] = ()
        if cause in groups:
            channels = frozenset() if condition is None else condition.channels
            incident = shown(incident, cause, groups[cause], channels, now)
            incident, said = _tell(incident, settings, now, quiet=quiet)
        elif incident is not None and condition is None:
            if memory.silence.unsettled(incident.gone_since):
                incident = replace(incident, gone_since=None)
        elif incident is not None and condition is not None:
            if incident.told is not None and condition.leaves_in_doubt(cause, incident.told):
                incident = replace(incident, gone_since=None)
            else:
                incident, said = _away(incident, now, quiet=quiet)
        if incident is not None:
            incidents[cause] = incident
        messages += said
    greeted = _greeted(memory.greeted, settings, local)
    if memory.greeted and greeted > memory.greeted:
        messages.append(_hello(incidents, now))
    # People are told by the clock as it stands now: it may have been set since `now` was first counted.
    ahead = local.timestamp() - now
    told = tuple(replace(one, since=one.since + ahead) for one in messages)
    return replace(memory, incidents=incidents, silence=silence, greeted=greeted), told


def _groups(
    condition: Condition | None,
    known: Mapping[Cause, Incident],
    silence: Silence,
    settings: Alarm,
    now: float,
) -> Groups:
    if condition is not None:
        return grouped(condition, known, now)
    lasted = silence.lasted(now)
    if lasted < settings.silent_after:
        return {}
    row = ROWS[Code.VRMOND_SILENT]
    facts = {"subject": SUBJECT}
    trouble = Trouble(
        SILENCE, None, Severity.CRITICAL, row.message(facts), row.hint(facts), lasted, is_known=False
    )
    return {SILENCE: (trouble,)}


def _tell(incident: Incident, settings: Alarm, now: float, *, quiet: bool) -> Decision:
    """What is to be told of a cause that lasts."""
    level = incident.counts(settings, now)
    if level is None or incident.is_known(level) or (quiet and level is not Severity.CRITICAL):
        return incident, ()
    if incident.told is None or level.rank < incident.told.rank:
        critical_told = now if level is Severity.CRITICAL else None
        told = replace(incident, told=level, told_at=now, critical_told=critical_told)
        return told, (told.telling(Occasion.RAISED, now),)
    if level is Severity.CRITICAL:
        if incident.has_returned():
            again = replace(incident, told_at=now, critical_told=now, eased_since=None)
            return again, (again.telling(Occasion.REPEATED, now),)
        incident = replace(incident, eased_since=None)
    said: list[Message] = []
    overdue = incident.critical_told is not None and now - incident.critical_told >= settings.escalate_after
    if overdue and settings.escalate_after and not incident.escalated and level is Severity.CRITICAL:
        incident = replace(incident, escalated=True)
        said.append(incident.telling(Occasion.ESCALATED, now, Line.SECOND))
    pause = settings.repeat.critical if level is Severity.CRITICAL else settings.repeat.degraded
    if pause and now - incident.told_at >= pause:
        incident = replace(incident, told_at=now)
        line = Line.FIRST if said else None
        said.append(replace(incident.telling(Occasion.REPEATED, now, line), severity=level))
    return incident, tuple(said)


def _away(incident: Incident, now: float, *, quiet: bool) -> Decision:
    """What is to be told of a cause that a good document no longer shows."""
    if incident.gone_since is None:
        incident = replace(incident, gone_since=now)
    gone_since = now if incident.gone_since is None else incident.gone_since
    away = now - gone_since
    if incident.told is None:
        return (None if away >= GAP else incident), ()
    if away < SETTLED or (quiet and incident.told is not Severity.CRITICAL):
        return incident, ()
    over = incident.telling(Occasion.ENDED, gone_since)
    return None, (over,)


def _greeted(before: str, settings: Alarm, local: datetime) -> str:
    """The last appointment that has come: a clock that is set back over it does not make it come again."""
    if settings.hello is None:
        return before
    is_clear = before <= appointment(settings.hello, local + WEEK)  # or it was told by a wrong clock
    last = appointment(settings.hello, local)
    return max(before, last) if is_clear else last


def _hello(incidents: Mapping[Cause, Incident], now: float) -> Message:
    told = [one for one in incidents.values() if one.told is not None]
    worst = min(told, key=lambda one: (one.severity.rank, one.since), default=None)
    state = "All is well."
    if worst is not None:
        more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
        state = f"There is a problem: {worst.cause.subject}: {worst.message}{more}"
    text = f"Alarms work: this is the weekly message that says so. {state}"
    return Message(Occasion.HELLO, "", Severity.INFO, "", text, since=now)
