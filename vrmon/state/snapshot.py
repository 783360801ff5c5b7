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
from vrmon.plan.standing import Standing
from vrmon.settings import ChannelKey, Sync
from vrmon.state import accounts, saved_channels, saved_jobs
from vrmon.state.written import Shift, rounded, text

_NOTHING = Coverage()


class Part(NamedTuple):
    """One value of a section, under `key`; the whole section where that is None. It is the same for as long
    as everything in `of` is the same object, or an equal number; `make` makes it."""

    key: str | None
    of: tuple[object, ...]
    make: Callable[[], Any]


class Section(NamedTuple):
    """What the payload has under `name`: a part for each of `keys`, made by `part`.

    Where they are many, a part is the same for as long as each mapping in `of` has the same object for its
    key, and `at` is equal.
    """

    name: str
    keys: Iterable[Any]
    part: Callable[[Any], Part]
    of: tuple[Mapping[Any, object], ...] = ()
    at: object = None


def sections(memory: Memory, epoch: float, boot: str = "") -> Iterator[Section]:
    """In the order of their names. `epoch` plus a monotonic time is Unix time."""

    def unix(moment: float | None) -> float | None:
        return None if moment is None else round(moment + epoch, 3)

    def minutes(looks: Mapping[str, Between]) -> dict[str, float]:
        """The last looks at the devices are kept to the minute as well."""
        return {name: rounded(unix(looked.earliest)) for name, looked in looks.items()}

    def listed(name: str) -> Part:
        ingests = memory.primaries[name].listed
        return Part(name, (ingests,), partial(sorted, ingests))

    def named(name: str) -> Part:
        questions = memory.primaries[name].questions
        return Part(name, (questions,), partial(saved_jobs.named_since, questions, unix))

    def hidden(name: str) -> Part:
        looks = covered.hidden[name]
        return Part(name, (looks,), partial(_hidden, looks, unix))

    def jobs(name: str) -> Part:
        one = memory.primaries[name]
        return Part(name, (one.jobs, rounded(unix(one.good))), partial(saved_jobs.encoded, one, unix))

    def names(name: str) -> Part:
        ledger = memory.dvrs[name].ledger
        return Part(name, (ledger,), partial(_names, ledger))

    def channel(key: ChannelKey) -> Part:
        one = memory.channels[key]
        return Part(str(key), saved_channels.of(one), partial(saved_channels.encoded, one, unix))

    def coverage(key: ChannelKey) -> Part:
        one, done = covered.channels.get(key, _NOTHING), covered.done.get(key, ())
        ends = told.get(key.primary, 0.0), shown.get(key.dvr, 0.0)
        return Part(str(key), (one, done, *ends), partial(_coverage, one, done, ends, unix(0.0) or 0.0))

    covered, known, primaries = memory.covered, memory.acknowledged, memory.primaries
    told, shown = minutes(covered.primaries), minutes(covered.dvrs)
    restarted = {name: unix(one.restarted) for name, one in primaries.items()}
    looks = covered.channels, covered.done
    problems = memory.problems, memory.inherited
    yield _whole("acknowledged", (known,), partial(_acknowledged, known, unix))
    yield _whole("addresses", (memory.addresses,), partial(_addresses, memory.addresses))
    yield Section("channels", memory.channels, channel, (memory.channels,))
    yield _whole("clock", (epoch, boot), partial(dict, {"boot": boot, "epoch": epoch}))
    yield Section("coverage", {**covered.channels, **covered.done}, coverage, looks, (told, shown))
    yield Section("dvrs", memory.dvrs, names)
    yield Section("hidden", covered.hidden, hidden)
    yield Section("listed", primaries, listed)
    yield Section("named", primaries, named)
    yield Section("primaries", primaries, jobs)
    yield _whole("problems", problems, partial(_problems, memory, unix))
    yield _numbers("restarted", restarted)
    yield _numbers("told", told)


def _whole(name: str, of: tuple[object, ...], make: Callable[[], Any]) -> Section:
    return Section(name, (None,), lambda _: Part(None, of, make))


def _numbers(name: str, values: Mapping[str, float | None]) -> Section:
    return Section(name, values, lambda key: Part(key, (values[key],), partial(_as_it_is, values[key])))


def _restored_covered(saved: Mapping[str, Any], epoch: float, now: float) -> Covered:
    """What cannot be read costs its channel's account, and no more: control does not hang on it."""

    def unbounded(moment: float) -> float:
        """What is over was so when it was, even where the clock has not been set yet."""
        return float(moment) - epoch

    def monotonic(moment: float) -> float:
        return min(unbounded(moment), now)

    channels, done = {}, {}
    for name, one in saved.get("coverage", {}).items():
        with contextlib.suppress(LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
            key = ChannelKey.of(name)
            channels[key], done[key] = accounts.restored(one, monotonic, unbounded)
    looked = {name: _look(moment, monotonic) for name, moment in saved.get("told", {}).items()}
    hidden = {
        name: {one: None if moment is None else _look(moment, monotonic) for one, moment in ingests.items()}
        for name, ingests in saved.get("hidden", {}).items()
    }
    known = {key: one for key, one in channels.items() if one != _NOTHING}
    return Covered(
        primaries=looked,
        channels=known,
        waiting=frozenset(key for key, one in known.items() if not one.runs),
        done={key: shows for key, shows in done.items() if shows},
        hidden=hidden,
    )


def _look(moment: float, monotonic: Callable[[float], float]) -> Between:
    return Between(monotonic(moment), monotonic(moment))


def _hidden(looks: Mapping[str, Between | None], unix: Shift) -> dict[str, float | None]:
    return {ingest: None if one is None else unix(one.earliest) for ingest, one in looks.items()}


def _as_it_is(value: float | None) -> float | None:
    return value


def _coverage(
    coverage: Coverage, done: tuple[Show, ...], minutes: tuple[float, float], epoch: float
) -> dict[str, Any]:
    primary, dvr = (Between(minute - epoch, minute - epoch) for minute in minutes)
    return accounts.encoded(coverage.went_on(primary, dvr), done, lambda moment: round(moment + epoch, 3))


def payload(memory: Memory, epoch: float, boot: str = "") -> dict[str, Any]:
    """The whole of it."""
    return {one.name: _made(map(one.part, one.keys)) for one in sections(memory, epoch, boot)}


def _made(parts: Iterable[Part]) -> Any:
    made = {part.key: part.make() for part in parts}
    return made.get(None, made)


def restore(
    saved: Mapping[str, Any],
    epoch: float,
    now: float,
    sync: Sync,
    boot: str = "",
    called: Mapping[str, ChannelKey] | None = None,
) -> Memory:
    """The memory that `payload` made. LookupError, TypeError, ValueError, ArithmeticError or
    AttributeError where it is not one.

    A job that was last seen longer ago than `outage_hold` no longer counts as active: what runs for it is
    kept, but nothing is started before the primary has shown it again. `called`: the channels by their names,
    by which those that have a problem were saved once.
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
        questions = saved_jobs.restored_questions(tracked, monotonic(saved.get("named", {}).get(name)))
        primaries[name] = PrimaryMemory(
            listed=listed, jobs=tracked, questions=questions, shows=shows, restarted=restarted
        )
    dvrs = {
        name: DvrMemory(ledger=Ledger({text(one): _owner(*owner) for one, *owner in names}), inherited=True)
        for name, names in saved["dvrs"].items()
    }
    called = {} if called is None else called
    inherited = _restored_problems(saved.get("problems", ()), called, epoch, now)
    covered = _restored_covered(saved, epoch, now)
    acknowledged = _restored_acknowledged(saved.get("acknowledged", ()), called, epoch, now)
    addresses = {(text(of), text(name)): text(one) for of, name, one in saved.get("addresses", ())}
    return Memory(
        primaries,
        dvrs,
        channels,
        inherited=inherited,
        covered=covered,
        acknowledged=acknowledged,
        addresses=addresses,
    )


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
    return [
        [*_key(key), unix(one.since), one.severity.value, sorted(one.concerns)] for key, one in known.items()
    ]


def _key(key: ProblemKey) -> tuple[str, str | list[str]]:
    return key.code.value, list(key.has) if isinstance(key.has, ChannelKey) else key.has


def _restored_key(code: Code, has: object, called: Mapping[str, ChannelKey]) -> ProblemKey:
    match has:
        case [str(primary), str(ingest), str(dvr)]:
            return ProblemKey(code, ChannelKey(primary, ingest, dvr))
        case str(name):
            return ProblemKey(code, called.get(name, text(name)))
    raise TypeError("a channel or a name is expected")


def _restored_problems(
    saved: Iterable[Any], called: Mapping[str, ChannelKey], epoch: float, now: float
) -> dict[ProblemKey, Standing]:
    """Those of a code that is known. One of which it was not written how bad it was, or what it concerned,
    counts as told."""
    codes, severities = {one.value: one for one in Code}, {one.value: one for one in Severity}
    known: dict[ProblemKey, Standing] = {}
    for code, has, began, *more in saved:
        severity, concerns = more or ("", ())
        if code in codes:
            known[_restored_key(codes[code], has, called)] = Standing(
                min(float(began) - epoch, now),
                severities.get(severity, Severity.CRITICAL),
                frozenset(map(text, concerns)),
            )
    return known


def _addresses(known: Mapping[tuple[str, str], str]) -> list[list[str]]:
    return [[*place, one] for place, one in known.items()]


def _acknowledged(known: Acknowledged, unix: Shift) -> list[list[Any]]:
    return [
        [*_key(key), one.by, unix(one.since), unix(one.until), one.severity.value, one.note]
        for key, one in known.items()
    ]


def _restored_acknowledged(
    saved: Iterable[Any], called: Mapping[str, ChannelKey], epoch: float, now: float
) -> Acknowledged:
    """What cannot be read is told to people once more, and no more comes of it."""
    known: dict[ProblemKey, Acknowledgement] = {}
    for one in saved:
        with contextlib.suppress(LookupError, TypeError, ValueError, ArithmeticError):
            code, has, by, since, until, severity, note = one
            began, ends = min(float(since) - epoch, now), min(float(until) - epoch, now + LONGEST)
            known[_restored_key(Code(code), has, called)] = Acknowledgement(
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
