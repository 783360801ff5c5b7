"""What the configuration calls otherwise by now."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from vrmon.model import ProblemKey
from vrmon.settings import ChannelKey

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Renamed:
    """The new names of primaries and DVRs, and the new keys of channels, by the old ones."""

    primaries: Mapping[str, str] = field(default_factory=dict)
    dvrs: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[ChannelKey, ChannelKey] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.primaries or self.dvrs or self.channels)

    def key(self, before: ChannelKey) -> ChannelKey:
        """With its devices as they are called by now."""
        primary, ingest, dvr = before
        return ChannelKey(self.primaries.get(primary, primary), ingest, self.dvrs.get(dvr, dvr))

    def problem(self, before: ProblemKey) -> ProblemKey:
        """That of a problem that a channel or a device has."""
        has = before.has
        if isinstance(has, ChannelKey):
            return before._replace(has=self.key(has))
        return before._replace(has=self.primaries.get(has, self.dvrs.get(has, has)))


def renamed(known: Mapping[K, V], names: Mapping[K, K]) -> dict[K, V]:
    """With the new names in place of the old ones."""
    return {names.get(name, name): one for name, one in known.items()}
