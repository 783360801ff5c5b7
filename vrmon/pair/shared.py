"""What a pair shares: the payload of state.json, by whom and when it was written."""

from __future__ import annotations

import json
import time
import zlib
from base64 import b64encode
from dataclasses import dataclass, field

from vrmon.net.shape import moment, text

_MOST = 64 << 20  # bytes of a state, unpacked


@dataclass(frozen=True)
class Shared:
    """`state` is the payload's text, `written` Unix time by the clock of `node`, when it led as `token`."""

    node: str
    written: float
    token: int
    state: str = field(repr=False)


def packed(state: str, node: str, token: int) -> str:
    """As etcd's JSON has a value."""
    head = json.dumps({"node": node, "written": round(time.time(), 3), "token": token})
    return b64encode(zlib.compress(f"{head}\n{state}".encode("utf-8", "replace"), 1)).decode("ascii")


def unpacked(value: bytes) -> Shared | None:
    """None where it cannot be read: whoever takes over goes on with what it knows itself."""
    unzip = zlib.decompressobj()
    try:
        head, _, state = unzip.decompress(value, _MOST).decode().partition("\n")
        told = json.loads(head)
        written = moment(told["written"], "written")
        return Shared(text(told["node"], "node"), written, int(told["token"]), state)
    except (zlib.error, ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
        return None
