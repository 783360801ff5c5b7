"""What of the memory outlives the process, as JSON: jobs, takes, names, holds. Times become Unix time.

What was in flight is left out: the next vrmon looks at what is (promise 6). What 1.0.0 wrote is read as well.

Monotonic time goes on for as long as the machine does: within one boot (`boot` is its id, "" if that is not
known) the times are exact even where the clock was set meanwhile. Across boots there is only the clock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from vrmon.catalog import Code, Severity
from vrmon.model import Job, Outcome, ProblemKey, Verb
from vrmon.plan.acknowledgement import LONGEST, Acknowledged, Acknowledgement
from vrmon.plan.coverage.channel import Coverage, Show
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.coverage.looks import Between
from vrmon.plan.drill import Drill, DrillResult, Told
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import (
    Attempt,
    ChannelMemory,
    DvrMemory,
    Hold,
    Jobs,
    Label,
    Losses,
    Memory,
    Naming,
    PrimaryMemory,
    Running,
    Sent,
    Take,
    Theirs,
    TrackedJob,
    Whose,
)
from vrmon.settings import ChannelKey, Sync
from vrmon.state import accounts

_NOTHING = Coverage()
_MINUTE = 60.0  # `last_seen` is kept to the minute, lest every poll be a reason to write

Shift = Callable[["float | None"], "float | None"]


class Part(NamedTuple):
    """One value of the payload: `key` within `section`, the whole section where that is None. It is the same
    for as long as everything in `of` is the same object, or an equal number; `make` makes it."""

    section: str
    key: str | None
    of: tuple[object, ...]
    make: Callable[[], Any]


def parts(memory: Memory, epoch: float, boot: str = "") -> Iterator[Part]:
    """`epoch` plus a monotonic time is Unix time."""

    def unix(moment: float | None) -> float | None:
        return None if moment is None else round(moment + epoch, 3)

    for name, primary in memory.primaries.items():
        minute = _rounded(unix(primary.good))
        yield Part("primaries", name, (primary.jobs, minute), partial(_jobs, primary, unix))
        yield Part("listed", name, (primary.listed,), partial(sorted, primary.listed))
        restarted = unix(primary.restarted)
        yield Part("restarted", name, (restarted,), partial(_as_it_is, restarted))
    for name, dvr in memory.dvrs.items():
        yield Part("dvrs", name, (dvr.ledger,), partial(_names, dvr.ledger))
    for key, channel in memory.channels.items():
        yield Part("channels", str(key), (channel,), partial(_channel, channel, unix))
    yield from _covered(memory.covered, unix)
    yield Part("problems", None, (memory.problems, memory.inherited), partial(_problems, memory, unix))
    known = memory.acknowledged
    yield Part("acknowledged", None, (known,), partial(_acknowledged, known, unix))
    clock = {"boot": boot, "epoch": epoch}
    yield Part("clock", None, (epoch, boot), partial(dict, clock))


SECTIONS = (
    *("acknowledged", "channels", "clock", "coverage", "dvrs", "listed", "primaries", "problems"),
    *("restarted", "told"),
)


def _covered(covered: Covered, unix: Shift) -> Iterator[Part]:
    """The last looks at the devices are kept to the minute as well."""
    told = {name: _rounded(unix(looked.earliest)) for name, looked in covered.primaries.items()}
    shown = {name: _rounded(unix(looked.earliest)) for name, looked in covered.dvrs.items()}
    for name, minute in told.items():
        yield Part("told", name, (minute,), partial(_as_it_is, minute))
    zero = unix(0.0) or 0.0
    for key in sorted(covered.channels.keys() | covered.done.keys()):
        coverage, done = covered.channels.get(key, _NOTHING), covered.done.get(key, ())
        minutes = told.get(key.primary, 0.0), shown.get(key.dvr, 0.0)
        make = partial(_coverage, coverage, done, minutes, zero)
        yield Part("coverage", str(key), (coverage, done, *minutes), make)


def _restored_covered(saved: Mapping[str, Any], told: Mapping[str, Any], epoch: float, now: float) -> Covered:
    """What cannot be read costs its channel's account, and no more: control does not hang on it."""

    def monotonic(moment: float) -> float:
        return min(float(moment) - epoch, now)

    channels, done = {}, {}
    for text, one in saved.items():
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
            key = ChannelKey.of(text)
            channels[key], done[key] = accounts.restored(one, monotonic)
    looked = {name: Between(monotonic(moment), monotonic(moment)) for name, moment in told.items()}
    known = {key: one for key, one in channels.items() if one != _NOTHING}
    return Covered(
        primaries=looked,
        channels=known,
        waiting=frozenset(key for key, one in known.items() if not one.runs),
        done={key: shows for key, shows in done.items() if shows},
    )


def _as_it_is(value: float | None) -> float | None:
    return value


def _coverage(
    coverage: Coverage, done: tuple[Show, ...], minutes: tuple[float, float], epoch: float
) -> dict[str, Any]:
    primary, dvr = (Between(minute - epoch, minute - epoch) for minute in minutes)
    return accounts.encoded(coverage.went_on(primary, dvr), done, lambda moment: round(moment + epoch, 3))


def payload(memory: Memory, epoch: float, boot: str = "") -> dict[str, Any]:
    """The whole of it."""
    made: dict[str, Any] = {section: {} for section in SECTIONS}
    for part in parts(memory, epoch, boot):
        if part.key is None:
            made[part.section] = part.make()
        else:
            made[part.section][part.key] = part.make()
    return made


def restore(saved: Mapping[str, Any], epoch: float, now: float, sync: Sync, boot: str = "") -> Memory:
    """The memory that `payload` made. LookupError, TypeError or ValueError where it is not one.

    A job that was last seen longer ago than `outage_hold` no longer counts as active: what runs for it is
    kept, but nothing is started before the primary has shown it again.
    """
    epoch = _epoch_then(saved.get("clock"), boot, epoch)

    def monotonic(moment: float | None) -> float | None:
        return None if moment is None else min(float(moment) - epoch, now)

    channels = {
        ChannelKey.of(key): _restored_channel(one, monotonic, epoch, now)
        for key, one in saved["channels"].items()
    }
    primaries = {}
    for name, jobs in saved["primaries"].items():
        tracked = Jobs({one.job: one for one in _restored_jobs(jobs, monotonic, now, sync)})
        shows = {one._replace(show=0): one.show for one in sorted(tracked) if one.show}
        listed = frozenset(_text(ingest) for ingest in saved.get("listed", {}).get(name, ()))
        restarted = monotonic(saved.get("restarted", {}).get(name))
        primaries[name] = PrimaryMemory(listed=listed, jobs=tracked, shows=shows, restarted=restarted)
    dvrs = {
        name: DvrMemory(ledger=Ledger({_text(one): _owner(*owner) for one, *owner in names}), inherited=True)
        for name, names in saved["dvrs"].items()
    }
    known = {code.value: code for code in Code}
    inherited = {
        ProblemKey(known[code], _text(subject)): min(float(began) - epoch, now)
        for code, subject, began in saved.get("problems", ())
        if code in known
    }
    covered = _restored_covered(saved.get("coverage", {}), saved.get("told", {}), epoch, now)
    acknowledged = _restored_acknowledged(saved.get("acknowledged", ()), epoch, now)
    return Memory(primaries, dvrs, channels, inherited=inherited, covered=covered, acknowledged=acknowledged)


def _epoch_then(saved: object, boot: str, epoch: float) -> float:
    """What made Unix times of the saved monotonic ones, where these still hold."""
    match saved:
        case {"boot": str(known), "epoch": float(then)} if known and known == boot:
            return then
    return epoch


def _rounded(moment: float | None) -> float:
    """To the minute."""
    return 0.0 if moment is None else moment - moment % _MINUTE


def _jobs(primary: PrimaryMemory, unix: Shift) -> list[dict[str, Any]]:
    return [_job(primary, tracked, unix) for tracked in primary.jobs.tracked.values()]


def _names(ledger: Ledger) -> list[list[Any]]:
    """The show is left out where it is the first."""
    return [
        [folded, _owner_text(owner), *([owner.show] if owner is not None and owner.show else [])]
        for folded, owner in ledger.names.items()
    ]


def _problems(memory: Memory, unix: Shift) -> list[list[Any]]:
    known = {**memory.inherited, **memory.problems}
    return [[key.code.value, key.subject, unix(began)] for key, began in known.items()]


def _acknowledged(known: Acknowledged, unix: Shift) -> list[list[Any]]:
    return [
        [key.code.value, key.subject, one.by, unix(one.since), unix(one.until), one.severity.value, one.note]
        for key, one in known.items()
    ]


def _restored_acknowledged(saved: Iterable[Any], epoch: float, now: float) -> Acknowledged:
    """What cannot be read is told to people once more, and no more comes of it."""
    known: dict[ProblemKey, Acknowledgement] = {}
    for one in saved:
        with contextlib.suppress(LookupError, TypeError, ValueError):
            code, subject, by, since, until, severity, note = one
            began, ends = min(float(since) - epoch, now), min(float(until) - epoch, now + LONGEST)
            known[ProblemKey(Code(code), _text(subject))] = Acknowledgement(
                _text(by), began, ends, Severity(severity), _text(note), resumed=now
            )
    return known


def _owner_text(owner: Owner | None) -> str:
    return "" if owner is None else f"{owner.channel}|{owner.job}"


def _owner(saved: object, show: object = 0) -> Owner | None:
    """An id may hold any sign; neither a device's name nor an ingest holds a bar."""
    channel, bar, job = _text(saved).partition("|")
    if not isinstance(show, int):
        raise TypeError("the number of a show is expected")
    return Owner(ChannelKey.of(channel), job, show) if bar else None


def _job(primary: PrimaryMemory, tracked: TrackedJob, unix: Shift) -> dict[str, Any]:
    seen = primary.good if tracked.present and primary.good is not None else tracked.last_seen
    last_seen = unix(seen) or 0.0
    return {
        "job": _named(tracked.job),
        "since": unix(tracked.since),
        "last_seen": _rounded(last_seen) if tracked.present else last_seen,
        "present": tracked.present,
        "across_outage": tracked.across_outage,
        "lost": unix(tracked.lost),
        "in_crowd": tracked.in_crowd,
        "basename": tracked.basename,
        "renamed": tracked.renamed,
    }


def _restored_jobs(
    saved: Iterable[Mapping[str, Any]], monotonic: Shift, now: float, sync: Sync
) -> list[TrackedJob]:
    """The last sight of those that were there is kept to the minute, and was after the last of all began."""
    jobs = [(bool(one["present"]), _restored_job(one, monotonic, now, sync)) for one in saved]
    newest = max((job.since for _, job in jobs), default=0.0)
    return [
        replace(job, last_seen=max(job.last_seen, newest)) if was_there else job for was_there, job in jobs
    ]


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
        in_crowd=bool(saved.get("in_crowd", False)),
        basename=saved["basename"],
        renamed=_text(saved.get("renamed", "")),
        named=None if saved["basename"] is None else since,
        resumed=now,
    )


def _named(job: Job | None) -> list[Any] | None:
    if job is None:
        return None
    return [job.ingest, job.id, job.show] if job.show else [job.ingest, job.id]


def _named_job(saved: object) -> Job:
    match saved:
        case [str(ingest), str(job_id)]:
            return Job(ingest, job_id)
        case [str(ingest), str(job_id), int(show)]:
            return Job(ingest, job_id, show)
    raise ValueError("a job without its two names")


def _text(saved: object) -> str:
    if not isinstance(saved, str):
        raise TypeError("a text is expected")
    return saved


def _channel(channel: ChannelMemory, unix: Shift) -> dict[str, Any]:
    hold, released, losses, theirs = channel.hold, channel.released, channel.losses, channel.theirs
    return {
        "job": _named(channel.job),
        "take": None if channel.take is None else _take(channel, channel.take, unix),
        "deaths": 0 if losses is None else losses.deaths,
        "died": None if losses is None else unix(losses.died),
        "lost_take": "" if losses is None else losses.name,
        "lost_seen": None if losses is None else unix(losses.seen),
        "lost_date": "" if losses is None else losses.date,
        "hold": None
        if hold is None
        else {"since": unix(hold.since), "until": unix(hold.until), "reason": hold.reason, "by": hold.by},
        "released": None if released is None else [_named(released[0]), unix(released[1])],
        "stopping": channel.attempt is not None and channel.attempt.verb is Verb.STOP,
        "bound": None if channel.bound is None else list(channel.bound),
        "theirs": _theirs(theirs, unix) if theirs is not None and _matters(theirs) else None,
        "job_ended": unix(channel.job_ended),
        "overrun": _named(channel.overrun),
        "drill": None if channel.drill is None else _drill(channel.drill, unix),
    }


def _drill(drill: Drill, unix: Shift) -> dict[str, Any]:
    return {
        "when": unix(drill.when),
        "seconds": drill.seconds,
        "by": drill.by,
        "job": _named(drill.job),
        "name": drill.name,
        "result": drill.result.value,
        "why": drill.why,
        "failed": None if drill.failed is None else [unix(drill.failed[0]), drill.failed[1]],
        "last": None
        if drill.last is None
        else [unix(drill.last.when), drill.last.result.value, drill.last.why],
    }


def _restored_drill(saved: Mapping[str, Any], epoch: float, now: float) -> Drill | None:
    """One that was running was left by the vrmon before this one, which ends its take."""
    with contextlib.suppress(LookupError, TypeError, ValueError):
        failed, last = saved["failed"], saved.get("last")
        drill = Drill(
            min(float(saved["when"]) - epoch, now),
            float(saved["seconds"]),
            _text(saved["by"]),
            _named_job(saved["job"]),
            _text(saved["name"]),
            DrillResult(saved["result"]),
            _text(saved["why"]),
            failed=None if failed is None else (min(float(failed[0]) - epoch, now), _text(failed[1])),
            last=None
            if last is None
            else Told(min(float(last[0]) - epoch, now), DrillResult(last[1]), _text(last[2])),
        )
        return drill.refused("vrmon was restarted in the midst of it") if drill.is_running else drill
    return None


def _take(channel: ChannelMemory, take: Take, unix: Shift) -> dict[str, Any]:
    """`sent`: its record command may have gone out; `certain`: it has."""
    label = take.label
    running = take if isinstance(take, Running) else None
    sent = take if isinstance(take, Sent) else None
    return {
        "job": _named(take.job),
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
        "started": None if running is None else unix(running.started),
        "borne": running is not None and running.borne,
        "start_date": None if running is None else running.date,
        "files": [] if running is None else list(running.files),
        "known_by": "" if running is None else running.known_by,
        "format": "" if running is None else running.format,
        "latency": None if take.latency is None else round(take.latency, 3),
    }


def _may_be_sent(channel: ChannelMemory) -> bool:
    """Whether the record command of a take that is being named may go out before the next save."""
    attempt = channel.attempt
    was_refused = attempt is not None and attempt.verb is Verb.RECORD and attempt.outcome is Outcome.REFUSED
    return attempt is not None and not was_refused


def _matters(theirs: Theirs) -> bool:
    """Whether the next vrmon could not find out by itself whose a recording is."""
    return theirs.lent or theirs.whose is Whose.DOUBTFUL


def _theirs(theirs: Theirs, unix: Shift) -> dict[str, Any]:
    return {
        "since": unix(theirs.since),
        "source": theirs.source,
        "name": theirs.name,
        "date": theirs.date,
        "job": _named(theirs.job),
        "in_place_of": theirs.in_place_of,
        "lent": theirs.lent,
    }


def _restored_channel(saved: Mapping[str, Any], monotonic: Shift, epoch: float, now: float) -> ChannelMemory:
    died = monotonic(saved["died"])
    losses = None
    if died is not None:
        seen = monotonic(saved.get("lost_seen"))
        losses = Losses(
            int(saved["deaths"]),
            died,
            _text(saved["lost_take"]),
            died if seen is None else seen,
            _text(saved.get("lost_date", "")),
        )
    bound, theirs = saved.get("bound"), saved.get("theirs")
    return ChannelMemory(
        job=None if saved["job"] is None else _named_job(saved["job"]),
        take=None if saved["take"] is None else _restored_take(saved["take"], monotonic, now),
        attempt=_stop_sent(now) if saved.get("stopping", False) else None,
        losses=losses,
        hold=None if saved["hold"] is None else _restored_hold(saved["hold"], epoch, now),
        released=None if saved["released"] is None else (_named_job(saved["released"][0]), now),
        bound=None if bound is None else (int(bound[0]), _text(bound[1])),
        theirs=_restored_theirs(theirs, monotonic, now) if theirs else _lent(saved, now),
        job_ended=monotonic(saved.get("job_ended")),
        overrun=_named_job(saved["overrun"]) if saved.get("overrun") else None,
        drill=_restored_drill(saved["drill"], epoch, now) if saved.get("drill") else None,
    )


def _stop_sent(now: float) -> Attempt:
    """A stop of which nobody knows what came: a take that is gone at the next look has not died."""
    return Attempt(Verb.STOP, sent=now, since=now, ended=now, outcome=Outcome.LOST, due=now)


def _restored_take(saved: Mapping[str, Any], monotonic: Shift, now: float) -> Take:
    """A take whose record command may have gone out counts as sent just now: it may be running."""
    job, source, number = _named_job(saved["job"]), _text(saved["source"]), int(saved["number"])
    label = Label(_text(saved["given"]), bool(saved["stand_in"]), nameless=_text(saved["nameless"]))
    latency = None if saved["latency"] is None else float(saved["latency"])
    started, name = monotonic(saved["started"]), _text(saved["name"])
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
            date=None if saved["start_date"] is None else _text(saved["start_date"]),
            files=tuple(_text(one) for one in saved.get("files", [name])),
            known_by=_text(saved.get("known_by", "")),
            format=_text(saved.get("format", "")),
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
        standing=_text(saved.get("instead", "")),
        aliases=tuple(_text(one) for one in saved.get("aliases", ())),
        inherited=True,
        is_certain=bool(saved.get("certain", True)),
    )


def _restored_theirs(saved: Mapping[str, Any], monotonic: Shift, now: float) -> Theirs:
    since = monotonic(saved["since"])
    lent = bool(saved["lent"])
    return Theirs(
        Whose.SOMEBODYS if lent else Whose.DOUBTFUL,
        now if since is None else since,
        _text(saved["source"]),
        None if saved["name"] is None else _text(saved["name"]),
        None if saved["date"] is None else _text(saved["date"]),
        None if saved["job"] is None else _named_job(saved["job"]),
        _text(saved["in_place_of"]),
        lent,
    )


def _lent(saved: Mapping[str, Any], now: float) -> Theirs | None:
    """What 1.0.0 wrote of a recording that bears the name which we had only lent to the source."""
    name = _text(saved.get("lent", ""))
    return Theirs(Whose.SOMEBODYS, now, "", name, lent=True) if name else None


def _restored_hold(saved: Mapping[str, Any], epoch: float, now: float) -> Hold:
    since, until = float(saved["since"]) - epoch, saved["until"]
    return Hold(
        min(since, now), None if until is None else float(until) - epoch, saved["reason"], saved["by"]
    )
