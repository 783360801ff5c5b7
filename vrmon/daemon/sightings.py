"""What vrmon-alarm says of the channels' pictures, by the clock of the loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vrmon.model import Seen, Sighting
from vrmon.settings import Channel, ChannelKey


def heard(
    before: Mapping[ChannelKey, Sighting], told: Iterable[Seen], channels: Iterable[Channel], now: float
) -> Mapping[ChannelKey, Sighting]:
    """What was seen of the channels that there are. What is well still stays the same object, so that nothing
    is planned for it."""
    keys = {one.name: one.key for one in channels}
    found: dict[ChannelKey, Sighting] = {}
    for one in told:
        key = keys.get(one.channel)
        if key is not None and one.age is not None:
            sighting = Sighting(now - one.age, one.black, one.frozen)
            known = before.get(key)
            found[key] = known if known is not None and known.is_well and sighting.is_well else sighting
    return found
