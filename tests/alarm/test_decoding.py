"""The child that decodes pictures: whatever it is given, the next picture is decoded."""

from __future__ import annotations

import io
import os
import signal
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.alarm.alarming import PATIENCE
from tests.alarm.footage import encoded, scene
from vrmon.alarm.eyes.decoding import MISSING, CannotDecode, DecoderLost, Decoding, NoPicture
from vrmon.alarm.eyes.grey import SIZE

PNG, JPEG = (encoded(scene(Random(1)), quality) for quality in (0, 75))


@pytest.fixture(scope="module")
def decoding() -> Iterator[Decoding]:
    one = Decoding(PATIENCE)
    yield one
    one.close()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join((chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")))


def saved(kind: str, size: tuple[int, int] = (64, 64), mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind)
    return file.getvalue()


HOSTILE = {
    "nothing": b"",
    "text": b"<html>no such picture</html>",
    "the beginning of a PNG": PNG[:8],
    "half a PNG": PNG[: len(PNG) // 2],
    "half a JPEG": JPEG[: len(JPEG) // 2],
    "a GIF": saved("GIF"),
    "a BMP": saved("BMP"),
    "a TIFF": saved("TIFF"),
    "a PPM": saved("PPM"),
    "a WebP by name": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24),
    "a program of PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n" + b"(x) show\n" * 9,
    "a small file that is a large picture": saved("PNG", (9000, 9000)),
    "the largest there is": png(0x7FFFFFFF, 0x7FFFFFFF, chunk(b"IDAT", zlib.compress(bytes(1000)))),
    "one that is empty": png(0, 0, chunk(b"IDAT", b"")),
    "a JPEG of more than it holds": JPEG.replace(
        struct.pack(">HH", 180, 320), struct.pack(">HH", 65500, 65500)
    ),
    "samples of 16 bits": png(1, 1, chunk(b"IDAT", zlib.compress(b"\0\0\0")), depth=16, colour=0),
    "a text of 100 MB": png(
        8, 8, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000), 9)), chunk(b"IDAT", b"")
    ),
    "a profile of 100 MB": png(
        8, 8, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000), 9)), chunk(b"IDAT", b"")
    ),
    "no end of chunks": PNG[:33] + chunk(b"tEXt", b"a\0b") * 100_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_picture_is_refused(decoding: Decoding, data: bytes) -> None:
    assert len(decoding.grey(PNG)) == SIZE
    pid = decoding.pid
    with pytest.raises(NoPicture):
        decoding.grey(data)
    assert len(decoding.grey(JPEG)) == SIZE
    assert decoding.pid == pid, "and the child has survived it"


def test_the_largest_picture_that_is_looked_at(decoding: Decoding) -> None:
    assert decoding.grey(saved("PNG", (4096, 2304), "RGBA")) == bytes(SIZE)
    assert decoding.grey(saved("JPEG", (4096, 2304), "CMYK")) in (bytes(SIZE), bytes([255]) * SIZE)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture of which some bytes are others, or are missing, or come twice."""
    data = bytearray(draw(st.sampled_from((PNG, JPEG))))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(("other", "gone", "twice", "cut"))):
            case "other":
                data[place] = draw(st.integers(0, 255))
            case "gone":
                del data[place : place + draw(st.integers(1, 64))]
            case "twice":
                data[place:place] = data[place : place + draw(st.integers(1, 64))]
            case _:
                del data[place + 1 :]
        if not data:
            break
    return bytes(data)


@given(data=damaged() | st.binary(max_size=2000).map(lambda tail: PNG[:33] + tail) | st.binary())
def test_any_bytes_are_a_picture_or_none(decoding: Decoding, data: bytes) -> None:
    try:
        assert len(decoding.grey(data)) == SIZE
    except NoPicture as error:
        assert str(error)


def test_a_child_that_is_killed_is_replaced(decoding: Decoding) -> None:
    decoding.grey(PNG)
    killed = decoding.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(DecoderLost, match="died"):
        decoding.grey(PNG)
    assert len(decoding.grey(PNG)) == SIZE
    assert decoding.pid != killed


def test_a_child_that_takes_too_long_is_killed(decoding: Decoding, monkeypatch: pytest.MonkeyPatch) -> None:
    decoding.grey(PNG)
    stopped = decoding.pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    with monkeypatch.context() as hurried, pytest.raises(DecoderLost, match="too long"):
        hurried.setattr(decoding, "patience", 0.2)
        decoding.grey(PNG)
    assert not Path(f"/proc/{stopped}").exists()
    assert len(decoding.grey(PNG)) == SIZE


def test_its_memory_is_bounded(decoding: Decoding) -> None:
    decoding.grey(PNG)
    limits = Path(f"/proc/{decoding.pid}/limits").read_text()
    (space,) = (line.split() for line in limits.splitlines() if line.startswith("Max address space"))
    assert space[3:5] == [str(256 << 20)] * 2


def test_where_pillow_is_missing_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['PIL'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = Decoding()
    with pytest.raises(CannotDecode) as caught:
        one.grey(PNG)
    assert str(caught.value) == MISSING
    assert one.pid is None
