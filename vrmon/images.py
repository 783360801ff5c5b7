"""What kind of picture it is: told by its first bytes, as a DVR says nothing reliable of it."""

from __future__ import annotations

_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def media_type(data: bytes) -> str | None:
    """Of a PNG or a JPEG; None for anything else."""
    return next((kind for beginning, kind in _BEGINNINGS.items() if data.startswith(beginning)), None)
