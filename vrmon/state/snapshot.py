"""What of the memory outlives the process, as JSON: jobs, takes, names, holds. Times become Unix time.

What was in flight is left out: the next vrmon looks at what is (promise 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vrmon.model import Job, Outcome, Verb
from vrmon.plan.memory import ChannelMemory, DvrMemory, Hold, Memory, PrimaryMemory, Take, TrackedJob
from vrmon.settings import Sync

_MINUTE = 60.0  # `last_seen` is kept to the minute, lest every poll be a reason to write

Shift = Callable[["float | None"], "float | None"]


def payload(memory: Memory, epoch: float) -> dict[str, Any]:
    """`epoch` plus a monotonic time is Unix time."""

    def unix(moment: float | None) -> float | None:
        return None if moment is None else round(moment + epoch, 3)

    return {
        "primaries": {
            name: [_job(tracked, unix) for tracked in primary.jobs.values()]
            for name, primary in memory.primaries.items()
        },
        "listed": {name: sorted(primary.listed) for name, primary in memory.primaries.items()},
        "dvrs": {name: list(dvr.names.items()) for name, dvr in memory.dvrs.items()},
        "channels": {key: _channel(channel, unix) for key, channel in memory.channels.items()},
    }


def restore(saved: Mapping[str, Any], epoch: float, now: float, sync: Sync) -> Memory:
    """The memory that `payload` made. LookupError, TypeError or ValueError where it is not one.

    A job that was last seen longer ago than `outage_hold` no longer counts as active: what runs for it is
    kept, but nothing is started before the primary has shown it again.
    """

    def monotonic(moment: float | None) -> float | None:
        return None if moment is None else min(float(moment) - epoch, now)

    channels = {key: _restored_channel(one, monotonic, epoch, now) for key, one in saved["channels"].items()}
    primaries = {}
    for name, jobs in saved["primaries"].items():
        tracked = {one.job: one for one in (_restored_job(job, monotonic, now, sync) for job in jobs)}
        listed = frozenset(_text(ingest) for ingest in saved.get("listed", {}).get(name, ()))
        primaries[name] = PrimaryMemory(listed=listed, jobs=tracked)
    dvrs = {
        name: DvrMemory(names={_text(given): _text(owner) for given, owner in names}, inherited=True)
        for name, names in saved["dvrs"].items()
    }
    return Memory(primaries, dvrs, channels)


def _job(tracked: TrackedJob, unix: Shift) -> dict[str, Any]:
    last_seen = unix(tracked.last_seen) or 0.0
    return {
        "job": list(tracked.job),
        "since": unix(tracked.since),
        "last_seen": last_seen - last_seen % _MINUTE,
        "present": tracked.present,
        "across_outage": tracked.across_outage,
        "lost": unix(tracked.lost),
        "basename": tracked.basename,
    }


def _restored_job(saved: Mapping[str, Any], monotonic: Shift, now: float, sync: Sync) -> TrackedJob:
    since, last_seen = monotonic(saved["since"]), monotonic(saved["last_seen"])
    if since is None or last_seen is None:
        raise ValueError("a job without times")
    return TrackedJob(
        _named_job(saved["job"]),
        since=since,
        last_seen=max(since, last_seen),
        present=bool(saved["present"]) and now - last_seen <= sync.outage_hold + _MINUTE,
        across_outage=bool(saved["across_outage"]),
        lost=monotonic(saved["lost"]),
        basename=saved["basename"],
        resumed=now,
    )


def _named_job(saved: object) -> Job:
    match saved:
        case [str(ingest), str(job_id)]:
            return Job(ingest, job_id)
    raise ValueError("a job without its two names")


def _text(saved: object) -> str:
    if not isinstance(saved, str):
        raise TypeError("a text is expected")
    return saved


def _channel(channel: ChannelMemory, unix: Shift) -> dict[str, Any]:
    take, hold, released = channel.take, channel.hold, channel.released
    return {
        "job": None if channel.job is None else list(channel.job),
        "take": None
        if take is None
        else {
            "job": list(take.job),
            "source": take.source,
            "given": take.given,
            "name": take.name,
            "number": take.number,
            "stand_in": take.stand_in,
            "nameless": take.nameless,
            "aliases": list(take.aliases),
            "instead": take.instead,
            "sent": _may_be_sent(channel, take),
            "started": unix(take.started),
            "start_date": take.start_date,
            "latency": None if take.latency is None else round(take.latency, 3),
        },
        "lent": channel.lent,
        "deaths": channel.deaths,
        "died": unix(channel.died),
        "lost_take": channel.lost_take,
        "hold": None
        if hold is None
        else {"since": unix(hold.since), "until": unix(hold.until), "reason": hold.reason, "by": hold.by},
        "released": None if released is None else [list(released[0]), unix(released[1])],
    }


def _may_be_sent(channel: ChannelMemory, take: Take) -> bool:
    """Whether its record command may go out before the next save."""
    attempt = channel.attempt
    was_refused = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.REFUSED
    return take.under_way or (attempt is not None and not was_refused)


def _restored_channel(saved: Mapping[str, Any], monotonic: Shift, epoch: float, now: float) -> ChannelMemory:
    return ChannelMemory(
        job=None if saved["job"] is None else _named_job(saved["job"]),
        take=None if saved["take"] is None else _restored_take(saved["take"], monotonic, now),
        lent=saved["lent"],
        deaths=int(saved["deaths"]),
        died=monotonic(saved["died"]),
        lost_take=saved["lost_take"],
        hold=None if saved["hold"] is None else _restored_hold(saved["hold"], epoch, now),
        released=None if saved["released"] is None else (_named_job(saved["released"][0]), now),
    )


def _restored_take(saved: Mapping[str, Any], monotonic: Shift, now: float) -> Take:
    """A take whose record command may have gone out counts as sent just now: it may be running."""
    return Take(
        job=_named_job(saved["job"]),
        source=_text(saved["source"]),
        given=_text(saved["given"]),
        name=_text(saved["name"]),
        number=int(saved["number"]),
        stand_in=bool(saved["stand_in"]),
        nameless=saved["nameless"],
        aliases=tuple(_text(name) for name in saved.get("aliases", ())),
        instead=_text(saved.get("instead", "")),
        sent=now if saved.get("sent", True) else None,
        started=monotonic(saved["started"]),
        borne=saved["started"] is not None and not saved["nameless"],
        start_date=saved["start_date"],
        latency=None if saved["latency"] is None else float(saved["latency"]),
    )


def _restored_hold(saved: Mapping[str, Any], epoch: float, now: float) -> Hold:
    since, until = float(saved["since"]) - epoch, saved["until"]
    return Hold(
        min(since, now), None if until is None else float(until) - epoch, saved["reason"], saved["by"]
    )
