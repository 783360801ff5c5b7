"""The real Api over real sockets, in a thread of its own, before a backend that tests control."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.world import scenes
from vrmon import settings as site
from vrmon.api import Api
from vrmon.api.backend import (
    ChannelMetrics,
    DeviceMetrics,
    MetricsSnapshot,
    Page,
    UnknownChannel,
    UnknownProblem,
)
from vrmon.errors import ConfigError, ControlError, HistoryError, NoSuchPage
from vrmon.model import Seen, Thumbnail
from vrmon.workers.counts import ANSWER_TIME, START_LATENCY, Histogram

T = TypeVar("T")


@dataclass
class FakeBackend:
    """Says what it is told to say, and keeps what it was asked to do."""

    document: dict[str, Any] = field(default_factory=lambda: scenes.document("recording"))
    healthy: bool = True
    disk_hangs: bool = False
    check_takes: float = 0.0
    thumbnails: dict[str, Thumbnail] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    control_error: str = ""
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    pictures_asked: list[tuple[str, bool]] = field(default_factory=list)
    word: dict[str, Any] | None = None
    seen: list[Seen] = field(default_factory=list)
    remembered: list[tuple[str, ...]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    reports: list[dict[str, str]] = field(default_factory=list)
    is_reading: bool = False  # every page takes until it is not
    offers: dict[str, Any] = field(default_factory=lambda: {"primaries": {}, "dvrs": {}})
    documents_made: int = 0
    broken: bool = False

    def status(self) -> dict[str, Any]:
        if self.broken:
            raise RuntimeError("secret detail")
        self.documents_made += 1
        return {**self.document, "now": scenes.rfc3339()}

    def devices(self) -> dict[str, Any]:
        self.documents_made += 1
        return self.offers

    def health(self) -> tuple[bool, str]:
        return self.healthy, "the loop turns" if self.healthy else "the loop is stuck"

    def thumbnail(self, channel: str, *, alone: bool = False) -> Thumbnail | None:
        self.pictures_asked.append((channel, alone))
        return self.thumbnails.get(channel)

    def metrics(self) -> MetricsSnapshot:
        self.documents_made += 1
        latency, answers = Histogram(START_LATENCY), Histogram(ANSWER_TIME)
        latency.observe(0.09)
        answers.observe(0.02)
        answers.observe(7.0)
        return MetricsSnapshot(
            version="1.0.0",
            started_at=1_790_000_000.0,
            health="degraded",
            problems={"degraded": 2},
            loop_age=0.1,
            heartbeat_age=3.0,
            channels=(
                ChannelMetrics("PCR 1", True, False, 4.5, 3, 2, latency.snapshot(), drilled=("ok", 1.79e9)),
            ),
            devices=(
                DeviceMetrics("primary", "playbox", True, 100, 2, 0.4, answers.snapshot()),
                DeviceMetrics("dvr", "never seen", False),
            ),
        )

    async def reload(self) -> str:
        if self.complaints:
            raise ConfigError(self.complaints)
        self.asked.append(("reload",))
        return "Reloaded."

    async def check(self) -> dict[str, Any]:
        if self.control_error:
            raise ControlError(self.control_error)
        await asyncio.sleep(self.check_takes)
        return {"findings": [], "exit_status": 0}

    def pair(self) -> dict[str, Any] | None:
        return self.word

    def hand_over(self, by: str) -> str:
        self.asked.append(("hand-over", "", by))
        return "b takes over."

    def hold(self, channel: str, seconds: float | None, reason: str, by: str) -> str:
        self._check(channel)
        self.asked.append(("hold", channel, seconds, reason, by))
        return f"{channel} is on hold."

    def auto(self, channel: str, by: str) -> str:
        self._check(channel)
        self.asked.append(("auto", channel, by))
        return f"{channel} is automatic."

    def stop(self, channel: str, by: str) -> str:
        self._check(channel)
        self.asked.append(("stop", channel, by))
        return f"{channel} is stopping."

    def alarms(self, failing: Mapping[str, str], seen: Sequence[Seen]) -> None:
        self.seen = list(seen)
        self.asked.append(("alarms", dict(failing)))

    def claim(self, channel: str, by: str) -> str:
        self._check(channel)
        self.asked.append(("claim", channel, by))
        return f"{channel} is vrmon's own."

    def remember(self, action: str, subject: str, by: str, reason: str = "", refusal: str = "") -> None:
        self.remembered.append((action, subject, by, reason, refusal))

    async def has_saved(self) -> bool:
        return not self.disk_hangs

    async def history(self, page: Page) -> bytes:
        self.pages.append(page)
        while self.is_reading:
            await asyncio.sleep(0.01)
        if page.kind == "nonsense":
            raise NoSuchPage("Cannot list 'nonsense': a kind is one of job.")
        if not self.healthy:
            raise HistoryError("Cannot read the history: there is none.")
        return b'{"items":[],"next":null,"holes":[]}'

    def drill(self, channel: str, seconds: float | None, by: str) -> str:
        self._check(channel)
        self.asked.append(("drill", channel, seconds, by))
        return f"{channel} is being drilled."

    async def report(self, query: Mapping[str, str]) -> bytes:
        self.reports.append(dict(query))
        while self.is_reading:
            await asyncio.sleep(0.01)
        if not self.healthy:
            raise HistoryError("Cannot read the history: there is none.")
        return b'{"jobs":[]}'

    def acknowledge(self, code: str, subject: str, seconds: float, note: str, by: str) -> str:
        self._check_problem(code, subject)
        self.asked.append(("ack", code, subject, seconds, note, by))
        return "It is acknowledged."

    def withdraw(self, code: str, subject: str, by: str) -> str:
        self._check_problem(code, subject)
        self.asked.append(("unack", code, subject, by))
        return "It is not acknowledged."

    def _check_problem(self, code: str, subject: str) -> None:
        if (code, subject) not in ((one["code"], one["subject"]) for one in self.document["problems"]):
            raise UnknownProblem(f"Cannot find {code} of {subject!r}: no such problem is there now.")

    def _check(self, channel: str) -> None:
        if channel not in (c["name"] for c in self.document["channels"]):
            raise UnknownChannel(channel)
        if self.control_error:
            raise ControlError(self.control_error)


class Server:
    """An Api that runs in its own thread. `call` runs a coroutine there and waits for it."""

    def __init__(self, backend: FakeBackend, unix_socket: Path, patience: float = 30.0) -> None:
        self.backend = backend
        self.unix_socket = unix_socket
        self.loop = asyncio.new_event_loop()
        self.api = Api(backend, patience)
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def wait(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "never true"
            time.sleep(0.02)

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def settings(self, listen: str = "127.0.0.1:0", unix_socket: Path | None = None) -> site.Api:
        return site.Api(listen=listen, unix_socket=unix_socket or self.unix_socket)

    def start(self, api: site.Api | None = None, adopted: dict[str, socket.socket] | None = None) -> None:
        self.call(self.api.start(api or self.settings(), adopted or {}))

    def changed(self) -> None:
        self.loop.call_soon_threadsafe(self.api.changed)

    @property
    def port(self) -> int:
        port: int = self.api.listeners["vrmon-tcp"].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        try:
            self.call(self.api.stop())
            self.call(_end_tasks())
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(60)
            self.loop.close()


async def _end_tasks() -> None:
    """As asyncio.run does when its coroutine is done."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@contextlib.contextmanager
def serving(folder: Path, patience: float = 30.0) -> Iterator[Server]:
    server = Server(FakeBackend(), folder / "vrmon.sock", patience)
    try:
        server.start()
        yield server
    finally:
        server.close()
