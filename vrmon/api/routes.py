"""Which address answers with what. The POSTs are reached through the Unix socket only."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

from aiohttp import web

from vrmon.api.answers import (
    JSON,
    ErrorAnswers,
    Handler,
    Headers,
    bytes_answer,
    encode,
    error_answer,
    json_answer,
)
from vrmon.api.backend import Backend, UnknownChannel
from vrmon.api.connection import keep_time
from vrmon.api.control import Control
from vrmon.api.own_names import OwnNames
from vrmon.api.page_files import PageFiles
from vrmon.api.past import Past
from vrmon.api.peer import over_unix
from vrmon.api.prometheus import CONTENT_TYPE, render
from vrmon.api.rendering import Rendering, Told
from vrmon.api.stream import Hub
from vrmon.model import Health, media_type

_LONGEST_BODY = 64 * 1024


class Documents:
    """What is rendered once for all who ask at about the same time."""

    def __init__(self, backend: Backend) -> None:
        self.status = Rendering(lambda: Told(backend.status()))
        self.devices = Rendering(lambda: encode(backend.devices()))
        self.metrics = Rendering(lambda: render(backend.metrics()))
        self._all: tuple[Rendering[Any], ...] = (self.status, self.devices, self.metrics)

    def changed(self) -> None:
        for document in self._all:
            document.changed()

    @web.middleware
    async def expire(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Once a command has been answered, nobody is shown what was before it."""
        try:
            return await handler(request)
        finally:
            if request.method == "POST":
                for document in self._all:
                    document.expire()


class Reading:
    """Handlers that only look.

    Who asks over the Unix socket may have commanded something just before, and sees what came of it.
    """

    def __init__(self, backend: Backend, documents: Documents) -> None:
        self._backend = backend
        self._documents = documents

    async def status(self, request: web.Request) -> web.Response:
        return bytes_answer(self._told(request).whole, JSON)

    async def channels(self, request: web.Request) -> web.Response:
        return bytes_answer(self._told(request).channels, JSON)

    async def channel(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        told = self._told(request).channel(name)
        if told is None:
            raise UnknownChannel(name)
        return bytes_answer(told, JSON)

    async def health(self, request: web.Request) -> web.Response:
        told = self._told(request)
        is_well = told.health != Health.CRITICAL.value and self._backend.health()[0]
        return web.Response(body=told.of_all, status=200 if is_well else 503, content_type=JSON)

    async def devices(self, request: web.Request) -> web.Response:
        return bytes_answer(self._documents.devices.get(fresh=over_unix(request)), JSON)

    async def liveness(self, _request: web.Request) -> web.Response:
        healthy, why = self._backend.health()
        return json_answer({"healthy": healthy, "why": why}, 200 if healthy else 503)

    async def pair(self, _request: web.Request) -> web.Response:
        word = self._backend.pair()
        if word is None:
            return error_answer(404, "Cannot tell of a pair: this host is alone.")
        return json_answer(word)

    async def metrics(self, request: web.Request) -> web.Response:
        return bytes_answer(self._documents.metrics.get(fresh=over_unix(request)), CONTENT_TYPE)

    async def thumbnail(self, request: web.Request) -> web.Response:
        channel = request.match_info["name"]
        picture = self._backend.thumbnail(channel, alone=over_unix(request))
        kind = None if picture is None else media_type(picture.data)
        if picture is None or kind is None:
            return error_answer(404, f"Cannot show {channel}: there is no picture of it that is fresh.")
        modified = formatdate(picture.taken_at, usegmt=True)
        return bytes_answer(picture.data, kind, {"Last-Modified": modified})

    def _told(self, request: web.Request) -> Told:
        return self._documents.status.get(fresh=over_unix(request))


def application(
    backend: Backend, documents: Documents, hub: Hub, names: OwnNames, headers: Headers
) -> web.Application:
    """Everything that can be asked. A POST is refused before it gets here unless it came locally."""
    middlewares = [keep_time, ErrorAnswers().explain, names.check, documents.expire]
    app = web.Application(middlewares=middlewares, client_max_size=_LONGEST_BODY)
    app.on_response_prepare.append(headers.dress)
    reading, control, files = Reading(backend, documents), Control(backend), PageFiles()
    past = Past(backend)
    app.add_routes(
        [
            web.get("/", files.index),
            web.get("/day", files.day),
            web.get("/page/{name}", files.file),
            web.get("/openapi.json", files.openapi),
            web.get("/status", reading.status),
            web.get("/channels", reading.channels),
            web.get("/channels/{name:.+}", reading.channel),
            web.get("/health", reading.health),
            web.get("/healthz", reading.liveness),
            web.get("/events", hub.serve),
            web.get("/devices", reading.devices),
            web.get("/metrics", reading.metrics),
            web.get("/pair", reading.pair),
            web.get("/history", past.history),
            web.get("/report", past.report),
            web.get("/thumbnail/{name:.+}", reading.thumbnail),
            web.post("/reload", control.reload),
            web.post("/check", control.check),
            web.post("/alarms", control.alarms),
            web.post("/pair/hand-over", control.hand_over),
            web.post("/channels/{name:.+}/hold", control.hold),
            web.post("/channels/{name:.+}/auto", control.auto),
            web.post("/channels/{name:.+}/stop", control.stop),
            web.post("/channels/{name:.+}/claim", control.claim),
            web.post("/channels/{name:.+}/drill", control.drill),
            web.post("/problems/{code}/{subject:.+}/ack", control.acknowledge),
            web.post("/problems/{code}/{subject:.+}/unack", control.withdraw),
        ]
    )
    return app
