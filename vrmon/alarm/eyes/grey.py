"""One small grey picture: is it black, and is it the same as another. Pure."""

from __future__ import annotations

WIDTH, HEIGHT = 64, 36
SIZE = WIDTH * HEIGHT
"""Bytes of a picture, row by row: each the mean luma of its part of the whole, 0 to 255."""

_DARK = 32  # video black is 16, or 0; a camera with its cap on may lie some above that
_FLAT = 10  # how far its brightest part may stand out from black, faint noise included
_NOISY = 4.0  # standard deviation up to which what differs may be noise
_OUTLIERS = 5.0  # standard deviations within which all noise of so many parts lies
_MAD = 1.4826  # times the median deviation of noise is its standard deviation
_SAME_MEAN, _SAME_MOST = 2.0, 10  # how far two pictures of the same may be apart, all over and in one part


def is_black(picture: bytes) -> bool:
    """Nothing is to be seen: it is dark all over, and no part stands out from the rest but for noise.

    A candle, small letters or the picture between black bars stand out; so does every part of a dark scene
    that has shapes.
    """
    ordered = sorted(picture)
    middle = ordered[SIZE // 2]
    if middle > _DARK:
        return False
    deviation = _MAD * sorted(abs(one - middle) for one in picture)[SIZE // 2]
    if deviation > _NOISY:
        return False
    return ordered[-1] - middle <= max(_FLAT, _OUTLIERS * deviation)


def is_same(one: bytes, other: bytes) -> bool:
    """They differ by no more than noise."""
    apart = [abs(a - b) for a, b in zip(one, other, strict=True)]
    return max(apart) <= _SAME_MOST and sum(apart) <= _SAME_MEAN * SIZE
