"""What a channel's pictures have shown, one after another. Pure: each comes with its time, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.alarm.eyes.grey import is_black, is_same
from vrmon.model import Seen
from vrmon.settings import Eyes

_FEWEST = 3
"""Pictures without which nothing is told, however far they lie apart."""
_LONGEST_GAP = 60.0
_GAP_IN_PACES = 8


@dataclass(frozen=True)
class Spell:
    """Pictures in a row of which the same is so: from when to when, and how many."""

    first: float
    last: float
    count: int = 1

    def lasts(self, seconds: float) -> bool:
        return self.count >= _FEWEST and self.last - self.first >= seconds


@dataclass(frozen=True)
class Sight:
    """`at`: when the last picture was seen, None before the first. `still` is the spell of pictures that are
    the same as `model`."""

    at: float | None = None
    black: Spell | None = None
    still: Spell | None = None
    model: bytes = b""


def patience(settings: Eyes) -> float:
    """Seconds without a picture after which nobody knows what it shows: what was before proves nothing."""
    return min(_LONGEST_GAP, _GAP_IN_PACES * settings.every)


def look(sight: Sight, picture: bytes, now: float, settings: Eyes) -> Sight:
    """After one more picture, of `grey.SIZE` bytes. What could not be had is unknown, and no picture."""
    if sight.at is None or now - sight.at > patience(settings):
        sight = Sight()
    black, still, model = None, None, picture
    if is_black(picture):
        black = _on(sight.black, now)
    elif sight.still is not None and is_same(sight.model, picture):
        still, model = _on(sight.still, now), sight.model
    else:
        still = Spell(now, now)
    return Sight(now, black, still, model)


def _on(spell: Spell | None, now: float) -> Spell:
    return Spell(now, now) if spell is None else Spell(spell.first, now, spell.count + 1)


def seen(channel: str, sight: Sight, now: float, settings: Eyes) -> Seen | None:
    """What is to be told of it, if anything is."""
    if sight.at is None or now - sight.at > patience(settings):
        return None
    black, still = sight.black, sight.still
    if black is not None and black.lasts(settings.black_after):
        return Seen(channel, now - black.first, None)
    if still is not None and still.lasts(settings.frozen_after):
        return Seen(channel, None, now - still.first)
    return None
