"""What is missing of a job on the backup, as documents tell it: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vrmon.catalog import Cause
from vrmon.plan.coverage.account import Account, Gap
from vrmon.plan.coverage.channel import Show
from vrmon.views.reasons import reason

DOUBTED = 3.0  # seconds of a job that may be in doubt although something was the matter
_SURELY = 0.05  # seconds below which nothing is worth a line

Utc = Callable[[float], "str | None"]


class Doubt(NamedTuple):
    """Seconds that are missing in one place, at least and at most, and the cause."""

    least: float
    most: float
    cause: str


def document(show: Show, tolerance: float, utc: Utc, *, is_recorded: bool = False) -> dict[str, Any]:
    """Of a running job, as /status has it. `is_recorded`: it is seen to be, just now."""
    account = show.account
    return {
        "missing": missing(account),
        "whole": is_whole(account, tolerance, is_recorded=is_recorded),
        "was_running": account.was_running,
        "gaps": [gap(one, utc, is_open=not account.is_over) for one in gaps_of(account, tolerance)],
        "files": files(show),
    }


def missing(account: Account) -> dict[str, float]:
    return {"least": round(account.least, 3), "most": round(account.most, 3)}


def is_whole(account: Account, tolerance: float, *, is_recorded: bool = False) -> bool | None:
    """As far as anybody knows; None where that is in doubt. Of what the pace of the looks leaves in doubt
    none is, while it `is_recorded`."""
    if account.least > tolerance:
        return False
    doubts = [Doubt(one.least, one.most, one.cause) for one in account.gaps]
    is_explained = is_recorded and is_beyond_doubt(doubts, tolerance, account.explained)
    is_sure = account.most <= tolerance or is_explained
    return True if is_sure and not account.was_running else None


def is_beyond_doubt(doubts: Iterable[Doubt], tolerance: float, explained: float) -> bool:
    """Whether no more of a job may be missing than is tolerated, and than the pace of the looks explains."""
    of_a_cause = of_none = 0.0
    for least, most, cause in doubts:
        if cause == Cause.LATE_START.value:
            of_none += most - least
        else:
            of_a_cause += most
    return of_a_cause <= max(tolerance, DOUBTED) and of_none <= max(tolerance, explained)


def gaps_of(account: Account, tolerance: float) -> list[Gap]:
    """Those that are worth telling: what the polls leave in doubt around every beginning and end is none."""
    return [one for one in account.gaps if is_worth_telling(one.least, one.most, tolerance)]


def is_worth_telling(least: float, most: float, tolerance: float) -> bool:
    return least > _SURELY or most > tolerance


def gap(one: Gap, utc: Utc, *, is_open: bool) -> dict[str, Any]:
    return {
        "from": utc(one.began),
        "to": None if one.goes_on and is_open else utc(one.ended),
        "least": round(one.least, 3),
        "most": round(one.most, 3),
        "cause": one.cause,
        "reason": reason(one.cause),
    }


def files(show: Show) -> list[str]:
    """The names under which it was recorded, in order, each once."""
    return list(dict.fromkeys(name for take in show.takes for name in take.files))
