"""Which address answers with what. The POSTs are reached through the Unix socket only."""

from __future__ import annotations

from email.utils import formatdate

from aiohttp import web

from vrmon.api.answers import dress, error_answer, explain_errors, json_answer
from vrmon.api.backend import Backend
from vrmon.api.connection import keep_time
from vrmon.api.control import Control
from vrmon.api.page_files import PageFiles
from vrmon.api.prometheus import CONTENT_TYPE, render
from vrmon.api.stream import Hub
from vrmon.model import media_type

_LONGEST_BODY = 64 * 1024


class Reading:
    """Handlers that only look."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def status(self, _request: web.Request) -> web.Response:
        return json_answer(self._backend.status())

    async def devices(self, _request: web.Request) -> web.Response:
        return json_answer(self._backend.devices())

    async def health(self, _request: web.Request) -> web.Response:
        healthy, why = self._backend.health()
        return json_answer({"healthy": healthy, "why": why}, 200 if healthy else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=render(self._backend.metrics()), headers={"Content-Type": CONTENT_TYPE})

    async def thumbnail(self, request: web.Request) -> web.Response:
        channel = request.match_info["name"]
        picture = self._backend.thumbnail(channel)
        kind = None if picture is None else media_type(picture.data)
        if picture is None or kind is None:
            return error_answer(404, f"Cannot show {channel}: there is no picture of it that is fresh.")
        modified = formatdate(picture.taken_at, usegmt=True)
        return web.Response(body=picture.data, content_type=kind, headers={"Last-Modified": modified})


def application(backend: Backend, hub: Hub) -> web.Application:
    """Everything that can be asked. A POST is refused before it gets here unless it came locally."""
    app = web.Application(middlewares=[keep_time, explain_errors], client_max_size=_LONGEST_BODY)
    app.on_response_prepare.append(dress)
    reading, control, files = Reading(backend), Control(backend), PageFiles()
    app.add_routes(
        [
            web.get("/", files.index),
            web.get("/page/{name}", files.file),
            web.get("/status", reading.status),
            web.get("/healthz", reading.health),
            web.get("/events", hub.serve),
            web.get("/devices", reading.devices),
            web.get("/metrics", reading.metrics),
            web.get("/thumbnail/{name:.+}", reading.thumbnail),
            web.post("/reload", control.reload),
            web.post("/channels/{name:.+}/hold", control.hold),
            web.post("/channels/{name:.+}/auto", control.auto),
            web.post("/channels/{name:.+}/stop", control.stop),
        ]
    )
    return app
