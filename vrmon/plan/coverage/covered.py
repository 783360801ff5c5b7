"""The coverage of all channels, kept in proportion to what happens: a look that shows no change changes
nothing but the time of the last look at its device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmon.model import Job
from vrmon.plan.coverage.channel import Coverage, Show
from vrmon.plan.coverage.looks import Between
from vrmon.plan.renamed import Renamed, renamed
from vrmon.settings import ChannelKey

_NOTHING = Coverage()


@dataclass(frozen=True)
class Lack:
    """What surely is missing of a running job, in whole seconds; `is_first`: all of it at its beginning."""

    job: Job
    basename: str | None
    seconds: int
    is_first: bool


@dataclass(frozen=True)
class Covered:
    """`primaries`, `dvrs`: when the last good look at each began and ended.

    `channels`: those with a job, or with a recording on their source; all other sources have shown nothing.
    `waiting` are those among them of which something is to be let go. `lacking`: of each channel, the running
    job of which more is missing than may be. `done`: the last jobs to which nothing will be added any more.
    `hidden`: of each primary, the ingests that its last good look may have hidden, and the last that did not;
    None where there was none.
    """

    primaries: Mapping[str, Between] = field(default_factory=dict)
    dvrs: Mapping[str, Between] = field(default_factory=dict)
    channels: Mapping[ChannelKey, Coverage] = field(default_factory=dict)
    waiting: frozenset[ChannelKey] = frozenset()
    lacking: Mapping[ChannelKey, Lack] = field(default_factory=dict)
    done: Mapping[ChannelKey, tuple[Show, ...]] = field(default_factory=dict)
    hidden: Mapping[str, Mapping[str, Between | None]] = field(default_factory=dict)

    def renamed(self, names: Renamed) -> Covered:
        """The same, as it is called by now."""
        return Covered(
            renamed(self.primaries, names.primaries),
            renamed(self.dvrs, names.dvrs),
            renamed(self.channels, names.channels),
            frozenset(names.channels.get(key, key) for key in self.waiting),
            renamed(self.lacking, names.channels),
            renamed(self.done, names.channels),
            renamed(self.hidden, names.primaries),
        )

    def channel(self, key: ChannelKey) -> Coverage:
        """With the last looks at its devices taken in."""
        known = self.channels.get(key)
        if known is None:
            return _NOTHING
        return known.went_on(self.primaries.get(key.primary), self.dvrs.get(key.dvr))

    def read(self, key: ChannelKey, now: float) -> tuple[Show, ...]:
        """The open jobs of a channel as they stand at `now`, the oldest first."""
        known = self.channel(key)
        return tuple(known.read(job, now) for job in known.open)
