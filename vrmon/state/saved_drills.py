"""What is saved of a channel's drill, and of the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from vrmon.plan.drill import Drill, DrillResult, Told
from vrmon.state.written import Shift, named, named_job, text


def encoded(drill: Drill, unix: Shift) -> dict[str, Any]:
    return {
        "when": unix(drill.when),
        "seconds": drill.seconds,
        "by": drill.by,
        "job": named(drill.job),
        "name": drill.name,
        "result": drill.result.value,
        "why": drill.why,
        "failed": None if drill.failed is None else [unix(drill.failed[0]), drill.failed[1]],
        "last": None
        if drill.last is None
        else [unix(drill.last.when), drill.last.result.value, drill.last.why],
    }


def restored(saved: Mapping[str, Any], epoch: float, now: float) -> Drill | None:
    """One that was running was left by the vrmon before this one, which ends its take."""
    with contextlib.suppress(LookupError, TypeError, ValueError, ArithmeticError):
        failed, last = saved["failed"], saved.get("last")
        drill = Drill(
            min(float(saved["when"]) - epoch, now),
            float(saved["seconds"]),
            text(saved["by"]),
            named_job(saved["job"]),
            text(saved["name"]),
            DrillResult(saved["result"]),
            text(saved["why"]),
            failed=None if failed is None else (min(float(failed[0]) - epoch, now), text(failed[1])),
            last=None
            if last is None
            else Told(min(float(last[0]) - epoch, now), DrillResult(last[1]), text(last[2])),
        )
        return drill.refused("vrmon was restarted in the midst of it") if drill.is_running else drill
    return None
