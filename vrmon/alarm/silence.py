"""How long vrmond has been silent: an answer in between ends that only once others have followed it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.alarm.incident import SETTLED


@dataclass(frozen=True)
class Silence:
    """By the alarm's own clock. `since`: None while it is not silent, or only was long ago; moved on by the
    seconds in which it answered. `first` and `last`: of the answers in a row since then, None where the last
    question had none."""

    since: float | None = None
    first: float | None = None
    last: float | None = None

    def answered(self, now: float) -> Silence:
        first = now if self.first is None else self.first
        is_over = self.since is None or now - first >= SETTLED
        return Silence(None if is_over else self.since, first, now)

    def missed(self, now: float) -> Silence:
        since = now if self.since is None else min(self.since + self._spell(), now)
        return Silence(since)

    def _spell(self) -> float:
        return 0.0 if self.first is None or self.last is None else self.last - self.first

    def lasted(self, now: float) -> float:
        """Seconds."""
        return 0.0 if self.since is None else now - self.since

    def unsettled(self, gone_since: float | None) -> bool:
        """Whether a problem that was away since then was not away for long enough while vrmond answered."""
        return gone_since is not None and self.last is not None and self.last - gone_since < SETTLED
