"""The signed repository, served to the machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.system.machine import Machine

URL = os.environ.get("VRMON_SYSTEM_REPOSITORY", "")


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: apt says what it could not get."""


@contextmanager
def repository(machine: Machine) -> Iterator[None]:
    """Serves /srv/repository at the address that it was published for, in the network of this thread."""
    address = urlsplit(URL)
    handler = partial(_Handler, directory=str(machine.root / "srv/repository"))
    with ThreadingHTTPServer((str(address.hostname), address.port or 80), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
