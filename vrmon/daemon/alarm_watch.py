"""What vrmon-alarm last said of its ways, and whether it is missed."""

from __future__ import annotations

from collections.abc import Mapping

from vrmon.settings import Settings
from vrmon.text import span

_SILENT = 60.0  # seconds; it says something every ten


class AlarmWatch:
    """Times are monotonic."""

    def __init__(self) -> None:
        self._expected_since: float | None = None
        self._heard: float | None = None
        self._failing: Mapping[str, str] = {}
        self._lost = ""

    def apply(self, settings: Settings, now: float) -> None:
        """It is expected to be there, or not, from now on."""
        told, seen = settings.alarm.tells_anybody, settings.eyes.enabled
        self._lost = "nobody is told of any problem" if told else "nobody looks at the pictures"
        if not told and not seen:
            self._expected_since = None
        elif self._expected_since is None:
            self._expected_since = now

    def hear(self, failing: Mapping[str, str], now: float) -> None:
        """Of the ways that fail: why."""
        self._failing, self._heard = failing, now

    def failing(self) -> str:
        """In a few sentences for people, "" where all that is known works."""
        if self._expected_since is None:
            return ""
        return " ".join(f"{way} {why.rstrip('.')}." for way, why in self._failing.items())

    def silent(self, now: float) -> str:
        if self._expected_since is None:
            return ""
        silence = now - max(
            self._expected_since, self._expected_since if self._heard is None else self._heard
        )
        if silence < _SILENT:
            return ""
        never = "" if self._heard is not None else " since vrmond was started"
        return f"vrmon-alarm has not been heard of for {span(silence)}{never}: {self._lost}."
