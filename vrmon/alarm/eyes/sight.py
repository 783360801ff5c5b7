"""What a channel's pictures have shown, one after another. Pure: each comes with its time, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vrmon.alarm.eyes.grey import is_black, is_same
from vrmon.model import Seen
from vrmon.settings import Eyes

_FEWEST = 3
"""Pictures without which nothing is told, however far they lie apart."""
_FEWEST_GLANCES = 8
"""The same, of pictures each of which lies too far from the one before."""
_GAP_IN_PACES = 2.5  # one picture may be missed: fades to black last for twenty seconds, and come in pairs


@dataclass(frozen=True)
class Spell:
    """Pictures in a row of which the same is so: the first and the last, with no other between.

    From `close` on none of them, `count` in all, lies too far from the one before. `glances`: how often one
    did, and the first. `is_whole`: what was before was seen to be otherwise, and the spell has lasted for no
    longer than from then on.
    """

    first: float
    close: float
    last: float
    count: int = 1
    glances: int = 1
    is_whole: bool = False

    def on(self, now: float, longest: float) -> Spell:
        if now - self.last <= longest:
            return replace(self, last=now, count=self.count + 1)
        return Spell(self.first, now, now, glances=self.glances + 1)

    def told(self, seconds: float) -> float | None:
        """For how long it has lasted, where that is so long; 0 where it surely has not."""
        if self.count >= _FEWEST and self.last - self.close >= seconds:
            return self.last - self.close
        if self.glances >= _FEWEST_GLANCES and self.last - self.first >= seconds:
            return self.last - self.first
        return 0.0 if self.is_whole else None


@dataclass(frozen=True)
class Sight:
    """`at`: when the last picture was seen, None before the first. `still` is the spell of pictures that are
    the same as `model`."""

    at: float | None = None
    black: Spell | None = None
    still: Spell | None = None
    model: bytes = b""


def patience(settings: Eyes) -> float:
    """Seconds without a picture after which nobody knows what there was to be seen meanwhile."""
    return _GAP_IN_PACES * settings.every


def look(sight: Sight, picture: bytes, now: float, settings: Eyes) -> Sight:
    """After one more picture, of `grey.SIZE` bytes. What could not be had is unknown, and no picture."""
    begun, longest = Spell(now, now, now, is_whole=sight.at is not None), patience(settings)
    if is_black(picture):
        return Sight(now, begun if sight.black is None else sight.black.on(now, longest), None, picture)
    if sight.still is not None and is_same(sight.model, picture):
        return Sight(now, None, sight.still.on(now, longest), sight.model)
    return Sight(now, None, begun, picture)


def seen(channel: str, sight: Sight, now: float, settings: Eyes) -> Seen:
    """What is to be told of it."""
    black, still = sight.black, sight.still
    if sight.at is None:
        return Seen(channel, None, None, None)
    return Seen(
        channel,
        0.0 if black is None else black.told(settings.black_after),
        0.0 if still is None else still.told(settings.frozen_after),
        now - sight.at,
    )
