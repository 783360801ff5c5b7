"""The deck itself, as a server: what it records, and what can go wrong with it."""

from __future__ import annotations

import re
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

By = Literal["remote", "hand"]


@dataclass
class Clip:
    """Something that was recorded; times are monotonic, `ended` is None while it goes on."""

    name: str
    began: float
    by: By
    slot: str = ""
    ended: float | None = None
    ended_by: By | Literal["itself", ""] = ""


class DeckServer:
    """`late`: seconds until a recording is shown. Of commands: `refusal` is answered, `is_deaf` says yes and
    does nothing, `loses_answers` obeys and says nothing; `is_silent` answers nothing at all."""

    def __init__(self) -> None:
        self.late = 0.0
        self.refusal = ""
        self.is_deaf = False
        self.loses_answers = False
        self.is_silent = False
        self.clips: list[Clip] = []
        self.heard: list[str] = []
        self.url = ""
        self._lock = threading.RLock()

    @property
    def running(self) -> Clip | None:
        with self._lock:
            return next((clip for clip in self.clips if clip.ended is None), None)

    def commands(self, verb: str) -> list[str]:
        with self._lock:
            return [line for line in self.heard if line.startswith(f"{verb}:")]

    def record(self, name: str, by: By = "hand", slot: str = "") -> None:
        with self._lock:
            assert self.running is None
            self.clips.append(Clip(name, time.monotonic(), by, slot))

    def end(self, by: By | Literal["itself"] = "hand") -> None:
        with self._lock:
            clip = self.running
            assert clip is not None
            clip.ended, clip.ended_by = time.monotonic(), by

    def answer(self, line: str) -> str | None:
        with self._lock:
            self.heard.append(line)
            if self.is_silent:
                return None
            if line == "transport info":
                return self._transport()
            if self.refusal:
                return self.refusal
            said = "200 ok" if self.is_deaf else self._carried_out(line)
            return None if self.loses_answers else said

    def _transport(self) -> str:
        clip = self.running
        is_shown = clip is not None and time.monotonic() - clip.began >= self.late
        last = clip if is_shown else next((one for one in reversed(self.clips) if one.ended), None)
        name = "" if last is None else last.name
        return f"208 transport info:\r\nstatus: {'record' if is_shown else 'stopped'}\r\nclip: {name}"

    def _carried_out(self, line: str) -> str:
        wanted = re.fullmatch(r"record: slot: ([12]) source: 1 name: (.+)", line)
        if wanted is not None:
            if self.running is not None:
                return "150 invalid state"
            if any(clip.name.casefold() == wanted[2].casefold() for clip in self.clips):
                return "112 a clip of that name exists"
            self.record(wanted[2], "remote", wanted[1])
            return "200 ok"
        if line == "stop: source: 1":
            if self.running is not None:
                self.end("remote")
            return "200 ok"
        return "100 syntax error"


@contextmanager
def on_the_air(deck: DeckServer) -> Iterator[DeckServer]:
    """The deck, listening until the block ends."""

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline(4096).decode(errors="replace").rstrip("\r\n")
            answer = deck.answer(line) if line else None
            if answer is not None:
                self.wfile.write(f"{answer}\r\n\r\n".encode())
            elif deck.is_silent:
                self.rfile.readline()  # until the other end gives up

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_: object) -> None:
            """Whoever asks may go at any moment."""

    with Server(("127.0.0.1", 0), Conversation) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        deck.url = f"deck://127.0.0.1:{server.server_address[1]}"
        try:
            yield deck
        finally:
            server.shutdown()
