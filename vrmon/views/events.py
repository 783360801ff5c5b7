"""What happened between two plans, for the log and for people: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from vrmon.catalog import NO_ANSWER, ROWS, Code, Severity, Situation
from vrmon.model import Job, Problem, ProblemKey
from vrmon.plan import Plan, Verdict, heirs
from vrmon.plan.drill import Drill, DrillResult
from vrmon.plan.memory import NEW_CHANNEL, ChannelMemory, Memory, Running, Sent, is_of_before
from vrmon.plan.problems import shown_by
from vrmon.settings import Channel
from vrmon.text import span
from vrmon.views.scene import SILENT

_NEVER_OVER = (Code.ON_HOLD, Code.TAKE_DIED, Code.BACKUP_INCOMPLETE)
"""A hold has events of its own; what is missing of a recording stays so when its job is over."""

_CALLED = ("recorder", "place")  # which the journal's explanation of a problem speaks of


@dataclass(frozen=True)
class Event:
    """`message` is for people; `fields` go to the journal beside it. `cause`: the problem that the one which
    began or ended follows from."""

    code: Code
    severity: Severity
    subject: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    cause: ProblemKey | None = None

    @classmethod
    def of(cls, code: Code, subject: str, fields: Mapping[str, str], /, **facts: object) -> Event:
        """As the row of its code says it."""
        row = ROWS[code]
        return cls(code, row.severity_in(Situation.USUAL), subject, row.message(facts), fields)


def between(before: Memory, known: Iterable[Problem], after: Plan, now: float) -> list[Event]:
    """The events that led from `before`, with the problems `known` then, to a plan: in the order in which
    people would tell them. A problem that has got worse, or concerns the next job, is told again. A hold has
    events of its own: as a problem it is told only when a job goes without its backup."""
    found: list[Event] = []
    before = heirs.handed_on(before, after.renamed, now) if after.renamed else before
    for channel, verdict in after.decided:
        if channel.key in after.steady:
            continue
        was = before.channels.get(channel.key, NEW_CHANNEL)
        found += _of_channel(channel, was, verdict.memory, after)
    if known is not after.problems:
        found += _of_problems(before, known, after, now)
    if before.inherited and not after.memory.inherited:
        found += _never_found_again(before, after, now)
    return [*found, *_of_acknowledged(before, after, now)]


def _of_problems(before: Memory, known: Iterable[Problem], after: Plan, now: float) -> Iterator[Event]:
    about = {channel.name: _about(channel, verdict.memory) for channel, verdict in after.decided}
    old = {after.renamed.problem(one.key): one for one in known}
    new = {one.key: one for one in after.problems}
    for key, problem in new.items():
        told = before.problems.get(key), before.inherited.get(key)
        is_news = not any(one.covers(problem) for one in told if one is not None)
        if is_news and (problem.code is not Code.ON_HOLD or problem.severity is not Severity.INFO):
            yield begun(problem.at(now), about.get(problem.subject))
    silent = {one.subject for one in new.values() if one.code in SILENT}
    still = {key for channel, verdict in after.decided for key in _shown_by(channel, verdict)}
    for key, problem in old.items():
        if key not in new and key not in still and problem.code not in _NEVER_OVER:
            there = before.problems.get(key) or before.inherited.get(key)
            lasted = 0.0 if there is None else now - there.since
            is_back = problem.subject not in silent
            yield ended(problem.at(now), lasted, about.get(problem.subject), is_back=is_back)


def _never_found_again(before: Memory, after: Plan, now: float) -> Iterator[Event]:
    """Of what the vrmon before this one knew, that which is over: it has had the time to be found again, and
    nothing keeps anybody from seeing it."""
    silent = {one.subject for one in after.problems if one.code in SILENT}
    shown = {key for channel, verdict in after.verdicts for key in _shown_by(channel, verdict)}
    still = shown.union(one.key for one in after.problems)
    called = {channel.key: channel.name for channel, _ in after.verdicts}
    for key, one in before.inherited.items():
        if key.code in _NEVER_OVER or key in still:
            continue
        if isinstance(key.has, str):
            name, sees = key.has, {key.has}
        else:
            name, sees = called.get(key.has, ""), {key.has.primary, key.has.dvr}
        if name and not sees & silent:
            facts = {"began": span(now - one.since), "title": ROWS[key.code].title}
            yield Event.of(Code.PROBLEM_ENDED, name, {"problem": key.code.value}, **facts)


def _shown_by(channel: Channel, verdict: Verdict) -> Iterator[ProblemKey]:
    """What its source still shows, although it is no trouble now: a lock on air, anything during a hold."""
    for code in () if verdict.source is None else shown_by(verdict.source):
        yield ProblemKey(code, channel.key)


def _of_acknowledged(before: Memory, after: Plan, now: float) -> Iterator[Event]:
    """What a person has come to know, and what goes on without anybody's knowing."""
    old, new = before.acknowledged, after.memory.acknowledged
    for key, one in new.items() if new is not old else ():
        known = old.get(key)
        if known is None or known.since != one.since:
            facts = {"by": one.by, "left": span(one.until - now), "note": one.note}
            fields = {"problem": key.code.value, "by": one.by}
            yield Event.of(Code.ACKNOWLEDGED, _name(key, after), fields, problem=key.code.value, **facts)
    still = {*after.memory.problems, *after.own} if old else ()
    for key in old:
        if key not in new and key in still:
            fields = {"problem": key.code.value}
            yield Event.of(Code.ACKNOWLEDGEMENT_OVER, _name(key, after), fields, problem=key.code.value)


def _name(key: ProblemKey, after: Plan) -> str:
    """What people call that which has the problem."""
    names = (channel.name for channel, _ in after.verdicts if channel.key == key.has)
    return next(names, str(key.has))


def _about(channel: Channel, memory: ChannelMemory) -> dict[str, str]:
    """What a channel's event is about, for the journal."""
    job = "" if memory.job is None else memory.job.id
    take = memory.take.given if memory.take is not None else memory.losses.name if memory.losses else ""
    if memory.running is not None:
        take = memory.running.name
    return {"device": channel.dvr, "job": job, "take": take}


def begun(problem: Problem, about: dict[str, str] | None = None) -> Event:
    text = f"{problem.message} {problem.hint}".rstrip()
    called = {key: str(problem.facts[key]) for key in _CALLED if key in problem.facts}
    fields = {**(about or {}), **called}
    return Event(problem.code, problem.severity, problem.subject, text, fields, problem.cause)


def ended(
    problem: Problem, seconds: float, about: dict[str, str] | None = None, *, is_back: bool = True
) -> Event:
    """`is_back`: nothing else keeps a device from answering as it should."""
    code = Code.DEVICE_BACK if is_back and problem.code in NO_ANSWER else Code.PROBLEM_ENDED
    fields = {"problem": problem.code.value, **(about or {})}
    event = Event.of(code, problem.subject, fields, lasted=span(seconds), message=problem.message)
    return replace(event, cause=problem.cause)


def _of_channel(channel: Channel, was: ChannelMemory, memory: ChannelMemory, after: Plan) -> Iterator[Event]:
    def event(code: Code, job: Job, take: str = "", **facts: object) -> Event:
        fields = {"device": channel.dvr, "job": job.id, "take": take}
        return Event.of(code, channel.name, fields, **facts)

    old, new = _seen(was), _seen(memory)
    if memory.drill is not None and memory.drill != was.drill:
        yield from _of_drill(channel, was.drill, memory.drill)
    if memory.hold != was.hold:
        yield _hold(channel, memory)
    if old is not None and not _same(old, new):
        lasted = span((old.confirmed or old.started) - old.started)
        yield event(Code.TAKE_ENDED, old.job, old.name, name=old.name, lasted=lasted)
    if memory.job != was.job and was.job is not None and not was.job.is_drill:
        yield event(Code.JOB_ENDED, was.job, name=was.job.id)
    if memory.job != was.job and memory.job is not None and not memory.job.is_drill:
        tracked = after.memory.primaries[channel.primary].jobs.get(memory.job)
        name = tracked.basename if tracked is not None and tracked.basename else memory.job.id
        yield event(Code.JOB_BEGAN, memory.job, name=name)
    if new is not None and not _same(new, old):
        code = Code.TAKE_ADOPTED if _is_found(was) else Code.TAKE_STARTED
        yield event(code, new.job, new.name, name=new.name, clue=new.known_by)
    elif new is not None and old is not None and new.files[: len(old.files)] == old.files != new.files:
        yield event(Code.TAKE_WENT_ON, new.job, new.name, name=new.name, files=len(new.files))


def _of_drill(channel: Channel, was: Drill | None, drill: Drill) -> Iterator[Event]:
    is_new = was is None or was.when != drill.when
    fields = {"device": channel.dvr, "take": drill.name, "by": drill.by}
    lasting = span(drill.seconds)
    if is_new and drill.result is not DrillResult.REFUSED:
        yield Event.of(Code.DRILL_BEGUN, channel.name, fields, lasting=lasting, by=drill.by)
    if drill.is_running or (not is_new and was is not None and was.result is drill.result):
        return
    told: dict[str, str] = {
        DrillResult.OK: {"name": drill.name, "lasting": lasting},
        DrillResult.FAILED: {"failed": drill.why},
    }.get(drill.result, {"refused": drill.why})
    yield Event.of(Code.DRILL_ENDED, channel.name, fields, **told)


def _seen(memory: ChannelMemory) -> Running | None:
    """The take, if it was seen recording by this process."""
    take = memory.running
    return take if take is not None and take.seen is not None else None


def _is_found(was: ChannelMemory) -> bool:
    """Whether a take that is seen now was begun by somebody else, or by the vrmon before this one."""
    return not isinstance(was.take, Sent | Running) or is_of_before(was.take)


def _same(one: Running | None, other: Running | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.job, one.source, one.number) == (other.job, other.source, other.number)


def _hold(channel: Channel, memory: ChannelMemory) -> Event:
    hold = memory.hold
    if hold is None:
        return Event.of(Code.HOLD_ENDED, channel.name, {})
    fields = {"by": hold.by, "why": hold.reason}
    return Event.of(Code.HOLD_BEGUN, channel.name, fields, by=hold.by or "somebody", why=hold.reason)
