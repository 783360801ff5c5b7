"""The commands that change something. They arrive through the Unix socket only."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

from vrmon.api.answers import json_answer
from vrmon.api.backend import Backend
from vrmon.api.peer import peer

_log = logging.getLogger(__name__)

_LONGEST_HOLD = 366 * 86400.0
_LONGEST_REASON = 200


class Control:
    """Handlers that check what is asked, log who asked it, and hand it to the daemon."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def reload(self, request: web.Request) -> web.Response:
        self._note(request, "reload", await _body(request))
        return json_answer({"message": await self._backend.reload()})

    async def hold(self, request: web.Request) -> web.Response:
        body = await _body(request)
        seconds = _seconds(body.get("seconds"))
        reason = _text(body, "reason")[:_LONGEST_REASON]
        return self._on_channel(
            request, "hold", body, lambda name, by: self._backend.hold(name, seconds, reason, by)
        )

    async def auto(self, request: web.Request) -> web.Response:
        return self._on_channel(request, "auto", await _body(request), self._backend.auto)

    async def stop(self, request: web.Request) -> web.Response:
        return self._on_channel(request, "stop", await _body(request), self._backend.stop)

    async def claim(self, request: web.Request) -> web.Response:
        return self._on_channel(request, "claim", await _body(request), self._backend.claim)

    def _on_channel(
        self, request: web.Request, action: str, body: dict[str, Any], do: Callable[[str, str], str]
    ) -> web.Response:
        channel = request.match_info["name"]
        by = self._note(request, action, body, channel)
        return json_answer({"message": do(channel, by)})

    def _note(self, request: web.Request, action: str, body: dict[str, Any], channel: str = "") -> str:
        asker = peer(request)
        by = asker.called(_text(body, "by"))
        _log.info(
            "Asked to change something",
            extra={"ACTION": action, "CHANNEL": channel, "BY": by, "PEER_PID": asker.pid},
        )
        return by


async def _body(request: web.Request) -> dict[str, Any]:
    """The body's object, empty for an empty body. HTTPBadRequest for anything else."""
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="Cannot read the request: its body is not JSON.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Cannot read the request: its body is not a JSON object.")
    return body


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise web.HTTPBadRequest(text=f"Cannot read the request: {key} is not a text.")
    return value.encode("utf-8", "replace").decode("utf-8")


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST_HOLD:
        raise web.HTTPBadRequest(
            text="Cannot hold for that long: seconds is a number above 0, at most a year, or null."
        )
    return float(value)
