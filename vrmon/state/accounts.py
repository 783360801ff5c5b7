"""What is known of the running jobs' coverage, as JSON. Times become Unix time; lengths stay what they are.

What nobody watched between two processes is dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vrmon.model import Job
from vrmon.plan.coverage.account import Account, Gap
from vrmon.plan.coverage.channel import Coverage, Show, TakeSpan
from vrmon.plan.coverage.looks import AWAY, Between, Look, Shown, Stretch, Sure, Watch

Shift = Callable[[float], float]


def encoded(coverage: Coverage, done: Sequence[Show], unix: Shift) -> dict[str, Any]:
    return {
        "cover": _watch(coverage.cover, unix),
        "takes": [_take(take, unix) for take in coverage.takes],
        "open": [_show(show, unix) for show in coverage.open.values()],
        "done": [_show(show, unix) for show in done],
    }


def restored(saved: Mapping[str, Any], monotonic: Shift, of_done: Shift) -> tuple[Coverage, tuple[Show, ...]]:
    """The coverage of a channel, and its last jobs that are done, with times by `of_done`. LookupError,
    TypeError or ValueError where it is not one."""
    shows = [_restored_show(one, monotonic) for one in saved["open"]]
    coverage = Coverage(
        _restored_watch(saved["cover"], monotonic),
        tuple(_restored_take(one, monotonic) for one in saved["takes"]),
        {one.job: one for one in shows},
    )
    return coverage, tuple(_restored_show(one, of_done) for one in saved["done"])


def _watch(watch: Watch, unix: Shift) -> dict[str, Any]:
    last = watch.last
    return {
        "stretches": [[unix(one.until), one.sure.value, one.take, one.cause] for one in watch.stretches],
        "last": None
        if last is None
        else [unix(last.began), unix(last.ended), last.shown.value, last.take, last.proof, last.cause],
        "since": unix(watch.since),
        "dark": watch.dark,
    }


def _restored_watch(saved: Mapping[str, Any], monotonic: Shift) -> Watch:
    stretches = tuple(
        Stretch(monotonic(until), Sure(sure), str(take), str(cause))
        for until, sure, take, cause in saved["stretches"]
    )
    if saved["last"] is None:
        return Watch(stretches, dark=str(saved["dark"]))
    began, ended, shown, take, proof, cause = saved["last"]
    last = Look(monotonic(began), monotonic(ended), Shown(shown), str(take), str(proof), str(cause))
    return Watch(stretches, last, monotonic(saved["since"]), str(saved["dark"]) or AWAY, torn=True)


def _between(between: Between | None, unix: Shift) -> list[float] | None:
    return None if between is None else [unix(between.earliest), unix(between.latest)]


def _restored_between(saved: Sequence[float], monotonic: Shift) -> Between:
    earliest, latest = saved
    return Between(monotonic(earliest), monotonic(latest))


def _take(take: TakeSpan, unix: Shift) -> dict[str, Any]:
    return {
        "stamp": take.stamp,
        "job": list(take.job),
        "number": take.number,
        "source": take.source,
        "files": list(take.files),
        "began": _between(take.began, unix),
        "ended": _between(take.ended, unix),
        "end_cause": take.end_cause,
    }


def _restored_take(saved: Mapping[str, Any], monotonic: Shift) -> TakeSpan:
    ended = saved["ended"]
    return TakeSpan(
        int(saved["stamp"]),
        _restored_job(saved["job"]),
        int(saved["number"]),
        str(saved["source"]),
        tuple(str(one) for one in saved["files"]),
        _restored_between(saved["began"], monotonic),
        None if ended is None else _restored_between(ended, monotonic),
        str(saved["end_cause"]),
    )


def _restored_job(saved: object) -> Job:
    match saved:
        case [str(ingest), str(job), int(show)]:
            return Job(ingest, job, show)
    raise ValueError("a job without its names")


def _show(show: Show, unix: Shift) -> dict[str, Any]:
    account = show.account
    return {
        "stamp": show.stamp,
        "job": list(show.job),
        "basename": show.basename,
        "takes": [_take(take, unix) for take in show.takes],
        "looks": _watch(account.job, unix),
        "began": _between(account.began, unix),
        "ended": _between(account.ended, unix),
        "until": unix(account.until),
        "sums": [account.sure, account.maybe, account.least, account.most, account.unsure],
        "gaps": [
            [unix(gap.began), unix(gap.ended), gap.least, gap.most, dict(gap.causes), gap.goes_on]
            for gap in account.gaps
        ],
        "over": account.is_over,
        "was_running": account.was_running,
        "explained": account.explained,
    }


def _restored_show(saved: Mapping[str, Any], monotonic: Shift) -> Show:
    sure, maybe, least, most, unsure = (float(one) for one in saved["sums"])
    ended, basename = saved["ended"], saved["basename"]
    account = Account(
        _restored_watch(saved["looks"], monotonic),
        _restored_between(saved["began"], monotonic),
        monotonic(saved["until"]),
        None if ended is None else _restored_between(ended, monotonic),
        sure,
        maybe,
        least,
        most,
        unsure,
        tuple(_restored_gap(one, monotonic) for one in saved["gaps"]),
        bool(saved["over"]),
        bool(saved.get("was_running", False)),
        float(saved.get("explained", 0.0)),
    )
    return Show(
        int(saved["stamp"]),
        _restored_job(saved["job"]),
        account,
        None if basename is None else str(basename),
        tuple(_restored_take(one, monotonic) for one in saved["takes"]),
    )


def _restored_gap(saved: Sequence[Any], monotonic: Shift) -> Gap:
    began, ended, least, most, causes, goes_on = saved
    seconds = {str(cause): float(one) for cause, one in causes.items()}
    return Gap(monotonic(began), monotonic(ended), float(least), float(most), seconds, bool(goes_on))
