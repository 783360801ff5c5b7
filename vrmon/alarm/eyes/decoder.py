"""Makes small grey pictures of PNGs and JPEGs, as a process of its own, where hostile ones do no harm.

Its standard input is a socket. Each picture comes behind its length; each answer is a byte, OK or REFUSED, a
length, and the grey picture or why there is none. The first answer, before any picture, says if it works.
"""

from __future__ import annotations

import io
import resource
import socket
import struct
import warnings
from typing import Any

from vrmon.alarm.eyes.grey import HEIGHT, WIDTH
from vrmon.errors import VrmonError

LENGTH = struct.Struct(">I")
OK, REFUSED = b"\x00", b"\x01"
_LIMITS = {
    resource.RLIMIT_AS: 256 << 20,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 16,
}
_FORMATS = ("PNG", "JPEG")
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")
_MOST_PIXELS = 4096 * 2304
_MOST_TEXT = 1 << 20


class Refused(VrmonError):
    """No picture, or none that may be opened."""


def main() -> None:
    with socket.socket(fileno=0) as line:
        stream = line.makefile("rb")
        try:
            image = _library()
        except ImportError:
            _answer(line, REFUSED, b"")
            return
        for kind, most in _LIMITS.items():
            resource.setrlimit(kind, (most, most))
        _answer(line, OK, b"")
        while head := stream.read(LENGTH.size):
            data = stream.read(LENGTH.unpack(head)[0])
            try:
                answer = OK, grey(image, data)
            except Exception as error:  # noqa: BLE001 - whatever a library makes of hostile bytes
                answer = REFUSED, f"{type(error).__name__}: {error}"[:200].encode(errors="replace")
            _answer(line, *answer)


def grey(image: Any, data: bytes) -> bytes:
    """`image` is Pillow's module Image. Any exception where it is no picture."""
    with image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        if picture.width * picture.height > _MOST_PIXELS or picture.mode not in _MODES:
            raise Refused(f"{picture.width} × {picture.height} of {picture.mode} is more than is looked at")
        picture.draft("L", (WIDTH, HEIGHT))  # a JPEG is not decoded finer than needed
        return bytes(picture.convert("L").resize((WIDTH, HEIGHT), image.Resampling.BOX).tobytes())


def _library() -> Any:
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: PLC0415, F401 - it need not be there

    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = _MOST_TEXT
    return Image


def _answer(line: socket.socket, kind: bytes, content: bytes) -> None:
    line.sendall(kind + LENGTH.pack(len(content)) + content)


if __name__ == "__main__":
    main()
