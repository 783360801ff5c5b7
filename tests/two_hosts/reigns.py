"""Who led when, as etcd's own record has it: what the recorder was told is held against it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import Any

import requests

from tests.two_hosts.cluster import Cluster, Member, encoded

KEY = "/vrmon/studio/leader"
_SILENCE = 2.0  # seconds after which another member is listened to
_PLAUSIBLE = 60.0  # seconds


class Reigns:
    """`changes`: from when (monotonic seconds) whom etcd has for the leader, "" for nobody."""

    def __init__(self, etcd: Cluster) -> None:
        self.changes: list[tuple[float, str]] = [(time.monotonic(), "")]
        self._etcd = etcd
        self._revision = 1
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def between(self, since: float, until: float) -> set[str]:
        """Whoever led at some time in there, "" where there was one in which nobody did."""
        known = self.changes
        ends = [at for at, _ in known[1:]] + [float("inf")]
        return {name for (at, name), end in zip(known, ends, strict=True) if at <= until and end > since}

    def first(self, name: str, since: float) -> float | None:
        """When it began to lead, first after `since`."""
        return next((at for at, one in self.changes if at > since and one == name), None)

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        for member in cycle(self._etcd.members):
            if self._over.is_set():
                return
            with suppress(requests.RequestException, ValueError, LookupError):
                self._listen(member)
            time.sleep(0.02)

    def _listen(self, member: Member) -> None:
        asked = {"create_request": {"key": encoded(KEY), "start_revision": str(self._revision)}}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                f"{member.url}/v3/watch",
                json=asked,
                stream=True,
                timeout=_SILENCE,
                verify=self._etcd.verify,
                cert=self._etcd.cert,
            )
            for line in answer.iter_lines(chunk_size=None):
                result = json.loads(line)["result"]
                for event in result.get("events", []):
                    self._note(event)
                # What changed before that is thrown away, and nothing did since what is known.
                self._revision = max(self._revision, int(result.get("compact_revision", 0)))
                if self._over.is_set():
                    return

    def _note(self, event: dict[str, Any]) -> None:
        known, now = event["kv"], time.monotonic()
        self._revision = int(known["mod_revision"]) + 1
        if event.get("type") == "DELETE":
            self.changes = [*self.changes, (now, "")]
            return
        told = json.loads(base64.b64decode(known["value"]))
        # It may be heard of late; whose clock is wrong says nothing of it.
        ago = time.time() - float(told["since"])
        since = now - ago if 0 <= ago <= _PLAUSIBLE else now
        # That the one before led no more was heard of late as well.
        is_late = len(self.changes) > 1 and self.changes[-1][0] > since and not self.changes[-1][1]
        known = self.changes[:-1] if is_late else self.changes
        self.changes = [*known, (max(since, known[-1][0]), str(told["node"]))]


@contextmanager
def reigns(etcd: Cluster) -> Iterator[Reigns]:
    made = Reigns(etcd)
    try:
        yield made
    finally:
        made.close()
