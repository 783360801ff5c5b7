"""One cause that lasts, and what people were told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vrmon.alarm import kept
from vrmon.alarm.condition import Cause, Trouble
from vrmon.alarm.message import Line, Message, Occasion
from vrmon.catalog import ROWS, Code, Row, Severity
from vrmon.settings import Alarm

GAP = 5.0
"""Seconds for which a cause that nobody was told of may be away and still count as the same."""
SETTLED = 15.0
"""Seconds for which one that was told must be away before people hear that it is over."""
RETURNED = 900.0
"""Seconds for which one that was told as critical must have been less for people to hear that it is critical
again, whatever [alarm] says of repetition."""
_JITTER = 1.0  # seconds by which two clocks may tell a beginning differently
_MOST_CHANNELS = 1000
_ROWS: Mapping[str, Row] = {code.value: row for code, row in ROWS.items()}  # none of a later vrmond's codes
_SEVERITIES: Mapping[str, Severity | None] = {
    "severity": Severity.CRITICAL, "told": Severity.DEGRADED, "known": None, "known_as": None
}  # fmt: skip
"""Each with what one counts as that this version does not know: people rather hear of it twice."""
_TIMES = ("since", "critical_since", "eased_since", "gone_since", "told_at", "critical_told")


@dataclass(frozen=True)
class Incident:
    """Times are seconds by the alarm's own clock. `told`: the severity that people know of, None for nothing.

    `critical_since`: since when it is critical, None while it is not. `eased_since`: since when it was less,
    where people know it as critical; None from when that counts again. `gone_since`: since when it is away.
    `critical_told`: when people first heard that it is critical. `known`: up to which severity somebody has
    acknowledged it; `known_as`: how bad it was when the cause itself was acknowledged. `concerns`: all that
    it has concerned.
    """

    cause: Cause
    since: float
    severity: Severity
    message: str = ""
    hint: str = ""
    channels: tuple[str, ...] = ()
    known: Severity | None = None
    known_as: Severity | None = None
    critical_since: float | None = None
    eased_since: float | None = None
    gone_since: float | None = None
    told: Severity | None = None
    told_at: float = 0.0
    critical_told: float | None = None
    escalated: bool = False
    concerns: tuple[str, ...] = ()

    def counts(self, settings: Alarm, now: float) -> Severity | None:
        """How bad it is, of what has lasted long enough to be told."""
        if self.cause.code == Code.VRMOND_SILENT:
            return Severity.CRITICAL  # nobody knows anything: it was waited for long enough
        if self.critical_since is not None and now - self.critical_since >= settings.after.critical:
            return Severity.CRITICAL
        if self.severity is not Severity.INFO and now - self.since >= settings.after.degraded:
            return Severity.DEGRADED
        return None

    def has_returned(self) -> bool:
        """Whether one that was told as critical is so again, after it was less for long."""
        if self.eased_since is None or self.critical_since is None:
            return False
        return self.critical_since - self.eased_since >= RETURNED

    def is_known(self, level: Severity) -> bool:
        """Whether somebody has acknowledged that it is so bad."""
        return self.known is not None and self.known.rank <= level.rank

    def telling(self, occasion: Occasion, now: float, line: Line | None = None) -> Message:
        whom = Line.BOTH if self.escalated else Line.FIRST
        severity = self.told or self.severity
        return Message(
            occasion,
            self.cause.code,
            severity,
            self.cause.subject,
            self.message,
            self.hint,
            self.since,
            max(now - self.since, 0.0),
            self.channels,
            line or whom,
        )


def shown(
    incident: Incident | None,
    cause: Cause,
    group: tuple[Trouble, ...],
    channels: frozenset[str],
    now: float,
) -> Incident:
    """The cause as a document shows it now, of which `group` are all problems, the worst first. Where it
    concerns the next job, or one more thing, people are told anew."""
    worst = group[0]
    root = next((one for one in group if one.cause == cause), None)
    concerns = frozenset() if root is None else root.concerns
    if incident is not None and incident.concerns and not concerns <= {*incident.concerns}:
        incident = None
    concerned = {one.cause.subject for one in group} & channels
    since = now - max(one.lasted for one in group)
    critical_since = now - worst.lasted
    if incident is None:
        incident = Incident(cause, since, worst.severity)
    else:
        critical_since = now if incident.critical_since is None else incident.critical_since
    eased_since = incident.eased_since
    if incident.told is Severity.CRITICAL and worst.severity is not Severity.CRITICAL and eased_since is None:
        eased_since = now
    every = tuple(sorted({*incident.channels, *concerned})[:_MOST_CHANNELS])
    known_as = (incident.known_as or worst.severity) if root is not None and root.is_known else None
    known = [] if known_as is None else [known_as]
    if all(one.is_known for one in group if one.severity is worst.severity):
        known.append(worst.severity)
    return replace(
        incident,
        since=since if since < incident.since - _JITTER else incident.since,
        severity=worst.severity,
        message=_of_many(cause.code, len(every)) if root is None else root.message,
        hint=_advice(cause.code) or worst.hint if root is None else root.hint or worst.hint,
        channels=every,
        known_as=known_as,
        known=min(known, key=lambda one: one.rank, default=None),
        critical_since=critical_since if worst.severity is Severity.CRITICAL else None,
        eased_since=eased_since,
        gone_since=None,
        concerns=incident.concerns or tuple(sorted(concerns)),
    )


def _of_many(code: str, channels: int) -> str:
    """What is told of a problem that is no cause of others, but began on so many channels at once."""
    row = _ROWS.get(code)
    return f"{code if row is None else row.title} on {channels} channels at once."


def _advice(code: str) -> str:
    row = _ROWS.get(code)
    return "" if row is None else row.advice


def to_json(incident: Incident) -> dict[str, Any]:
    saved = dict(vars(incident))
    for name in _SEVERITIES:
        saved[name] = None if saved[name] is None else saved[name].value
    return saved


def from_json(saved: Mapping[str, Any], now: float) -> Incident:
    """LookupError, TypeError or ValueError where it is none. No time in it is later than `now`."""
    found = kept.of_fields(Incident, saved)
    for name in _SEVERITIES.keys() & found.keys():
        found[name] = kept.severity(found[name], _SEVERITIES[name])
    for name in found.keys() & set(_TIMES):
        found[name] = kept.moment(found[name], now)
    code, subject = found["cause"]
    found["cause"] = Cause(str(code), str(subject))
    for name in ("channels", "concerns"):
        found[name] = tuple(str(one) for one in found.get(name, ()))
    return Incident(**{"since": now, "severity": Severity.CRITICAL, **found})
