"""Every kind of trouble and every event: its code, how bad it is, its words, what it means, what to do.

A row's texts are templates of str.format, to be filled with a problem's facts. A part in [brackets] is left
out where one of its facts is absent or empty; of several texts the first is meant whose other facts are all
there. {subject} is there always. {recorder}, {place} and {medium}, what people call the recorder, what it
stands on and what it records to, come from the traits of its kind.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import NamedTuple

from vrmon.text import Word

_NAMESPACE = uuid.UUID("6f1b8f0e-5a0c-4f43-9f8e-3d2f3a1c7b52")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


class Severity(Word):
    """DEGRADED: protection is reduced. CRITICAL: an active job has no backup. INFO: worth knowing."""

    INFO = "info"
    DEGRADED = "degraded"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return (Severity.CRITICAL, Severity.DEGRADED, Severity.INFO).index(self)


class Code(Word):
    """The stable name of a kind of problem or event."""

    PRIMARY_UNREACHABLE = "primary-unreachable"
    PRIMARY_UNKNOWN = "primary-unknown"
    PRIMARY_RESTARTED = "primary-restarted"
    ODD_ANSWER = "odd-answer"
    NAME_UNRESOLVED = "name-unresolved"
    DVR_UNREACHABLE = "dvr-unreachable"
    DVR_UNKNOWN = "dvr-unknown"
    DVR_BLIND = "dvr-blind"
    PASSWORD_REFUSED = "password-refused"  # noqa: S105 - a code
    CERTIFICATE_REFUSED = "certificate-refused"
    DEVICE_BACK = "device-back"

    SOURCE_MISSING = "source-missing"
    SOURCE_AMBIGUOUS = "source-ambiguous"
    SOURCE_DISABLED = "source-disabled"
    SOURCE_LOCKED = "source-locked"
    NO_DESTINATION = "no-destination"
    DESTINATION_WARNING = "destination-warning"
    SCHEDULE_AHEAD = "schedule-ahead"
    END_SET = "end-set"
    FORMAT_CHANGED = "format-changed"
    FOREIGN_RECORDING = "foreign-recording"
    DOUBTFUL_RECORDING = "doubtful-recording"
    SHARED_TAKE = "shared-take"
    LEFTOVER_TAKE = "leftover-take"
    RUNAWAY_TAKE = "runaway-take"
    LONG_TAKE = "long-take"
    PICTURE_BLACK = "picture-black"
    PICTURE_FROZEN = "picture-frozen"

    NOT_VERIFIED = "not-verified"
    START_REFUSED = "start-refused"
    START_UNSEEN = "start-unseen"
    START_LOST = "start-lost"
    STOP_REFUSED = "stop-refused"
    STOP_UNSEEN = "stop-unseen"
    STOP_LOST = "stop-lost"
    NAME_REFUSED = "name-refused"
    STAND_IN_NAME = "stand-in-name"
    MISNAMED = "misnamed"
    PRIMARY_FILE_RENAMED = "primary-file-renamed"

    TAKE_STARTED = "take-started"
    TAKE_ENDED = "take-ended"
    TAKE_ADOPTED = "take-adopted"
    TAKE_WENT_ON = "take-went-on"
    TAKE_DIED = "take-died"
    TAKE_PAUSED = "take-paused"
    BACKUP_INCOMPLETE = "backup-incomplete"
    PRIMARY_GONE_KEEPING = "primary-gone-keeping"
    JOB_LOST_IN_OUTAGE = "job-lost-in-outage"

    DRILL_BEGUN = "drill-begun"
    DRILL_ENDED = "drill-ended"
    DRILL_FAILED = "drill-failed"

    JOB_BEGAN = "job-began"
    JOB_ENDED = "job-ended"
    ENDED_BY_HAND = "ended-by-hand"
    UNMAPPED_JOB = "unmapped-job"
    NO_INGEST_LISTED = "no-ingest-listed"
    JOBS_LEFT_OUT = "jobs-left-out"
    ON_HOLD = "on-hold"
    HOLD_BEGUN = "hold-begun"
    HOLD_ENDED = "hold-ended"

    STARTED = "started"
    STOPPED = "stopped"
    RELOADED = "reloaded"
    CONFIGURATION_REFUSED = "configuration-refused"
    NO_CHANNELS = "no-channels"
    ADDRESS_TAKEN = "address-taken"
    STATE_FAILING = "state-failing"
    STATE_DAMAGED = "state-damaged"
    HISTORY_FAILING = "history-failing"
    HISTORY_DAMAGED = "history-damaged"
    HISTORY_NEWER = "history-newer"
    HISTORY_LOST = "history-lost"
    WORKER_STUCK = "worker-stuck"
    LOG_FAILING = "log-failing"
    LOG_BACK = "log-back"
    LOG_OVERRUN = "log-overrun"
    ALARM_FAILING = "alarm-failing"
    ALARM_SILENT = "alarm-silent"
    VRMOND_SILENT = "vrmond-silent"
    PAIR_LEADS = "pair-leads"
    PAIR_STANDS_BY = "pair-stands-by"
    PAIR_ETCD_AWAY = "pair-etcd-away"
    PAIR_MEMBER_AWAY = "pair-member-away"
    PAIR_PEER_AWAY = "pair-peer-away"
    PAIR_NOT_READY = "pair-not-ready"
    PROBLEM_ENDED = "problem-ended"
    ACKNOWLEDGED = "problem-acknowledged"
    ACKNOWLEDGEMENT_OVER = "acknowledgement-over"


OF_PRIMARIES = frozenset({Code.PRIMARY_UNREACHABLE, Code.PRIMARY_UNKNOWN})
NO_ANSWER = OF_PRIMARIES | {Code.DVR_UNREACHABLE, Code.DVR_UNKNOWN}
"""What a device has that says nothing of its jobs, or of its sources."""
REFUSED = frozenset({Code.PASSWORD_REFUSED, Code.CERTIFICATE_REFUSED})
"""The same, where it is one of the two that refuses the other."""


class Cause(Word):
    """Why a part of a job is missing on the backup, where that is not the code of a problem."""

    LATE_START = "late-start"
    VRMON_AWAY = "vrmon-away"
    HOLD = "hold"
    FOREIGN = "foreign"
    RELEASED = "released"
    UNCONFIGURED = "unconfigured"  # of a take that ran on: nobody looked any more


class Situation(Word):
    """What a problem's severity depends on, where it is not always the same."""

    USUAL = "usual"
    BEFORE_AIR = "before air"  # no job needs it yet
    ON_AIR = "on air"  # a job is active
    SPARE = "spare"  # no job needs it, and the site says that none will for now
    JOB_OVER = "job over"
    IN_THE_WAY = "in the way"  # of the job that is active now
    UNSAFE = "unsafe"  # a job is active, and nothing is known to record it
    FOREIGN = "foreign"  # a job is active, and somebody else's recording runs
    PAUSED = "paused"
    STARTING = "starting"
    GAP = "gap"  # a recent one: the next take goes on
    OLD_GAP = "old gap"
    MOVING = "moving"  # a picture that never stands still
    SOON = "soon"  # within minutes, or nobody knows when
    LATE = "late"  # beyond any patience, or for a reason that is known


class Remedy(Word):
    """What most likely keeps a source from recording: the fact {remedy}, once it is filled in itself."""

    ENABLE = "The source is disabled: enable it in {recorder}."
    UNLOCK = "The source is locked: unlock it in {recorder}."
    GIVE_DESTINATION = "The source has no {medium}: give it one in {recorder}."
    LOOK = "Look at the source and its destination's disk in {recorder}; vrmon goes on trying."


class Wait(Word):
    """What a job that is not verified waits for: the fact {wait}, once it is filled in itself."""

    NAME = "for {primary} to tell the name of its file"
    ANSWER = "for {dvr} to answer"
    LOOK = "for a look at {dvr}"
    END = "for {dvr} to end the take before"


class Text(NamedTuple):
    """`hint`: what to do about it. `counted`: what is said of one such problem, and of several, behind their
    number."""

    message: str
    hint: str = ""
    counted: tuple[str, str] | None = None


class Row(NamedTuple):
    """`title` is the constant text that is logged; `advice` is empty where nothing needs doing.

    A row without texts is the log's alone.
    """

    title: str
    meaning: str
    advice: str = ""
    severity: Severity | Mapping[Situation, Severity] = Severity.INFO
    texts: tuple[Text, ...] = (Text(""),)

    @property
    def severities(self) -> Mapping[Situation, Severity]:
        return {Situation.USUAL: self.severity} if isinstance(self.severity, Severity) else self.severity

    def severity_in(self, situation: Situation) -> Severity:
        """The worst of all where the row does not know the situation."""
        if isinstance(self.severity, Severity):
            return self.severity
        return self.severity.get(situation) or min(self.severity.values(), key=lambda one: one.rank)

    def message(self, facts: Mapping[str, object]) -> str:
        return fill(self.text(facts).message, facts)

    def hint(self, facts: Mapping[str, object]) -> str:
        return fill(self.text(facts).hint, facts)

    def text(self, facts: Mapping[str, object]) -> Text:
        """The first for which the facts are there."""
        return next((one for one in self.texts if needs(one) <= facts.keys()), self.texts[-1])


@cache
def needs(text: Text) -> frozenset[str]:
    """The facts without which it cannot be told."""
    return names(_OPTIONAL.sub("", text.message + text.hint))


@cache
def names(template: str) -> frozenset[str]:
    """Of the facts in it."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"  # a word that is missing must not stop control


def fill(template: str, facts: Mapping[str, object]) -> str:
    """The text that the template and the facts make."""
    filled = []
    for number, part in enumerate(_OPTIONAL.split(template)):
        is_optional = number % 2 == 1
        if not is_optional or all(facts.get(name) not in (None, "") for name in names(part)):
            filled.append(part.format_map(_Facts(facts)))
    return "".join(filled)


_INFO, _DEGRADED, _CRITICAL = Severity.INFO, Severity.DEGRADED, Severity.CRITICAL
_BY_AIR = {Situation.ON_AIR: _CRITICAL, Situation.BEFORE_AIR: _DEGRADED, Situation.SPARE: _INFO}
_UNLESS_SPARE = {Situation.USUAL: _DEGRADED, Situation.SPARE: _INFO}
_BY_NEED = {Situation.IN_THE_WAY: _CRITICAL, Situation.USUAL: _DEGRADED}

IS_IT_UP = "Check its power, its network, and its address in vrmon.toml."
_IS_IT_WELL = "It answers, but not as expected: check its address and its service."
_LOOK_AT_IT = "Check {place}: is {recorder} running, and the network up? vrmon goes on once it answers."
_IF_OVER = 'If the show is over: `vrmon stop "{subject}"`.'
_KEEP_ALL = "What is missing is on the primary alone. Keep its file, and every file of the backup."
_GOES_ON = f"vrmon goes on by itself once it answers. {_IF_OVER}"
_KEPT = ("take kept", "takes kept")
_STOP_IT = "vrmon repeats the stop. Look at {recorder} if it does not help, and stop the take there."

_DEVICES = {
    Code.PRIMARY_UNREACHABLE: Row(
        "Primary unreachable",
        "The primary does not answer. Running backup recordings are kept; new jobs cannot be seen.",
        "Check the network and the primary's server, then [primary.NAME] url in vrmon.toml.",
        _DEGRADED,
        (Text("{reason}", IS_IT_UP),),
    ),
    Code.PRIMARY_UNKNOWN: Row(
        "Primary's answer not understood",
        "The primary answered, but not with a list of jobs. That is never taken for 'no jobs': "
        "running backup recordings are kept.",
        "Look at the primary's server; an error page or a proxy in between is the usual reason.",
        _DEGRADED,
        (Text("{reason}", _IS_IT_WELL),),
    ),
    Code.ODD_ANSWER: Row(
        "Part of an answer not understood",
        "A device described an ingest or a source in a way that makes no sense. What is known of it stays as "
        "it was: on that ingest no job begins or ends, a channel of that source waits. All others go on.",
        "The message names the place in the answer. Look at that ingest or source in the device itself.",
        _DEGRADED,
        (
            Text(
                "{subject} sent something that makes no sense: {what}[; and {more} more].",
                "Everything else in its answer is used. Check that ingest or source on the device itself; "
                "restart the device once no job runs.",
            ),
        ),
    ),
    Code.PRIMARY_RESTARTED: Row(
        "Primary may have been restarted",
        "The primary closed its connection between two polls, which it otherwise keeps open: its service was "
        "restarted, and may have lost its jobs. The takes of jobs that it no longer lists are kept for "
        "outage_hold.",
        "Check whether the primary still records what it should; start there again what it has lost.",
        _DEGRADED,
        (
            Text(
                "{subject} was probably restarted: it closed its connection between two polls. "
                "The takes of jobs that it has lost are kept.",
                "Check whether it still records what it should.",
            ),
        ),
    ),
    Code.NAME_UNRESOLVED: Row(
        "Name cannot be resolved",
        "A device's name in vrmon.toml can no longer be resolved. vrmon goes on with the address that it had "
        "before: right, unless the device has moved since.",
        "Check the name servers; an IP address in url needs none.",
        _DEGRADED,
        (
            Text(
                "The name in the url of {subject} no longer resolves ({what}); its last address is used.",
                "Check the name servers. An IP address in its url needs none.",
            ),
        ),
    ),
    Code.DVR_UNREACHABLE: Row(
        "DVR unreachable",
        "The backup DVR does not answer. What it is recording it goes on recording, unseen; "
        "a job that begins now is started as soon as the DVR is back.",
        "Check the network, {place}, that {recorder} runs and that its HTTP API is enabled.",
        _DEGRADED,
        (Text("{reason}", IS_IT_UP),),
    ),
    Code.DVR_UNKNOWN: Row(
        "DVR's answer not understood",
        "The backup DVR answered, but not with a list of sources.",
        "Check that url names {recorder}'s HTTP port; restart {recorder} when no job is active.",
        _DEGRADED,
        (Text("{reason}", _IS_IT_WELL),),
    ),
    Code.DVR_BLIND: Row(
        "Recording not verified",
        "A job is active and its DVR does not answer, so nobody knows whether the backup records.",
        "Look at {place} itself and start the recording there by hand if it does not run.",
        _CRITICAL,
        (
            Text(
                "{dvr} does not answer[ {manner}] ({reason}). {name!r} was last seen recording {ago} ago and "
                "probably goes on.",
                _LOOK_AT_IT,
                ("take not verified", "takes not verified"),
            ),
            Text(
                "Nothing can be started: {dvr} does not answer[ {manner}] ({reason}).",
                _LOOK_AT_IT,
                ("job not started", "jobs not started"),
            ),
        ),
    ),
    Code.PASSWORD_REFUSED: Row(
        "Password refused",
        "The DVR wants a password, or another one.",
        "Run 'vrmon password NAME', which asks for {recorder}'s password and puts it where vrmon reads it.",
        _DEGRADED,
        (Text("{reason}", "[{where}]"),),
    ),
    Code.CERTIFICATE_REFUSED: Row(
        "Certificate refused",
        "The device's TLS certificate is not the one that vrmon.toml trusts. Nothing was sent to it.",
        "If the certificate was changed on purpose, run 'vrmon trust NAME'.",
        _DEGRADED,
        (Text("{reason}", "If its certificate was changed on purpose: `vrmon trust {subject}`."),),
    ),
    Code.DEVICE_BACK: Row(
        "Device answers again",
        "The outage is over; the DVR is brought back in step.",
        texts=(Text("Answering again after {lasted}: {message}"),),
    ),
}

_SOURCES = {
    Code.SOURCE_MISSING: Row(
        "Source missing",
        "The DVR has no source of the name that vrmon.toml gives. Nothing is sent to another in its place.",
        "Run 'vrmon sources' and correct the channel's source.",
        _BY_AIR,
        (
            Text(
                "The source {source!r}, which index {index} means, is not on {dvr}.",
                "Connect or enable it in {recorder}. If it is gone for good, name another in vrmon.toml, "
                "by its unique_id; `vrmon sources` lists them.",
            ),
            Text(
                "The source {source!r}, on which its take was running, is no longer on {dvr}.",
                "Connect or enable the source in {recorder}. Nothing is sent to another source in its place.",
            ),
            Text(
                "The source is not on {dvr}: [index {index} is not among its sources ({count} in all)]"
                "[none of its sources ({count} in all) is called {wanted!r}].",
                "Connect or enable it in {recorder}, or correct the channel's source; "
                "`vrmon sources` lists them.",
            ),
        ),
    ),
    Code.SOURCE_AMBIGUOUS: Row(
        "Source ambiguous",
        "Several sources of the DVR bear the name that vrmon.toml gives, or two channels name one source.",
        "Name the source by its unique_id, which 'vrmon sources' shows.",
        _BY_AIR,
        (
            Text(
                "{count} sources of {dvr} are called {wanted!r}.",
                "Name the channel's source by its unique_id; `vrmon sources` lists them.",
            ),
            Text(
                "The source {source!r} on {dvr} belongs to another channel as well.",
                "Give each channel a source of its own, by its unique_id.",
            ),
        ),
    ),
    Code.SOURCE_DISABLED: Row(
        "Source disabled",
        "The source is disabled in {recorder}.",
        "Enable it in {recorder}.",
        _BY_AIR,
        (Text("The source {source!r} on {dvr} is disabled.", Remedy.ENABLE),),
    ),
    Code.SOURCE_LOCKED: Row(
        "Source locked",
        "The source is locked in {recorder}, which may refuse to start or stop it.",
        "Unlock it in {recorder}.",
        {Situation.BEFORE_AIR: _DEGRADED, Situation.SPARE: _INFO},
        (Text("The source {source!r} on {dvr} is locked.", Remedy.UNLOCK),),
    ),
    Code.NO_DESTINATION: Row(
        "Source has no destination",
        "No destination is enabled for the source, so a recording is, or would be, written nowhere.",
        "Enable a destination for it in {recorder}.",
        _BY_AIR,
        (
            Text(
                "{name!r} is recorded to nothing: the source {source!r} on {dvr} has no {medium}.",
                "Give the source a {medium} in {recorder} now.",
            ),
            Text(
                "The source {source!r} on {dvr} has no {medium} to record to.",
                Remedy.GIVE_DESTINATION,
            ),
        ),
    ),
    Code.DESTINATION_WARNING: Row(
        "Destination gives a warning",
        "{recorder} warns of a destination that this source records to.",
        "Look at the destination in {recorder}: free space, a volume that is gone, rights.",
        _UNLESS_SPARE,
        (
            Text(
                "{dvr} warns of its destination {destination!r}: {warnings}",
                "Check that destination on {place}.",
            ),
            Text("{dvr} warns of {count} destinations: {warnings}", "Check them on {place}."),
        ),
    ),
    Code.SCHEDULE_AHEAD: Row(
        "Schedule of the recorder ahead",
        "{recorder} has a schedule of its own that will begin or end a recording on this source within the "
        "next minutes, whatever vrmon does there.",
        "Disable that schedule in {recorder} if it is not meant.",
        {Situation.ON_AIR: _DEGRADED, Situation.BEFORE_AIR: _INFO},
        (
            Text(
                "The schedule {schedule!r} of {recorder} ends in {left}, which may end {name!r} as well.",
                "Disable it in {recorder} if the show goes on for longer.",
            ),
            Text(
                "The schedule {schedule!r} of {recorder} begins on {source!r} in {left}"
                "[ while {taken!r} runs].",
                "Disable it in {recorder} if a job is to be recorded there by then.",
            ),
        ),
    ),
    Code.END_SET: Row(
        "Take has an end",
        "An end is set for the take in {recorder}, which will end it by itself then.",
        "Remove the end in {recorder} if the show goes on for longer.",
        {Situation.USUAL: _INFO, Situation.SOON: _DEGRADED},
        tuple(
            Text(f"{{recorder}} will end {{name!r}} by itself {when}.", "Remove its end in {recorder}.")
            for when in ("in {left}", "at its end date, {date}")
        ),
    ),
    Code.FORMAT_CHANGED: Row(
        "Picture changed in mid-take",
        "The picture of the source is another than when the take began: another format, or none at all.",
        "Look at the source's input: the router, the cable, the camera.",
        _DEGRADED,
        (
            Text(
                "{name!r} began in {before}; the source shows {shown} by now.",
                "Look at the input of {source!r}. The file may not play on beyond this change.",
            ),
            Text(
                "{name!r} began in {before}; the source has no picture any more.",
                "Look at the input of {source!r}: the router, the cable, the camera.",
            ),
        ),
    ),
    Code.FOREIGN_RECORDING: Row(
        "Source records something else",
        "Somebody else's recording runs on the source. vrmon does not touch it; the job is in that take, "
        "if at all.",
        "Stop it in {recorder} if it is not meant: vrmon then starts the job's own take.",
        {Situation.USUAL: _DEGRADED, Situation.PAUSED: _CRITICAL},
        tuple(
            Text(
                f"Somebody else is recording this source {what}[, and is {{paused}}]; vrmon leaves it alone, "
                "so job {job!r} has no take of its own.",
                "End that recording in {recorder} and vrmon starts at once, "
                "or let it run to the end of the job.",
            )
            for what in ("as {seen!r}", "under a name that the DVR does not give")
        ),
    ),
    Code.DOUBTFUL_RECORDING: Row(
        "Doubtful recording",
        "Both the name and the start date of a take changed under vrmon's eyes, and the name is not made of "
        "ours. It may be the take, renamed, or somebody else's recording. It is neither stopped nor renamed, "
        "until it ends or a person says whose it is.",
        "If it is the job's take, run 'vrmon claim CHANNEL'; if not, stop it in {recorder}.",
        {Situation.USUAL: _DEGRADED, Situation.PAUSED: _CRITICAL},
        (
            Text(
                "{seen!r} runs in place of {name!r}, with another start date, and nobody knows whose it is. "
                "vrmon does not stop it[, so job {other!r} has no take of its own].[ It is {vain}.]",
                'If it is the take of {name!r}: `vrmon claim "{subject}"`. If not, stop it in {recorder}.',
            ),
        ),
    ),
    Code.SHARED_TAKE: Row(
        "Jobs share a take",
        "Two jobs are active on one ingest. The take of the first records the second as well.",
        "Nothing to do. When the first job ends, the second gets a take of its own.",
        _INFO,
        (
            Text(
                "{name!r} also records {jobs}, until the job that it is named after ends.",
                "Then the next job has a take of its own. Keep the files of both.",
            ),
        ),
    ),
    Code.LONG_TAKE: Row(
        "Take runs very long",
        "A take has run for longer than max_take, and its job still goes on: it may have been forgotten, and "
        "fills the disk. With max_take_stop it is ended, and its job is not recorded any more.",
        "If the show is over, end the job on the primary. A show that is as long wants a longer max_take.",
        {Situation.USUAL: _DEGRADED, Situation.UNSAFE: _CRITICAL},
        (
            Text(
                "The take of job {job!r} was ended after {length}, as max_take_stop says; the job goes on.",
                "If the show is over, end the job on {primary}; the next one is recorded.",
            ),
            Text(
                "{name!r} has been recording for {lasted}, and its job goes on. Has somebody forgotten it?",
                "If the show is over, end the job on {primary}.",
            ),
        ),
    ),
    Code.PICTURE_BLACK: Row(
        "Picture black",
        "A take runs, and the pictures of its source have been black for longer than [eyes] black_after: "
        "most likely the file is black as well.",
        "Check the signal into the source: cable, router, camera. The take goes on.",
        _DEGRADED,
        (
            Text(
                "{name!r} was recorded black when the picture of {source!r} was last seen, {unseen} ago.",
                "Look at {source!r} in {recorder}: no picture of it has been seen since. The take goes on.",
            ),
            Text(
                "{name!r} is recorded black: the picture of {source!r} has been black for {lasted}.",
                "Check the signal into {source!r}: cable, router, camera. The take goes on.",
            ),
        ),
    ),
    Code.PICTURE_FROZEN: Row(
        "Picture frozen",
        "A take runs, and its source has shown the same picture for longer than [eyes] frozen_after. A card "
        "or a locked-off camera does that as well: only where the channel is called moving is it trouble.",
        "Check the signal into the source, where its picture should move. The take goes on.",
        {Situation.USUAL: _INFO, Situation.MOVING: _DEGRADED},
        (
            Text(
                "The picture of {source!r} did not move when it was last seen, {unseen} ago; {name!r} is "
                "recorded.",
                "Look at {source!r} in {recorder}: no picture of it has been seen since. The take goes on.",
            ),
            Text(
                "The picture of {source!r} has not moved for {lasted} while {name!r} is recorded.",
                "Check the signal into {source!r}, where its picture should move. The take goes on.",
            ),
        ),
    ),
    Code.LEFTOVER_TAKE: Row(
        "Leftover take",
        "A take of ours was seen recording whose channel the configuration no longer has. It is left alone.",
        "Stop it in {recorder} when the show is over, or map its ingest to its DVR again.",
        {Situation.ON_AIR: _INFO, Situation.JOB_OVER: _DEGRADED},
        (
            Text(
                "{name!r} was seen recording[ although job {ended!r} is over], but no channel has this "
                "ingest and DVR any more.",
                "Stop it in {recorder} when the show is over, or map the ingest to this DVR again.",
            ),
        ),
    ),
    Code.RUNAWAY_TAKE: Row(
        "Take without a job",
        "A recording that was once ours, or bears a name of ours, goes on although no job is active. vrmon "
        "does not know it for certain as its own, and does not stop it.",
        "Stop it in {recorder} if nobody needs it.",
        _DEGRADED,
        (
            Text(
                "{name!r} goes on recording on {source!r}, but no job is active. vrmon leaves it alone.",
                "If nobody needs it, stop it in {recorder}.",
            ),
        ),
    ),
}


def _start(title: str, meaning: str, advice: str, rest: str) -> Row:
    tried = "[ (tried {tries} times in {lasting})]"
    return Row(title, meaning, advice, _CRITICAL, (Text(f"Not recording{tried}: {rest}", "{remedy}"),))


def _stop(title: str, meaning: str, advice: str, rest: str) -> Row:
    tried = "[ (tried {tries} times in {lasting})]"
    return Row(
        title, meaning, advice, _BY_NEED, (Text(f"{{name!r}} goes on recording{tried}: {rest}", _STOP_IT),)
    )


_COMMANDS = {
    Code.NOT_VERIFIED: Row(
        "Job not verified",
        "A job is active, and vrmon has not seen the backup record it yet. What it waits for is named.",
        "If this lasts, look at the device that is named, or start the recording in {recorder} by hand.",
        {Situation.USUAL: _DEGRADED, Situation.LATE: _CRITICAL},
        (
            Text(
                "Job {job!r} is active and has not been seen recording for {lasting}: vrmon waits {wait}.",
                "If this lasts, start the recording in {recorder} by hand; vrmon then leaves it alone.",
            ),
        ),
    ),
    Code.START_REFUSED: _start(
        "Start refused",
        "The DVR refused to record. vrmon goes on asking.",
        "Do what the reason says in {recorder}, or start the recording there by hand.",
        "{error}",
    ),
    Code.START_UNSEEN: _start(
        "Start not seen",
        "The DVR accepted the start, but the source does not record. vrmon starts it again.",
        "Look at the source and its destinations in {recorder}.",
        "the DVR accepted the command, but does not record.",
    ),
    Code.START_LOST: _start(
        "Start unanswered",
        "No answer came to a start, so it may have happened. vrmon looks before it asks again.",
        "If this goes on, check the network to the DVR.",
        "no answer to the command. {error}",
    ),
    Code.STOP_REFUSED: _stop(
        "Stop refused",
        "The DVR refused to stop the take. vrmon goes on asking.",
        "Unlock the source in {recorder}, or stop the take there.",
        "{error}",
    ),
    Code.STOP_UNSEEN: _stop(
        "Stop not seen",
        "The DVR accepted the stop, but the take goes on. vrmon stops it again.",
        "Stop the take in {recorder}.",
        "the DVR accepted the stop, but does not stop.",
    ),
    Code.STOP_LOST: _stop(
        "Stop unanswered",
        "No answer came to a stop, so it may have happened. vrmon looks before it asks again.",
        "If this goes on, check the network to the DVR.",
        "no answer to the command. {error}",
    ),
    Code.NAME_REFUSED: Row(
        "Name refused",
        "The DVR refused the take's name. The take is recorded all the same, under the DVR's own name.",
        "Rename the file after the recording.",
        _DEGRADED,
        (Text("Recorded as {name!r} in place of {given!r}: {error}", "Rename the file afterwards."),),
    ),
    Code.STAND_IN_NAME: Row(
        "Recorded under a stand-in name",
        "The primary had no file name within name_wait, so the take was started under a name of ours.",
        "Rename the file after the recording.",
        _INFO,
        (
            Text(
                "Recorded as {name!r}, because {primary} gave no file name in time[; it is {file!r}].",
                "Rename the file afterwards.",
            ),
        ),
    ),
    Code.MISNAMED: Row(
        "Take has another name",
        "The take runs, but under another name than the primary's file.",
        "Rename the file after the recording.",
        _DEGRADED,
        (
            Text(
                "Recorded as {name!r} in place of {given!r}: {dvr} took the name but does not show it.",
                "vrmon sets the name again. If that does not help, rename the file afterwards.",
            ),
        ),
    ),
    Code.PRIMARY_FILE_RENAMED: Row(
        "Primary's file was renamed",
        "The primary's file got another name while it was being recorded. The take keeps the one that it "
        "began with.",
        "Rename the file after the recording.",
        _INFO,
        (
            Text(
                "{primary} has renamed its file to {file!r}; the take goes on as {name!r}.",
                "Rename the file afterwards.",
            ),
        ),
    ),
}

_TAKES = {
    Code.TAKE_STARTED: Row(
        "Take started",
        "The recording was seen on the DVR.",
        texts=(Text("{name!r} is recording[, known by {clue}]."),),
    ),
    Code.TAKE_ENDED: Row(
        "Take ended",
        "The DVR was seen to have stopped.",
        texts=(Text("{name!r} ended after {lasted}."),),
    ),
    Code.TAKE_ADOPTED: Row(
        "Take taken over",
        "A take that already ran is ours and is looked after from here on.",
        texts=(Text("{name!r} was found recording[, known by {clue}]."),),
    ),
    Code.TAKE_WENT_ON: Row(
        "Take goes on in a new file",
        "The take is split, by a person or by its destination: it goes on without a gap, under another name.",
        "Keep every file of it; 'vrmon status --json' lists them.",
        texts=(Text("The take goes on as {name!r}, its file number {files}."),),
    ),
    Code.TAKE_DIED: Row(
        "Take died",
        "The source stopped recording in mid-job. A continuation take with a name of its own is started "
        "at once.",
        "Look for the reason in {recorder}: a full or removed volume, a lost signal, or a person "
        "who meant it (then: 'vrmon hold CHANNEL').",
        {Situation.STARTING: _CRITICAL, Situation.GAP: _DEGRADED, Situation.OLD_GAP: _INFO},
        (
            Text(
                "The backup has a gap: {lost!r} ended by itself {ago} ago, {name!r} goes on.",
                "Keep every file of this job. "
                "See in {recorder} why the take ended; to stop on purpose, hold first.",
            ),
            Text(
                "The take {lost!r} has ended by itself[ {times} times in a row]; vrmon starts the next one.",
                "{remedy}",
            ),
        ),
    ),
    Code.TAKE_PAUSED: Row(
        "Take paused",
        "The take was paused on the DVR in mid-job. vrmon resumes it.",
        "If a person meant it, put the channel on hold: 'vrmon hold CHANNEL'.",
        _CRITICAL,
        (
            Text(
                "The take is paused on {dvr} while its job is active; vrmon resumes it."
                "[ Resuming it has failed so far: {error}]",
                'To pause on purpose: `vrmon hold "{subject}"`.',
            ),
        ),
    ),
    Code.BACKUP_INCOMPLETE: Row(
        "Backup incomplete",
        "More of the running job is surely missing on the backup than gap_tolerance allows: it was recorded "
        "late, or its recording was interrupted.",
        "Keep the primary's file, and every file of the backup: only together are they the whole show. "
        "`vrmon show` has the gaps with their causes.",
        _DEGRADED,
        (
            Text("{subject} lacks its first {first}: the backup of {job!r} is not whole.", _KEEP_ALL),
            Text("{subject} lacks {lacking}: the backup of {job!r} is not whole.", _KEEP_ALL),
        ),
    ),
    Code.PRIMARY_GONE_KEEPING: Row(
        "Take kept without its primary",
        "The primary does not answer as it should, so its jobs may still be running. Their takes are kept.",
        "Bring the primary back, or end the take with 'vrmon stop CHANNEL'.",
        _DEGRADED,
        (
            Text(
                "{primary} has not answered as it should since {since}, so {name!r} keeps recording.",
                _GOES_ON,
                _KEPT,
            ),
            Text("{primary} does not answer as it should, so {name!r} keeps recording.", _GOES_ON, _KEPT),
        ),
    ),
    Code.JOB_LOST_IN_OUTAGE: Row(
        "Job lost in an outage",
        "The job vanished while the primary, or vrmon, was away: it may have crashed. Its take is kept for "
        "outage_hold, and begun again where it dies.",
        "End the take with 'vrmon stop CHANNEL' if the job is over.",
        _DEGRADED,
        (
            Text(
                "The job vanished while {primary} was out of sight; {name!r} is kept for {left} more.",
                _IF_OVER,
            ),
        ),
    ),
}

_DRILLS = {
    Code.DRILL_BEGUN: Row(
        "Drill begun",
        "A recording that nobody needs begins, to see that the channel could record. Everything else goes "
        "before it.",
        texts=(Text("A drill of {lasting} begins, which {by} asked for."),),
    ),
    Code.DRILL_ENDED: Row(
        "Drill ended",
        "The drill is over: it went well, it failed, or something else had to go first.",
        texts=(
            Text("The drill went well: {name!r} was recorded for {lasting}."),
            Text("The drill failed: {failed}."),
            Text("No drill: {refused}."),
        ),
    ),
    Code.DRILL_FAILED: Row(
        "Drill failed",
        "The channel's last drill was not recorded as a job would have to be. This lasts until a drill goes "
        "well, or a job's own take was seen.",
        "Do what the message says in {recorder}, then 'vrmon drill CHANNEL'.",
        _UNLESS_SPARE,
        (
            Text(
                "The drill {ago} ago failed: {why}",
                'Look at it in {recorder}, then `vrmon drill "{subject}"`.',
            ),
        ),
    ),
}

_JOBS = {
    Code.JOB_BEGAN: Row(
        "Job began",
        "The primary lists a job that was not there before.",
        texts=(Text("Job {name!r} began."),),
    ),
    Code.JOB_ENDED: Row(
        "Job ended",
        "The job is gone from the primary, with the proof that a stop needs.",
        texts=(Text("Job {name!r} ended."),),
    ),
    Code.ENDED_BY_HAND: Row(
        "Take ended by hand",
        "A person ended a take that was kept although its job was gone or its primary away.",
        "If the primary shows the job again, it is recorded again.",
        _INFO,
        (
            Text(
                "A person ended the take of job {job!r}.",
                "It is recorded again as soon as {primary} shows that the job is active.",
            ),
        ),
    ),
    Code.JOBS_LEFT_OUT: Row(
        "More jobs than are shown",
        "A primary runs a very large number of jobs on ingests without a channel. Only some are shown; all "
        "jobs on ingests that have a channel are seen.",
        "Check the primary: is that server what it seems?",
        _DEGRADED,
        (
            Text(
                "{subject} runs more jobs on ingests without a channel than are shown here: {count} more.",
                "Check it: no show has so many jobs at once.",
            ),
        ),
    ),
    Code.NO_INGEST_LISTED: Row(
        "No ingest of the configuration listed",
        "A primary runs a job on an ingest that no [[channel]] names, and has never listed any of those that "
        "vrmon.toml names: they are probably mistyped, or those of another primary. Nothing is backed up.",
        "Compare vrmon.toml with 'vrmon ingests'.",
        _DEGRADED,
        (
            Text(
                "{subject} has never listed any ingest that vrmon.toml names, and runs job {job!r} on "
                "another one.",
                "Compare the ingests in vrmon.toml with those of `vrmon ingests`.",
            ),
        ),
    ),
    Code.UNMAPPED_JOB: Row(
        "Job without a channel",
        "A job is active on an ingest that no [[channel]] names. It has no backup.",
        "Add it with 'vrmon map NAME --ingest … --source …'.",
        _INFO,
        (
            Text(
                "Job {job!r} is active on an ingest that no channel names.",
                "If it needs a backup: `vrmon map`.",
            ),
            Text(
                "Jobs {jobs} are active on an ingest that no channel names.",
                "If they need a backup: `vrmon map`.",
            ),
        ),
    ),
    Code.ON_HOLD: Row(
        "Channel on hold",
        "A person has taken the channel: vrmon neither starts nor stops anything on it.",
        "Hand it back with 'vrmon auto CHANNEL'.",
        {Situation.USUAL: _INFO, Situation.UNSAFE: _CRITICAL, Situation.FOREIGN: _DEGRADED},
        (
            Text(
                "On hold[ by {by}][ for {left} more][: {why}].[ Its job is {job}.]",
                '`vrmon auto "{subject}"` gives the channel back to vrmon.',
            ),
        ),
    ),
    Code.HOLD_BEGUN: Row(
        "Hold begun",
        "A person has taken the channel; vrmon leaves it alone.",
        texts=(Text("On hold by {by}[: {why}]."),),
    ),
    Code.HOLD_ENDED: Row(
        "Hold ended",
        "vrmon controls the channel again.",
        texts=(Text("vrmon controls it again."),),
    ),
}

_DAEMON = {
    Code.STARTED: Row("vrmond started", "The daemon is up and has taken over what it left running."),
    Code.STOPPED: Row("vrmond stopped", "The daemon has ended. Recordings go on without it."),
    Code.RELOADED: Row(
        "Configuration reloaded", "The new configuration is in force; recordings were not touched."
    ),
    Code.CONFIGURATION_REFUSED: Row(
        "Configuration refused",
        "vrmon.toml has faults. The configuration accepted last stays in force, or none where there is none.",
        "Run 'vrmond --check', correct what it names, then 'vrmon reload'.",
        _DEGRADED,
        (
            Text(
                "{what}",
                "Fix what is named, then `vrmon reload`; a variable of the environment needs a restart.",
            ),
        ),
    ),
    Code.NO_CHANNELS: Row(
        "No channels configured",
        "vrmon runs, but vrmon.toml has nothing to back up.",
        "Run 'vrmon setup', or set the devices and [[channel]]s in vrmon.toml, then 'vrmon reload'.",
        _DEGRADED,
        (
            Text(
                "No channel is configured: nothing is backed up.",
                "`vrmon setup` asks for everything; or name the devices and channels in vrmon.toml.",
            ),
        ),
    ),
    Code.ADDRESS_TAKEN: Row(
        "Address not available",
        "An address of [api] cannot be listened on. Mirroring goes on; vrmon goes on trying.",
        "Free the address, or change it in vrmon.toml, then 'vrmon reload'.",
        _DEGRADED,
        (Text("{what}", "Free the address or change it in vrmon.toml; vrmon goes on trying."),),
    ),
    Code.STATE_FAILING: Row(
        "State cannot be written",
        "The state directory is full or failing. Recording goes on; a restart now would know only what was "
        "written last.",
        "Make room in /var/lib/vrmon.",
        _DEGRADED,
        (Text("{what}", "Recording goes on; a restart now would know less."),),
    ),
    Code.STATE_DAMAGED: Row(
        "State was damaged",
        "The state file could not be read and was moved aside. Takes are recognised by their names.",
        "Check the disk below /var/lib/vrmon.",
        _DEGRADED,
        (
            Text(
                "{what}",
                "Takes are recognised by their names: check that all are, then `vrmon reload` clears this.",
            ),
        ),
    ),
    Code.HISTORY_FAILING: Row(
        "History cannot be written",
        "The disk cannot be written. What was recorded and what is missing waits in memory, up to a limit; "
        "recording goes on.",
        "Make room in /var/lib/vrmon.",
        _DEGRADED,
        (Text("{what}", "Recording goes on; the history waits in memory."),),
    ),
    Code.HISTORY_LOST: Row(
        "Entries of the history lost",
        "The disk could not be written for so long that entries of the history were lost. Whoever reads the "
        "history is told of that time, as one of its 'holes'.",
        "See why the disk below /var/lib/vrmon was full or failing.",
        texts=(Text("Entries of the history were lost while the disk could not be written: {rows}."),),
    ),
    Code.HISTORY_DAMAGED: Row(
        "History was damaged",
        "The file of the history could not be used and was moved aside; a new one is begun.",
        "Check the disk below /var/lib/vrmon. 'vrmon report --file' may still read the old one.",
        _DEGRADED,
        (Text("{what}", "Recording is not affected. `vrmon reload` clears this."),),
    ),
    Code.HISTORY_NEWER: Row(
        "History of a later vrmon",
        "A later vrmon has written the file of the history in a format that this one does not know. Nothing "
        "is wrong with it: it was moved aside, and a new one is begun.",
        "To go on with it install the later vrmon again, stop vrmond and move the file back to history.db. "
        "Until then the later one's 'vrmon report --file' reads it.",
        _DEGRADED,
        (
            Text(
                "{what}",
                "Recording is not affected. To go on with it install the later vrmon, stop vrmond and move "
                "it back. `vrmon reload` clears this.",
            ),
        ),
    ),
    Code.WORKER_STUCK: Row(
        "vrmond is stuck",
        "A part of vrmond has shown no sign of life in time. The heartbeat stops; systemd restarts vrmond.",
        "Report it with the stacks that the journal shows just before the restart.",
        _DEGRADED,
        (
            Text(
                "No sign of life from {what}. The heartbeat to systemd stops until it is back.",
                "systemd restarts vrmond; recordings go on meanwhile.",
            ),
        ),
    ),
    Code.LOG_FAILING: Row(
        "Log cannot be written",
        "The log file may not be written, or its disk is full or failing. Control is not affected.",
        "Make room where log.file points. The service may write below /var/log/vrmon only.",
        texts=(
            Text(
                "The log file cannot be written: {what}.",
                "The service may write below /var/log/vrmon only. The journal has everything nevertheless.",
            ),
        ),
    ),
    Code.LOG_BACK: Row("Log is written again", "What was logged in between is missing from it."),
    Code.LOG_OVERRUN: Row(
        "Log records lost",
        "Log records came faster than they could be written, and some are lost. Control is not affected.",
    ),
    Code.ALARM_FAILING: Row(
        "Alarms do not get through",
        "One of the ways in [alarm] does not work. vrmon-alarm keeps trying; the others are used as before.",
        "Look at 'vrmon alarms', correct [alarm] in vrmon.toml or the way's server, then 'vrmon test-alarm'.",
        _DEGRADED,
        (Text("{what}", "See `vrmon alarms`; once it is corrected, try it with `vrmon test-alarm`."),),
    ),
    Code.ALARM_SILENT: Row(
        "No word from vrmon-alarm",
        "vrmon.toml says whom to tell of problems, but vrmon-alarm, which tells them, gives no sign of life.",
        "Check that vrmon-alarm runs.",
        _DEGRADED,
        (Text("{what}", "Check that vrmon-alarm runs."),),
    ),
    Code.VRMOND_SILENT: Row(
        "vrmond does not answer",
        "vrmon-alarm gets no answer from vrmond: it is down, or stuck. What is recorded goes on, unseen; no "
        "job that begins now is recorded.",
        "Check that vrmond runs. Until it answers, record by hand on the backup.",
        _CRITICAL,
        (
            Text(
                "vrmond does not answer. Takes go on, unseen; a job that begins now is not recorded.",
                "Check that vrmond runs. Until it answers, record by hand on the backup.",
            ),
        ),
    ),
    Code.PAIR_LEADS: Row(
        "This host leads",
        "Of the two hosts of a pair this one has the lease in etcd: it commands the recorders.",
        texts=(Text("{node} leads[: it takes over from {before}]."),),
    ),
    Code.PAIR_STANDS_BY: Row(
        "This host stands by",
        "Of the two hosts of a pair the other one leads. This one watches, and commands nothing.",
        texts=(Text("{node} stands by[: {leader} leads]."),),
    ),
    Code.PAIR_ETCD_AWAY: Row(
        "etcd does not answer",
        "No member of etcd answers, or too few of them run to agree. The host that leads goes on: it starts "
        "takes 3 s later, and ends them as long as the other host says that it stands by. That one cannot "
        "take over; it starts what nobody records once it has heard of nobody for 15 s.",
        "See which members of etcd run: 'vrmon pair'. Two of three must run, and reach each other.",
        _DEGRADED,
        (Text("{what}", "See which members of etcd run: `vrmon pair`. Two of three must."),),
    ),
    Code.PAIR_MEMBER_AWAY: Row(
        "A member of etcd is away",
        "etcd works, and one of its members does not answer, or complains. Where another one fails too, no "
        "host can take over.",
        "Start that member again, or replace it: 'etcdctl member remove', then 'etcdctl member add'.",
        _DEGRADED,
        (Text("{what}", "Start that member of etcd again, or replace it."),),
    ),
    Code.PAIR_PEER_AWAY: Row(
        "The other host does not answer",
        "The vrmond of the other host of the pair does not answer this one. Where this host dies as well, "
        "nothing is recorded.",
        "See whether vrmond runs on the other host, and whether 'peer' in [pair] is its address.",
        _DEGRADED,
        (Text("{what}", "See whether vrmond runs there, and whether peer in [pair] is its address."),),
    ),
    Code.PAIR_NOT_READY: Row(
        "The standby could not take over",
        "The host that stands by runs, and could not do the leader's work: it does not reach a recorder or a "
        "primary, its configuration is another, or etcd does not take what the leader has to tell it.",
        "Correct what the message names, on the host that it names.",
        _DEGRADED,
        (Text("{what}", "Correct that before the leader fails. See `vrmon pair` on both hosts."),),
    ),
    Code.PROBLEM_ENDED: Row(
        "Problem is over",
        "A problem that was reported earlier has ended.",
        texts=(
            Text("Resolved after {lasted}: {message}"),
            Text("Resolved since vrmon was started, or while it was away: {title}. It began {began} ago."),
        ),
    ),
    Code.ACKNOWLEDGED: Row(
        "Problem acknowledged",
        "A person knows of the problem. It is shown as before, and not repeated by alarms until then, unless "
        "it gets worse.",
        texts=(Text("{by} knows of {problem}, for {left}[: {note}]."),),
    ),
    Code.ACKNOWLEDGEMENT_OVER: Row(
        "Acknowledgement is over",
        "A problem that a person had acknowledged goes on: the time is over, it was withdrawn, or the "
        "problem has got worse.",
        texts=(Text("{problem} is no longer acknowledged, and goes on."),),
    ),
}

ROWS: Mapping[Code, Row] = {**_DEVICES, **_SOURCES, **_COMMANDS, **_TAKES, **_DRILLS, **_JOBS, **_DAEMON}


def message_id(code: str) -> str | None:
    """32 hexadecimal digits for journalctl MESSAGE_ID=…, or None for a code that is not in the table.

    It follows from the code alone and is the same in every release.
    """
    return uuid.uuid5(_NAMESPACE, code).hex if code in ROWS else None
