"""What is said of a channel's troubles: what happened, to whom, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

from vrmon.model import Destination, DeviceState, DvrObservation, Problem, Severity, Source, Verb
from vrmon.plan.commands import Site
from vrmon.plan.memory import Attempt, ChannelMemory, PrimaryMemory, Take, TrackedJob
from vrmon.settings import Channel, Sync
from vrmon.text import sentence, span

_PATIENCE = 3.0  # seconds for which a command that was accepted may go unseen without a word
_GAP_SHOWN = 300.0  # seconds for which a gap in the backup counts as reduced protection

_CRITICAL, _DEGRADED, _INFO = Severity.CRITICAL, Severity.DEGRADED, Severity.INFO


def before_air(problem: Problem) -> Problem:
    """What blocks a channel reduces protection while no job needs it."""
    return replace(problem, severity=_DEGRADED)


def source_vanished(channel: Channel, source: str) -> Problem:
    return Problem(
        "source-missing",
        _CRITICAL,
        channel.name,
        f"The source {source!r}, on which its take was running, is no longer on {channel.dvr}.",
        "Connect or enable the source in MovieRecorder. Nothing is sent to another source in its place.",
    )


def source_conflict(channel: Channel, source: Source) -> Problem:
    return Problem(
        "source-ambiguous",
        _CRITICAL,
        channel.name,
        f"The source {source.unique_id!r} on {channel.dvr} belongs to another channel as well.",
        "Give each channel a source of its own, by its unique_id.",
    )


def dvr_blind(channel: Channel, observation: DvrObservation, take: Take | None, now: float) -> Problem:
    as_it_should = "" if observation.state is DeviceState.UNREACHABLE else " as it should"
    why = f"does not answer{as_it_should} ({observation.reason.rstrip('.')})"
    if take is None or take.confirmed is None:
        message = f"Nothing can be started: {channel.dvr} {why}."
    else:
        message = (
            f"{channel.dvr} {why}. {take.name!r} was last seen recording {span(now - take.confirmed)} ago "
            "and probably goes on."
        )
    return Problem(
        "dvr-blind",
        _CRITICAL,
        channel.name,
        message,
        "Look at the Mac: is MovieRecorder running, and the network up? vrmon goes on when it answers.",
    )


def held(channel: Channel, memory: ChannelMemory, tracked: TrackedJob | None) -> tuple[Problem, ...]:
    hold = memory.hold
    assert hold is not None  # noqa: S101 - the caller's condition, for the type checker
    who = f" by {hold.by}" if hold.by else ""
    why = f" ({hold.reason})" if hold.reason else ""
    ours = memory.take is not None and memory.take.started is not None
    unsafe = tracked is not None and tracked.present and not ours
    rest = "; its job is not recorded by vrmon" if unsafe else ""
    severity = _CRITICAL if unsafe and not memory.foreign else _DEGRADED if unsafe else _INFO
    return (
        Problem(
            "on-hold",
            severity,
            channel.name,
            f"On hold{who}{why}{rest}.",
            f'`vrmon auto "{channel.name}"` gives the channel back to vrmon.',
        ),
    )


def released(channel: Channel, tracked: TrackedJob) -> Problem:
    return Problem(
        "ended-by-hand",
        _INFO,
        channel.name,
        f"A person ended the take of job {tracked.basename or tracked.job.id!r}.",
        f"It is recorded again as soon as {channel.primary} shows that the job is active.",
    )


def shared_take(channel: Channel, take: Take, waiting: tuple[TrackedJob, ...]) -> Problem:
    """More jobs on the ingest, which have no file of their own while the first goes on."""
    names = ", ".join(repr(one.basename or one.job.id) for one in waiting)
    return Problem(
        "shared-take",
        _INFO,
        channel.name,
        f"{take.name!r} is the recording of {names} as well, until the job that it is named after ends.",
        "Then the next job has a take of its own. Keep the files of both.",
    )


def foreign(site: Site, tracked: TrackedJob) -> Problem:
    seen = site.source.recording_name
    what = f"as {seen!r}" if seen else "under a name that the DVR does not tell"
    paused = ", and is paused" if site.source.is_paused else ""
    return Problem(
        "foreign-recording",
        _CRITICAL if site.source.is_paused else _DEGRADED,
        site.channel.name,
        f"Somebody else is recording this source {what}{paused}; vrmon leaves it alone, "
        f"so that job {tracked.basename or tracked.job.id!r} has no take of its own.",
        "End that recording in MovieRecorder and vrmon starts at once, or let it run to the end of the job.",
    )


def paused(site: Site, memory: ChannelMemory) -> Problem:
    attempt = memory.attempt
    failed = f" Resuming it has failed so far: {sentence(attempt.error)}" if attempt and attempt.error else ""
    return Problem(
        "take-paused",
        _CRITICAL,
        site.channel.name,
        f"The take is paused on {site.channel.dvr} while its job is active; vrmon resumes it.{failed}",
        f'To pause on purpose: `vrmon hold "{site.channel.name}"`.',
    )


def stopping(site: Site, memory: ChannelMemory) -> tuple[Problem, ...]:
    """A stop that does not come about: worth a word from the first refusal, or when it goes unseen."""
    attempt = memory.attempt
    name = memory.take.name if memory.take else "the take"
    said = _what_became(attempt, "stop", site.now)
    if said is None or attempt is None or attempt.verb is not Verb.STOP:
        return ()
    code, text = said
    in_the_way = memory.job is not None and (memory.released is None or memory.released[0] != memory.job)
    return (
        Problem(
            code,
            _CRITICAL if in_the_way else _DEGRADED,
            site.channel.name,
            f"{name!r} goes on recording{text}",
            "vrmon repeats the stop. Look at MovieRecorder if it does not help, and stop the take there.",
        ),
    )


def unproven(channel: Channel, take: Take | None) -> tuple[Problem, ...]:
    """The take of a job that had ended before vrmon was restarted, and of which the primary says nothing."""
    if take is None:
        return ()
    message = f"{channel.primary} has not told its jobs since vrmon began; {take.name!r} is kept recording."
    hint = f'vrmon goes on by itself when it answers. If the show is over: `vrmon stop "{channel.name}"`.'
    return (Problem("primary-gone-keeping", _DEGRADED, channel.name, message, hint),)


def _what_became(attempt: Attempt | None, what: str, now: float) -> tuple[str, str] | None:
    """Code and text, the rest of a sentence, of a command that has not had its effect; None while it is
    too early to say."""
    if attempt is None:
        return None
    tried = "" if attempt.tries < 2 else f" (tried {attempt.tries} times in {span(now - attempt.since)})"
    if attempt.refusals:
        return f"{what}-refused", f"{tried}: {sentence(attempt.error)}"
    if attempt.error:
        return f"{what}-lost", f"{tried}: the command came to nothing. {sentence(attempt.error)}"
    if now - attempt.since > _PATIENCE and attempt.tries:
        return f"{what}-unseen", f"{tried}: the DVR said yes to {what}, but is not seen to {what}."
    return None


def while_starting(site: Site, memory: ChannelMemory) -> tuple[Problem, ...]:
    """Why an active job has no take yet, once there is something to say."""
    attempt, channel = memory.attempt, site.channel
    said = None
    if attempt is not None and attempt.goal is Verb.RECORD:
        said = _what_became(attempt, "record", site.now)
    hint = _hint_for(site.source)
    if said is not None:
        code, text = said
        code = code.replace("record-", "start-")
        return (Problem(code, _CRITICAL, channel.name, f"Not recording{text}", hint),)
    if memory.died is not None:
        again = f" {memory.deaths} times in a row" if memory.deaths > 1 else ""
        message = f"The take {memory.lost_take!r} has ended by itself{again}; vrmon starts the next one."
        return (Problem("take-died", _CRITICAL, channel.name, message, hint),)
    return ()


def _hint_for(source: Source) -> str:
    """What most likely keeps a source from recording."""
    if not source.is_enabled:
        return "The source is disabled: enable it in MovieRecorder."
    if source.is_locked:
        return "The source is locked: unlock it in MovieRecorder."
    if source.destinations == ():
        return "The source has no destination: give it one in MovieRecorder."
    return "Look at the source and its destination's disk in MovieRecorder; vrmon goes on trying."


def before_start(channel: Channel, source: Source) -> tuple[Problem, ...]:
    """What would probably keep the next recording from starting. Nobody knows which the DVR refuses."""
    where = f"{source.display_name!r} on {channel.dvr}"
    found = []
    if not source.is_enabled:
        found.append(("source-disabled", f"The source {where} is disabled."))
    if source.is_locked:
        found.append(("source-locked", f"The source {where} is locked."))
    if source.destinations == ():
        found.append(("no-destination", f"The source {where} has no destination to record to."))
    hint = _hint_for(source)
    return tuple(Problem(code, _DEGRADED, channel.name, text, hint) for code, text in found)


def destination_warnings(
    channel: Channel, source: Source, destinations: tuple[Destination, ...]
) -> tuple[Problem, ...]:
    """What the DVR itself says of the places this source records to."""
    warned = [one for one in destinations if one.warnings and one.unique_id in (source.destinations or ())]
    return tuple(
        Problem(
            "destination-warning",
            _DEGRADED,
            channel.name,
            f"{channel.dvr} warns of its destination {one.name!r}: {sentence('; '.join(one.warnings))}",
            "Look after that destination on the Mac.",
        )
        for one in warned
    )


def while_recording(
    channel: Channel,
    memory: ChannelMemory,
    tracked: TrackedJob,
    primary: PrimaryMemory,
    sync: Sync,
    now: float,
) -> tuple[Problem, ...]:
    """What is not as it should be although the take runs."""
    take = memory.take
    if take is None:
        return ()
    found = []
    if tracked.lost is not None:
        left = max(0.0, tracked.lost + sync.outage_hold - now)
        message = (
            f"The job vanished while {channel.primary} was out of sight; "
            f"{take.name!r} is kept for {span(left)} more."
        )
        hint = f'If the show is over: `vrmon stop "{channel.name}"`.'
        found.append(Problem("job-lost-in-outage", _DEGRADED, channel.name, message, hint))
    elif primary.state not in (None, DeviceState.OK):
        message = f"{channel.primary} does not tell its jobs; {take.name!r} is kept recording."
        hint = f'vrmon goes on by itself when it answers. If the show is over: `vrmon stop "{channel.name}"`.'
        found.append(Problem("primary-gone-keeping", _DEGRADED, channel.name, message, hint))
    if memory.died is not None:
        recent = now - memory.died < _GAP_SHOWN
        message = (
            f"The backup has a gap: {memory.lost_take!r} ended by itself {span(now - memory.died)} ago, "
            f"{take.name!r} goes on."
        )
        hint = (
            "Keep every file of this job. "
            "See in MovieRecorder why the take ended; to stop on purpose, hold first."
        )
        found.append(Problem("take-died", _DEGRADED if recent else _INFO, channel.name, message, hint))
    if take.nameless or not take.borne:
        code = "name-refused" if take.nameless else "misnamed"
        why = take.nameless or f"{channel.dvr} took the name but does not show it"
        message = f"Recorded as {take.name!r} in place of {take.given!r}: {sentence(why)}"
        again = "" if take.nameless else "vrmon repeats the name. If that does not help: "
        hint = f"{again}Rename the file afterwards."
        found.append(Problem(code, _DEGRADED, channel.name, message, hint))
    elif take.stand_in:
        file = f"; it is {tracked.basename!r}" if tracked.basename else ""
        message = f"Recorded as {take.name!r}, for {channel.primary} had told no file name in time{file}."
        found.append(Problem("stand-in-name", _INFO, channel.name, message, "Rename the file afterwards."))
    return tuple(found)
