"""What of the memory outlives the process, as JSON: jobs, takes, names, holds. Times become Unix time.

What was in flight is left out: the next vrmon looks at what is (promise 6). What 1.0.0 wrote is read as well.

Monotonic time goes on for as long as the machine does: within one boot (`boot` is its id, "" if that is not
known) the times are exact even where the clock was set meanwhile. Across boots there is only the clock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from vrmon.catalog import Code, Severity
from vrmon.model import ProblemKey
from vrmon.plan.acknowledgement import LONGEST, Acknowledged, Acknowledgement
from vrmon.plan.coverage.channel import Coverage, Show
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.coverage.looks import Between
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import DvrMemory, Memory, PrimaryMemory
from vrmon.settings import ChannelKey, Sync
from vrmon.state import accounts, saved_channels, saved_jobs
from vrmon.state.written import Shift, rounded, text

_NOTHING = Coverage()


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
        minute = rounded(unix(primary.good))
        yield Part("primaries", name, (primary.jobs, minute), partial(saved_jobs.encoded, primary, unix))
        yield Part("listed", name, (primary.listed,), partial(sorted, primary.listed))
        restarted = unix(primary.restarted)
        yield Part("restarted", name, (restarted,), partial(_as_it_is, restarted))
    for name, dvr in memory.dvrs.items():
        yield Part("dvrs", name, (dvr.ledger,), partial(_names, dvr.ledger))
    for key, channel in memory.channels.items():
        yield Part("channels", str(key), (channel,), partial(saved_channels.encoded, channel, unix))
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
    told = {name: rounded(unix(looked.earliest)) for name, looked in covered.primaries.items()}
    shown = {name: rounded(unix(looked.earliest)) for name, looked in covered.dvrs.items()}
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
    for name, one in saved.items():
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
            key = ChannelKey.of(name)
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
        ChannelKey.of(key): saved_channels.restored(one, monotonic, epoch, now)
        for key, one in saved["channels"].items()
    }
    primaries = {}
    for name, jobs in saved["primaries"].items():
        tracked, shows = saved_jobs.restored(jobs, monotonic, now, sync)
        listed = frozenset(text(ingest) for ingest in saved.get("listed", {}).get(name, ()))
        restarted = monotonic(saved.get("restarted", {}).get(name))
        primaries[name] = PrimaryMemory(listed=listed, jobs=tracked, shows=shows, restarted=restarted)
    dvrs = {
        name: DvrMemory(ledger=Ledger({text(one): _owner(*owner) for one, *owner in names}), inherited=True)
        for name, names in saved["dvrs"].items()
    }
    known = {code.value: code for code in Code}
    inherited = {
        ProblemKey(known[code], text(subject)): min(float(began) - epoch, now)
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
            known[ProblemKey(Code(code), text(subject))] = Acknowledgement(
                text(by), began, ends, Severity(severity), text(note), resumed=now
            )
    return known


def _owner_text(owner: Owner | None) -> str:
    return "" if owner is None else f"{owner.channel}|{owner.job}"


def _owner(saved: object, show: object = 0) -> Owner | None:
    """An id may hold any sign; neither a device's name nor an ingest holds a bar."""
    channel, bar, job = text(saved).partition("|")
    if not isinstance(show, int):
        raise TypeError("the number of a show is expected")
    return Owner(ChannelKey.of(channel), job, show) if bar else None
