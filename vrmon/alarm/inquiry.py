"""vrmond as the alarm sees it: asked through its Unix socket, told how the ways do; every wait bounded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from vrmon.net.failures import FOREIGN
from vrmon.net.sockets import Budget
from vrmon.net.unix import UnixAdapter

_PATIENCE = 5.0  # seconds for a whole answer
_LIMIT = 16 << 20  # bytes


class Inquiry:
    """One vrmond, whichever listens at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._budget = Budget()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept-Encoding"] = "identity"
        self._adapter = UnixAdapter(path, self._budget)
        self._session.mount("http://", self._adapter)

    def status(self) -> Any:
        """The document that it answers with; None for anything but a good answer."""
        return self._ask("GET", "/status", None)

    def report(self, body: object) -> bool:
        """Tells it how the ways do. False where it did not take it."""
        return self._ask("POST", "/alarms", body) is not None

    def picture(self, channel: str) -> tuple[str, bytes] | None:
        """The newest of a channel, and when it was taken, in words that differ from picture to picture; None
        where there is none. That it is asked for is why there is another one before long."""
        try:
            answer = self._exchange("GET", f"/thumbnail/{quote(channel, safe='')}", None)
            return None if answer is None else (answer.headers.get("Last-Modified", ""), answer.content)
        except FOREIGN:
            return None
        finally:
            self._adapter.drop()

    def _ask(self, method: str, path: str, body: object) -> Any:
        try:
            answer = self._exchange(method, path, body)
            return None if answer is None else json.loads(answer.content)
        except (*FOREIGN, RecursionError):
            return None
        finally:
            self._adapter.drop()

    def _exchange(self, method: str, path: str, body: object) -> requests.Response | None:
        self._budget.start(_PATIENCE, _LIMIT)
        answer = self._session.request(method, f"http://vrmon{path}", json=body, allow_redirects=False)
        # Older libraries take an answer that was cut short for a good one.
        whole = len(answer.content) == int(answer.headers.get("Content-Length", -1))
        return answer if whole and answer.status_code == 200 else None
