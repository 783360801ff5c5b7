"""What is counted of each channel, round by round, for /metrics."""

from __future__ import annotations

from vrmon.catalog import Code
from vrmon.settings import ChannelKey
from vrmon.views.round import Round
from vrmon.workers.counts import ChannelCounts


class Counting:
    """`channels` has the counts of each channel of the last round, by its key."""

    def __init__(self) -> None:
        self.channels: dict[ChannelKey, ChannelCounts] = {}

    def take_in(self, turned: Round) -> None:
        if len(turned.plan.decided) == len(turned.plan.verdicts):  # the channels may be others by now
            keys = [channel.key for channel, _ in turned.plan.verdicts]
            self.channels = {key: self.channels.get(key) or ChannelCounts() for key in keys}
        started = {event.subject for event in turned.events if event.code is Code.TAKE_STARTED}
        for channel, verdict in turned.plan.decided:
            counts, active = self.channels[channel.key], verdict.job is not None and verdict.job.present
            died = None if verdict.memory.losses is None else verdict.memory.losses.died
            counts.count(mismatch=active and not verdict.is_recorded, died=died, now=turned.now)
            if channel.name in started and not verdict.memory.is_at_a_drill:
                counts.started(verdict.memory.running)
