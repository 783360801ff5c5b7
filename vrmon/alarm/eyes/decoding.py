"""The child that decodes pictures: one for many, killed and replaced when it takes too long or falls over."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

from vrmon.alarm.child import OURS
from vrmon.alarm.eyes.decoder import LENGTH, OK
from vrmon.alarm.eyes.grey import SIZE
from vrmon.errors import VrmonError

PATIENCE = 5.0
"""Seconds for one picture."""
_BEGINNING = 30.0  # seconds until it can take the first one
_LONGEST_ANSWER = SIZE + 1000
MISSING = "cannot be looked at: python3-pil is not installed. Run: apt install python3-pil"


class NoPicture(VrmonError):
    """What came is none. The text says why, for the log."""


class DecoderLost(NoPicture):
    """It was too much for the child, which is gone."""


class CannotDecode(VrmonError):
    """No picture at all can be decoded here."""


class Decoding:
    """Used by one thread. There is a child from the first picture to `close`, which has `patience` seconds
    for each."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return None if self._child is None else self._child.pid

    def grey(self, data: bytes) -> bytes:
        """The small grey picture of a PNG or a JPEG, within its patience. NoPicture, CannotDecode."""
        line = self._line or self._begin()
        try:
            is_good, content = _exchange(line, LENGTH.pack(len(data)) + data, self.patience)
        except (OSError, EOFError) as error:
            self.close()
            why = "it takes too long" if isinstance(error, TimeoutError) else "the decoder died of it"
            raise DecoderLost(why) from None
        if not is_good or len(content) != SIZE:
            raise NoPicture(content.decode(errors="replace") or "nothing came of it")
        return content

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = self._line = None

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "vrmon.alarm.eyes.decoder"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={name: value for name, value in os.environ.items() if name not in OURS},
                    start_new_session=True,
                )
            self._line = ours
            is_good, _ = _exchange(ours, b"", _BEGINNING)
        except (OSError, EOFError) as error:
            ours.close()
            self.close()
            raise CannotDecode(f"cannot be looked at: {error or type(error).__name__}") from None
        if not is_good:
            self.close()
            raise CannotDecode(MISSING)
        return ours


def _exchange(line: socket.socket, sent: bytes, seconds: float) -> tuple[bool, bytes]:
    """Whether the answer is a good one, and its content. OSError, TimeoutError, EOFError."""
    deadline = time.monotonic() + seconds
    line.settimeout(seconds)
    line.sendall(sent)
    head = _receive(line, 1 + LENGTH.size, deadline)
    size = min(LENGTH.unpack(head[1:])[0], _LONGEST_ANSWER)
    return head[:1] == OK, _receive(line, size, deadline)


def _receive(line: socket.socket, size: int, deadline: float) -> bytes:
    received = b""
    while len(received) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)
        more = line.recv(size - len(received))
        if not more:
            raise EOFError
        received += more
    return received
