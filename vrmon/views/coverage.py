"""What is missing of a job on the backup, as documents tell it: pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vrmon.plan.coverage.account import Account, Gap
from vrmon.plan.coverage.channel import Show

_SURELY = 0.05  # seconds below which nothing is worth a line

Utc = Callable[[float], "str | None"]


def document(show: Show, tolerance: float, utc: Utc) -> dict[str, Any]:
    """Of a running job, as /status has it."""
    account = show.account
    return {
        "missing": missing(account),
        "whole": is_whole(account, tolerance),
        "was_running": account.was_running,
        "gaps": [gap(one, utc, is_open=not account.is_over) for one in gaps_of(account, tolerance)],
        "files": files(show),
    }


def missing(account: Account) -> dict[str, float]:
    return {"least": round(account.least, 3), "most": round(account.most, 3)}


def is_whole(account: Account, tolerance: float) -> bool | None:
    """As far as anybody knows; None where that is in doubt."""
    if account.least > tolerance:
        return False
    return True if account.most <= tolerance and not account.was_running else None


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
    }


def files(show: Show) -> list[str]:
    """The names under which it was recorded, in order, each once."""
    return list(dict.fromkeys(name for take in show.takes for name in take.files))
