"""Who gets what vrmon-alarm posts: an HTTP server that can be as bad as any."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 60.0


class Receiver:
    """`manner`: "well", "refusing" (500), "hung" or "dripping" (for ever). `begun`: how many messages
    came; `got`: those that were answered well."""

    def __init__(self) -> None:
        self.manner = "well"
        self.begun = 0
        self.got: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.gone = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.begun += 1
                if self._answer():
                    receiver.got.append(body)

            def do_GET(self) -> None:
                if self._answer():
                    receiver.asked.append(self.path)

            def _answer(self) -> bool:
                if receiver.manner == "hung":
                    receiver.gone.wait(PATIENCE)
                    return False
                if receiver.manner == "dripping":
                    self.wfile.write(b"HTTP/1.")
                    while not receiver.gone.wait(0.2):
                        self.wfile.write(b"1")
                    return False
                is_well = receiver.manner == "well"
                self.send_response(200 if is_well else 500)
                self.end_headers()
                return is_well

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Whoever is killed in the middle of a request is gone."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/told"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def wait_for(self, condition: Callable[[list[dict[str, Any]]], object]) -> list[dict[str, Any]]:
        """What was got, once the condition holds for it."""
        deadline = time.monotonic() + PATIENCE
        while not condition(self.got):
            assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {self.got}"
            time.sleep(0.02)
        return self.got

    def close(self) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
