"""What is saved of a channel's take, and of a recording that is somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vrmon.model import Outcome, Verb
from vrmon.plan.memory import ChannelMemory, Label, Naming, Running, Sent, Take, Theirs, Whose
from vrmon.state.written import Shift, named, named_job, text, text_or_none


def encoded(channel: ChannelMemory, take: Take, unix: Shift) -> dict[str, Any]:
    """`sent`: its record command may have gone out; `certain`: it has."""
    label = take.label
    running = take if isinstance(take, Running) else None
    sent = take if isinstance(take, Sent) else None
    return {
        "job": named(take.job),
        "source": take.source,
        "given": take.given,
        "name": take.given if running is None else running.name,
        "number": take.number,
        "stand_in": label.stand_in,
        "nameless": label.nameless,
        "aliases": [] if sent is None else list(sent.aliases),
        "instead": "" if sent is None else sent.standing,
        "sent": not isinstance(take, Naming) or _may_be_sent(channel),
        "certain": running is not None or (sent is not None and sent.is_certain),
        "glimpsed": sent is not None and sent.glimpsed,
        "overdue": sent is not None and sent.overdue,
        "started": None if running is None else unix(running.started),
        "borne": running is not None and running.borne,
        "start_date": None if running is None else running.date,
        "redated": None if running is None else unix(running.redated),
        "files": [] if running is None else list(running.files),
        "known_by": "" if running is None else running.known_by,
        "format": "" if running is None else running.format,
        "latency": None if take.latency is None else round(take.latency, 3),
    }


def of(take: Take | None) -> tuple[object, ...]:
    """What `encoded` is made of: all but when a recording was seen last."""
    if not isinstance(take, Running):
        return (take,)
    return tuple(value for name, value in vars(take).items() if name not in {"confirmed", "seen"})


def _may_be_sent(channel: ChannelMemory) -> bool:
    """Whether the record command of a take that is being named may go out before the next save."""
    attempt = channel.attempt
    was_refused = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.REFUSED
    return attempt is not None and not was_refused


def restored(saved: Mapping[str, Any], monotonic: Shift, now: float) -> Take:
    """A take whose record command may have gone out counts as sent just now: it may be running."""
    job, source, number = named_job(saved["job"]), text(saved["source"]), int(saved["number"])
    label = Label(text(saved["given"]), bool(saved["stand_in"]), nameless=text(saved["nameless"]))
    latency = None if saved["latency"] is None else float(saved["latency"])
    started, name = monotonic(saved["started"]), text(saved["name"])
    if started is not None:
        return Running(
            job,
            source,
            number,
            label,
            latency,
            name=name,
            started=started,
            borne=bool(saved.get("borne", not label.nameless)),
            date=text_or_none(saved["start_date"]),
            redated=monotonic(saved.get("redated")),
            files=tuple(text(one) for one in saved.get("files", [name])),
            known_by=text(saved.get("known_by", "")),
            format=text(saved.get("format", "")),
        )
    if not saved.get("sent", True):
        return Naming(job, source, number, label, latency)
    return Sent(
        job,
        source,
        number,
        label,
        latency,
        sent=now,
        standing=text(saved.get("instead", "")),
        aliases=tuple(text(one) for one in saved.get("aliases", ())),
        inherited=True,
        is_certain=bool(saved.get("certain", True)),
        glimpsed=bool(saved.get("glimpsed", False)),
        overdue=bool(saved.get("overdue", False)),
    )


def encoded_theirs(theirs: Theirs | None, unix: Shift) -> dict[str, Any] | None:
    """None where the next vrmon finds out by itself whose the recording is."""
    if theirs is None or not (theirs.lent or theirs.whose is Whose.DOUBTFUL):
        return None
    return {
        "since": unix(theirs.since),
        "source": theirs.source,
        "name": theirs.name,
        "date": theirs.date,
        "job": named(theirs.job),
        "in_place_of": theirs.in_place_of,
        "lent": theirs.lent,
        "bears_ours": theirs.bears_ours,
    }


def restored_theirs(saved: Mapping[str, Any], monotonic: Shift, now: float) -> Theirs:
    since = monotonic(saved["since"])
    lent = bool(saved["lent"])
    return Theirs(
        Whose.SOMEBODYS if lent else Whose.DOUBTFUL,
        now if since is None else since,
        text(saved["source"]),
        text_or_none(saved["name"]),
        text_or_none(saved["date"]),
        None if saved["job"] is None else named_job(saved["job"]),
        text(saved["in_place_of"]),
        lent,
        bool(saved.get("bears_ours", lent)),
    )


def lent(saved: Mapping[str, Any], now: float) -> Theirs | None:
    """What 1.0.0 wrote of a recording that bears the name which we had only lent to the source."""
    name = text(saved.get("lent", ""))
    return Theirs(Whose.SOMEBODYS, now, "", name, lent=True, bears_ours=True) if name else None
