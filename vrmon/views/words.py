"""The one word for the state of a channel and of the whole: pages, tables and alarms use these."""

from __future__ import annotations

from collections.abc import Mapping

from vrmon.catalog import Severity
from vrmon.model import Health, Phase

_ON_HOLD, _DRILL = "On hold", "Drill"
_INFO, _DEGRADED, _CRITICAL = Severity.INFO, Severity.DEGRADED, Severity.CRITICAL


def _row(info: str, degraded: str, critical: str) -> Mapping[Severity, str]:
    return {_INFO: info, _DEGRADED: degraded, _CRITICAL: critical}


_CHANNEL: Mapping[Phase, Mapping[Severity, str]] = {
    Phase.IDLE: _row("Idle", "Not ready", "No backup"),
    Phase.STARTING: _row("Starting", "Starting", "No backup"),
    Phase.RECORDING: _row("Recording", "Recording", "No backup"),
    Phase.STOPPING: _row("Stopping", "Stopping", "No backup"),
    Phase.KEEPING: _row("Keeping", "Keeping", "No backup"),
    Phase.UNVERIFIED: _row("Unverified", "Unverified", "Unverified"),
    Phase.BLOCKED: _row("Not ready", "Not ready", "No backup"),
    Phase.FOREIGN: _row("By hand", "Not ours", "Not ours"),
    Phase.DOUBTFUL: _row("Doubtful", "Doubtful", "Doubtful"),
}
_WHOLE: Mapping[Health, str] = {
    Health.OK: "Safe",
    Health.DEGRADED: "At risk",
    Health.CRITICAL: "Not safe",
}


def of_channel(phase: Phase, severity: Severity, *, held: bool, drilled: bool = False) -> str:
    """`drilled`: a drill runs there, and no job."""
    if held:
        return _ON_HOLD
    return _DRILL if drilled and severity is _INFO else _CHANNEL[phase][severity]


def of_all(health: Health, *, channels: int, jobs: int) -> str:
    """`jobs`: how many are active."""
    if not channels:
        return "Not set up"
    return "Ready" if health is Health.OK and not jobs else _WHOLE[health]
