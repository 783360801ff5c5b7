"""The rows that the book's tables hold, one by one: pure. Times are Unix milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vrmon.catalog import Code, Severity
from vrmon.history.rows import Row, Value
from vrmon.model import Action, Outcome, Problem, ProblemKey, Result
from vrmon.plan.coverage.channel import Show, TakeSpan
from vrmon.plan.coverage.looks import Between
from vrmon.settings import Channel, ChannelKey
from vrmon.views.events import Event

_CAUSE, _OF = "cause", "cause_subject"

Unix = Callable[[float], int]


@dataclass(frozen=True)
class Order:
    """What a person has asked of vrmon; `error`: why it was refused, "" where it was done."""

    verb: str
    channel: str
    by: str
    reason: str = ""
    error: str = ""


def job(session: int, channel: Channel, show: Show, unix: Unix, *, is_final: bool) -> Row:
    account = show.account
    ended = account.ended if is_final or account.is_over else None
    is_left = is_final and ended is None and not account.is_over  # its channel is none any more
    if ended is None and is_final:  # nobody saw it end
        last = account.job.last
        ended = Between(account.until if last is None else min(last.began, account.until), account.until)
    covered_least, covered_most = account.coverage
    began = account.began
    values: dict[str, Value] = {
        **_of_job(channel.key, show),
        "channel": channel.name,
        "source": str(channel.source),
        "basename": show.basename,
        "began_earliest": unix(began.earliest),
        "began_latest": unix(began.latest),
        "ended_earliest": None if ended is None else unix(ended.earliest),
        "ended_latest": None if ended is None else unix(ended.latest),
        "was_running": int(account.was_running),
        "left_running": int(is_left),
        "final": int(is_final),
        "least": round(account.least, 3),
        "most": round(account.most, 3),
        "covered_least": round(covered_least, 6),
        "covered_most": round(covered_most, 6),
        "explained": round(account.explained, 3),
        "gaps": len(account.gaps),
        "takes": json.dumps([take.stamp for take in show.takes]),
        "until": unix(account.until),
        "session": session,
    }
    return Row("jobs", values)


def gaps(session: int, key: ChannelKey, show: Show, unix: Unix, *, is_final: bool) -> Iterator[Row]:
    for place, gap in enumerate(show.account.gaps):
        goes_on = gap.goes_on and not is_final
        values: dict[str, Value] = {
            **_of_job(key, show),
            "place": place,
            "began": unix(gap.began),
            "ended": None if goes_on else unix(gap.ended),
            "least": round(gap.least, 3),
            "most": round(gap.most, 3),
            "cause": gap.cause,
        }
        yield Row("gaps", values, session)


def take(session: int, channel: Channel, span: TakeSpan, unix: Unix) -> Row:
    ended = span.ended
    values: dict[str, Value] = {
        "key": str(channel.key),
        "stamp": span.stamp,
        "channel": channel.name,
        "dvr": channel.dvr,
        "source": span.source,
        "ingest": span.job.ingest,
        "job": span.job.id,
        "number": span.number,
        "names": json.dumps(span.files),
        "began_earliest": unix(span.began.earliest),
        "began_latest": unix(span.began.latest),
        "ended_earliest": None if ended is None else unix(ended.earliest),
        "ended_latest": None if ended is None else unix(ended.latest),
        "end_cause": span.end_cause,
        "session": session,
    }
    return Row("takes", values)


def problem(session: int, told: Problem, began: int, before: Row | None) -> Row:
    """`before`: the row that it had; its beginning stays, and so does how bad it was at its worst."""
    worst = told.severity
    if before is not None:
        began = int(before.values["began"] or began)
        worst = min(worst, Severity(str(before.values["severity"])), key=lambda one: one.rank)
    values: dict[str, Value] = {
        "code": told.code.value,
        "subject": told.subject,
        "began": began,
        "ended": None,
        "severity": worst.value,
        "message": told.message,
        "cause": "" if told.cause is None else json.dumps(list(told.cause)),
        "facts": json.dumps({name: fact for name, fact in told.facts.items() if fact != ""}),
        "session": session,
    }
    return Row("problems", values)


def command(session: int, number: int, moment: int, channel: str, action: Action) -> Row:
    values: dict[str, Value] = {
        "session": session,
        "number": number,
        "time": moment,
        "channel": channel,
        "device": action.device,
        "verb": action.verb.value,
        "source": action.source,
        "take": action.name,
        "job": "" if action.job is None else action.job.id,
        "reason": action.reason,
        "by": "",
        "answered": None,
        "outcome": "",
        "error": "",
    }
    return Row("commands", values)


def answered(sent: Row, result: Result, unix: Unix) -> Row:
    """The row of a command, with what came of it."""
    answer: dict[str, Value] = {
        "answered": unix(result.ended),
        "outcome": result.outcome.value,
        "error": result.error,
    }
    return Row(sent.table, {**sent.values, **answer})


def asked(session: int, number: int, moment: int, order: Order) -> Row:
    values: dict[str, Value] = {
        "session": session,
        "number": number,
        "time": moment,
        "channel": order.channel,
        "device": "",
        "verb": order.verb,
        "source": "",
        "take": "",
        "job": "",
        "reason": order.reason,
        "by": order.by,
        "answered": moment,
        "outcome": (Outcome.REFUSED if order.error else Outcome.DONE).value,
        "error": order.error,
    }
    return Row("commands", values)


def event(session: int, number: int, moment: int, happened: Event) -> Row:
    """The problem that it follows from stands among its fields."""
    fields = {name: text for name, text in happened.fields.items() if text}
    if happened.cause is not None:
        fields |= {_CAUSE: happened.cause.code.value, _OF: str(happened.cause.has)}
    values: dict[str, Value] = {
        "session": session,
        "number": number,
        "time": moment,
        "code": happened.code.value,
        "severity": happened.severity.value,
        "subject": happened.subject,
        "message": happened.message,
        "fields": json.dumps(fields),
    }
    return Row("events", values)


def happened(code: str, severity: str, subject: str, message: str, fields: str) -> Event:
    """The event that such a row was made of. ValueError where a later vrmon has made it."""
    known = {str(name): str(text) for name, text in json.loads(fields).items()}
    cause, of = known.pop(_CAUSE, ""), known.pop(_OF, "")
    key = ProblemKey(Code(cause), of) if cause else None
    return Event(Code(code), Severity(severity), subject, message, known, key)


def _of_job(key: ChannelKey, show: Show) -> dict[str, Value]:
    return {"key": str(key), "ingest": show.job.ingest, "job": show.job.id, "stamp": show.stamp}
