"""What is saved of a channel: its job, take, losses, hold, drill."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from vrmon.model import Outcome, Verb
from vrmon.plan.memory import Attempt, ChannelMemory, Gone, Hold, Losses, Picture
from vrmon.state import saved_drills, saved_takes
from vrmon.state.written import Shift, named, named_job, text


def encoded(channel: ChannelMemory, unix: Shift) -> dict[str, Any]:
    hold, released, losses, gone = channel.hold, channel.released, channel.losses, channel.gone
    return {
        "job": named(channel.job),
        "take": None if channel.take is None else saved_takes.encoded(channel, channel.take, unix),
        "deaths": 0 if losses is None else losses.deaths,
        "died": None if losses is None else unix(losses.died),
        "lost_take": "" if losses is None else losses.name,
        "lost_seen": None if losses is None else unix(losses.seen),
        "gone": None
        if gone is None
        else [named(gone.job), gone.name, gone.date, unix(gone.when), gone.source],
        "hold": None
        if hold is None
        else {"since": unix(hold.since), "until": unix(hold.until), "reason": hold.reason, "by": hold.by},
        "released": None if released is None else [named(released[0]), unix(released[1])],
        "stopping": channel.attempt is not None and channel.attempt.verb is Verb.STOP,
        "bound": None if channel.bound is None else list(channel.bound),
        "theirs": saved_takes.encoded_theirs(channel.theirs, unix),
        "job_ended": unix(channel.job_ended),
        "overrun": named(channel.overrun),
        "picture": None
        if channel.picture is None
        else [*map(unix, channel.picture[:3]), channel.picture.source],
        "drill": None if channel.drill is None else saved_drills.encoded(channel.drill, unix),
    }


def of(channel: ChannelMemory) -> tuple[object, ...]:
    """What `encoded` is made of. A look that shows a take as it was changes none of it."""
    of_take = saved_takes.of(channel.take)
    said = channel.hold, channel.released, channel.overrun, channel.drill, channel.picture
    return (
        channel.job,
        channel.attempt,
        channel.theirs,
        channel.losses,
        channel.gone,
        channel.bound,
        channel.job_ended,
        *said,
        *of_take,
    )


def restored(saved: Mapping[str, Any], monotonic: Shift, epoch: float, now: float) -> ChannelMemory:
    died = monotonic(saved["died"])
    losses = None
    if died is not None:
        seen = monotonic(saved.get("lost_seen"))
        losses = Losses(
            int(saved["deaths"]),
            died,
            text(saved["lost_take"]),
            died if seen is None else seen,
        )
    bound, theirs = saved.get("bound"), saved.get("theirs")
    return ChannelMemory(
        job=None if saved["job"] is None else named_job(saved["job"]),
        take=None if saved["take"] is None else saved_takes.restored(saved["take"], monotonic, now),
        attempt=_stop_sent(now) if saved.get("stopping", False) else None,
        losses=losses,
        gone=_restored_gone(saved["gone"], monotonic, now) if saved.get("gone") else None,
        hold=None if saved["hold"] is None else _restored_hold(saved["hold"], epoch, now),
        released=None if saved["released"] is None else (named_job(saved["released"][0]), now),
        bound=None if bound is None else (int(bound[0]), text(bound[1])),
        theirs=saved_takes.restored_theirs(theirs, monotonic, now)
        if theirs
        else saved_takes.lent(saved, now),
        job_ended=monotonic(saved.get("job_ended")),
        overrun=named_job(saved["overrun"]) if saved.get("overrun") else None,
        picture=_restored_picture(saved["picture"], monotonic) if saved.get("picture") else None,
        drill=saved_drills.restored(saved["drill"], epoch, now) if saved.get("drill") else None,
    )


def _restored_gone(saved: Any, monotonic: Shift, now: float) -> Gone:
    when, source = monotonic(saved[3]), text(saved[4]) if len(saved) > 4 else ""
    return Gone(named_job(saved[0]), text(saved[1]), text(saved[2]), now if when is None else when, source)


def _restored_picture(saved: Any, monotonic: Shift) -> Picture | None:
    """What cannot be read is seen again before long."""
    with contextlib.suppress(LookupError, TypeError, ValueError, ArithmeticError):
        *moments, source = saved
        seen, black, frozen = map(monotonic, moments)
        return None if seen is None else Picture(seen, black, frozen, text(source))
    return None


def _stop_sent(now: float) -> Attempt:
    """A stop of which nobody knows what came: a take that is gone at the next look has not died."""
    return Attempt(Verb.STOP, sent=now, since=now, ended=now, outcome=Outcome.LOST, due=now)


def _restored_hold(saved: Mapping[str, Any], epoch: float, now: float) -> Hold:
    since, until = float(saved["since"]) - epoch, saved["until"]
    return Hold(
        min(since, now),
        None if until is None else float(until) - epoch,
        text(saved["reason"]),
        text(saved["by"]),
    )
