"""What the HTTP API asks of the daemon, and the plain values it gets.

Every call comes from the one asyncio loop, returns at once and does no I/O (`has_saved` and `reload` may wait
for a file, `check` for a process).
Shapes of the documents: `vrmon.views.status` and `vrmon.views.inventory`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vrmon.errors import ControlError
from vrmon.model import Seen, Thumbnail
from vrmon.workers.counts import HistogramSnapshot

_NONE_YET = HistogramSnapshot()


class Unknown(ControlError):
    """There is none of what was named."""


class UnknownChannel(Unknown):
    """The configuration has no channel of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Cannot find channel {name!r}: vrmon.toml has none of that name.")


class UnknownProblem(Unknown):
    """No such problem is there now."""


@dataclass(frozen=True)
class ChannelMetrics:
    """`wanted`: a job is active. `verified`: its take was seen recording a moment ago.

    `mismatch_seconds`, `takes` and `takes_lost` (those that ended by themselves while their job was active)
    have only ever grown since the daemon began; `start_latency` is from the answer that showed a job to the
    sending of its record command. `missing`: seconds of the job that are not on the backup, at least and at
    most; None without a job. `drilled`: what came of the last drill, and when it began, in unix seconds.
    """

    channel: str
    wanted: bool
    verified: bool
    mismatch_seconds: float = 0.0
    takes: int = 0
    takes_lost: int = 0
    start_latency: HistogramSnapshot = _NONE_YET
    missing: tuple[float, float] | None = None
    drilled: tuple[str, float] | None = None


@dataclass(frozen=True)
class DeviceMetrics:
    """`kind` is "primary" or "dvr"; `age` the seconds since the last good answer, None before the first."""

    kind: str
    device: str
    up: bool
    polls: int = 0
    failures: int = 0
    age: float | None = None
    answer_time: HistogramSnapshot = _NONE_YET


@dataclass(frozen=True)
class MetricsSnapshot:
    """`health` as in /status; `problems` counts them by severity; ages in seconds.

    `loop_age` is the time since the control loop last finished a round, `heartbeat_age` since the last
    heartbeat (due whether or not a service manager listens), None before the first. `started_at` is in
    unix seconds. `role`: of a host that is one of a pair.
    """

    version: str
    started_at: float
    health: str
    problems: dict[str, int]
    loop_age: float
    heartbeat_age: float | None = None
    channels: tuple[ChannelMetrics, ...] = ()
    devices: tuple[DeviceMetrics, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Page:
    """Of the history: which kind of entry, begun from `since` up to `until` (Unix time), of one channel or
    all; those after the page before, whose `next` is `after`."""

    kind: str
    since: float | None = None
    until: float | None = None
    channel: str = ""
    after: str = ""
    limit: int = 100


class Backend(Protocol):
    """The daemon, as the API sees it. `by` names who asks, for the log and the status."""

    def status(self) -> dict[str, Any]:
        """The status document, its ages as of now."""

    def devices(self) -> dict[str, Any]:
        """What the devices offer: ingests, sources, destinations."""

    def health(self) -> tuple[bool, str]:
        """Whether the control loop turns, and why."""

    def thumbnail(self, channel: str, *, alone: bool = False) -> Thumbnail | None:
        """The newest picture while it is fresh. Inquiry is what makes the daemon fetch the next one: of every
        channel, as somebody looks at them all, or of this one `alone`, at the pace of [eyes]."""

    def metrics(self) -> MetricsSnapshot: ...

    def remember(self, action: str, subject: str, by: str, reason: str = "", refusal: str = "") -> None:
        """For the history: this was asked for, and was done, or refused with these words."""

    async def has_saved(self) -> bool:
        """Whether a restart would know of what was asked until now; soon told, also where the disk hangs."""

    async def history(self, page: Page) -> bytes:
        """`{"items", "next", "holes"}`, encoded. HistoryError; NoSuchPage or NoSuchChannel for what there
        is not."""

    async def report(self, query: Mapping[str, str]) -> bytes:
        """What was recorded from `from` to `to`, or on `day`, of `channel`: each may be absent. Encoded.
        HistoryError; NoSuchPage where that makes no sense, NoSuchChannel where there is no such."""

    async def reload(self) -> str:
        """Reads the configuration again: what came of it, in a sentence. ConfigError when it is refused."""

    async def check(self) -> dict[str, Any]:
        """What `vrmon check` finds as the daemon: {"findings", "exit_status"}. ControlError."""

    def pair(self) -> dict[str, Any] | None:
        """What the other host of a pair wants to know of this one; None where there is no other."""

    def hand_over(self, by: str) -> str:
        """Leaves the lead to the other host. ControlError."""

    def hold(self, channel: str, seconds: float | None, reason: str, by: str) -> str:
        """Hands a channel to a person, for ever when `seconds` is None. ControlError, UnknownChannel."""

    def auto(self, channel: str, by: str) -> str:
        """Takes a channel back. ControlError, UnknownChannel."""

    def stop(self, channel: str, by: str) -> str:
        """Ends a take that is kept although its job is gone. ControlError, UnknownChannel."""

    def claim(self, channel: str, by: str) -> str:
        """Makes the recording that runs there vrmon's own take. ControlError, UnknownChannel."""

    def drill(self, channel: str, seconds: float | None, by: str) -> str:
        """Begins a drill there, as long as the configuration says when `seconds` is None. ControlError with
        the reason where it is refused, UnknownChannel."""

    def acknowledge(self, code: str, subject: str, seconds: float, note: str, by: str) -> str:
        """Notes that a person knows of a problem. UnknownProblem."""

    def withdraw(self, code: str, subject: str, by: str) -> str:
        """Takes that back. UnknownProblem."""

    def alarms(self, failing: Mapping[str, str], seen: Sequence[Seen]) -> None:
        """vrmon-alarm is there; why those of its ways fail that do, and what it saw in
        which pictures."""
