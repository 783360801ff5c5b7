"""Where vrmon-alarm is asked what it told, and to try its ways: a Unix socket, for vrmond may be down.

A line "alarms", "causes" or "test" is answered with a line of JSON for each entry, cause or way, and the end.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from vrmon.daemon.journal import fields

log = logging.getLogger(__name__)

_GUESTS = 4
_PATIENCE = 5.0  # seconds for the question, and for each line to be taken

Answers = Callable[[], Iterable[dict[str, Any]]]


class Door:
    """Open from `open` to `close`. The answers are given in threads of its own."""

    def __init__(self, path: Path, answers: dict[str, Answers]) -> None:
        self._path = path
        self._answers = answers
        self._places = threading.BoundedSemaphore(_GUESTS)
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Without it people are told all the same."""
        listener = socket.socket(socket.AF_UNIX)
        try:
            self._path.unlink(missing_ok=True)
            listener.bind(str(self._path))
            self._path.chmod(0o660)
            listener.listen()
        except OSError as error:
            listener.close()
            log.warning("Socket not available", extra=fields(file=self._path, reason=error.strerror))
            return
        self._socket = listener
        threading.Thread(target=self._serve, args=(listener,), name="door", daemon=True).start()

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._path.unlink(missing_ok=True)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                guest, _ = listener.accept()
            except OSError as error:
                if listener.fileno() < 0 or error.errno is None:
                    return
                threading.Event().wait(1.0)
                continue
            if self._places.acquire(blocking=False):
                threading.Thread(target=self._answer, args=(guest,), name="guest", daemon=True).start()
            else:
                guest.close()

    def _answer(self, guest: socket.socket) -> None:
        try:
            guest.settimeout(_PATIENCE)
            answers = self._answers.get(guest.recv(64).decode(errors="replace").strip())
            for one in answers() if answers is not None else ():
                guest.sendall(json.dumps(one).encode() + b"\n")
        except OSError:
            pass  # it has gone
        finally:
            guest.close()
            self._places.release()


def ask(path: Path, question: str, seconds: float) -> Iterable[dict[str, Any]]:
    """The answers as they come, each within `seconds`. OSError, or ValueError for nonsense."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(seconds)
        door.connect(os.fspath(path))
        door.sendall(f"{question}\n".encode())
        with door.makefile("rb") as lines:
            for line in lines:
                one = json.loads(line)
                if isinstance(one, dict):
                    yield one
