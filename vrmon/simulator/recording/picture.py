"""Thumbnails: colour bars with a moving mark, so that an eye sees whether a picture is fresh."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

WIDTH, HEIGHT = 64, 36
BARS = ("c0c0c0", "c0c000", "00c0c0", "00c000", "c000c0", "c00000", "0000c0", "101010")

# The smallest there is: 8 × 8 grey pixels, one table of codes each for the mean and for the detail.
JPEG = (
    bytes.fromhex("ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 0000")
    + bytes.fromhex("ffdb 0043 00" + "01" * 64)
    + bytes.fromhex("ffc0 000b 08 0008 0008 01 011100")
    + bytes.fromhex("ffc4 0014 00 01" + "00" * 15 + "00")
    + bytes.fromhex("ffc4 0014 10 01" + "00" * 15 + "00")
    + bytes.fromhex("ffda 0008 01 0100 003f00 3f ffd9")
)


def colour_bars(now: float, recording: bool) -> bytes:
    """A PNG. The mark goes round once a minute; red while recording."""
    bar = WIDTH // len(BARS)
    line = b"".join(bytes.fromhex(colour) * bar for colour in BARS)
    place = int(now % 60 / 60 * (WIDTH - 2)) * 3
    mark = bytes.fromhex("ff0000" if recording else "ffffff") * 2
    marked = line[:place] + mark + line[place + len(mark) :]
    return _png([line] * (HEIGHT - 8) + [marked] * 8)


def black() -> bytes:
    """A PNG of video black."""
    return _png([bytes((16, 16, 16)) * WIDTH] * HEIGHT)


def _png(rows: Sequence[bytes]) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
