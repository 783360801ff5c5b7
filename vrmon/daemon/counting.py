"""What is counted of each channel, round by round, for /metrics."""

from __future__ import annotations

from vrmon.catalog import Code
from vrmon.views.round import Round
from vrmon.workers.counts import ChannelCounts


class Counting:
    """`channels` has the counts of each channel of the last round, by its key."""

    def __init__(self) -> None:
        self.channels: dict[str, ChannelCounts] = {}

    def take_in(self, turned: Round) -> None:
        verdicts, before = turned.plan.verdicts, self.channels
        started = {event.subject for event in turned.events if event.code is Code.TAKE_STARTED}
        self.channels = {channel.key: before.get(channel.key) or ChannelCounts() for channel, _ in verdicts}
        for channel, verdict in verdicts:
            counts, active = self.channels[channel.key], verdict.job is not None and verdict.job.present
            died = verdict.memory.died
            counts.count(mismatch=active and not verdict.is_recorded, died=died, now=turned.now)
            if channel.name in started:
                counts.started(verdict.memory.take)
