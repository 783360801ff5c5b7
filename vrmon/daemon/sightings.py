"""What vrmon-alarm says of the channels' pictures, by the clock of the loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vrmon.model import Seen, Sighting
from vrmon.settings import Channel, ChannelKey

_JITTER = 5.0  # seconds by which it may tell the same beginning differently


def heard(
    before: Mapping[ChannelKey, Sighting], told: Iterable[Seen], channels: Iterable[Channel], now: float
) -> Mapping[ChannelKey, Sighting]:
    """What is so of the channels that there are: what was said `before` is over where it is not repeated."""
    keys = {one.name: one.key for one in channels}
    found: dict[ChannelKey, Sighting] = {}
    for one in told:
        key = keys.get(one.channel)
        if key is not None:
            known = before.get(key, Sighting(now))
            found[key] = Sighting(
                now, _since(known.black, one.black, now), _since(known.frozen, one.frozen, now)
            )
    return found


def _since(known: float | None, seconds: float | None, now: float) -> float | None:
    if seconds is None:
        return None
    since = now - seconds
    return known if known is not None and abs(known - since) < _JITTER else since
