"""The commands that change something. They arrive through the Unix socket only."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from vrmon.api.answers import json_answer
from vrmon.api.backend import Backend
from vrmon.api.peer import peer
from vrmon.errors import ControlError
from vrmon.model import Seen
from vrmon.net.redact import one_line

_log = logging.getLogger(__name__)

_LONGEST_HOLD = 366 * 86400.0
_LONGEST_REASON = 200
_LONGEST_ACKNOWLEDGED = 12 * 3600.0
_LONGEST_DRILL = 600.0
_LONGEST_SEEN = 366 * 86400.0
_MOST_WAYS = 100
_MOST_CHANNELS = 1000
_NOT_SAVED = "The disk does not have this yet: until it does, a restart of vrmond would forget it."


class Control:
    """Handlers that check what is asked, log who asked it, and hand it to the daemon."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def reload(self, request: web.Request) -> web.Response:
        by = self._note(request, "reload", await _body(request))
        message = await self._backend.reload()
        self._backend.remember("reload", "", by)
        return json_answer({"message": message})

    async def check(self, request: web.Request) -> web.Response:
        self._note(request, "check", await _body(request))
        return json_answer(await self._backend.check())

    async def hand_over(self, request: web.Request) -> web.Response:
        by = self._note(request, "hand-over", await _body(request))
        return await self._done("hand-over", "", by, partial(self._backend.hand_over, by))

    async def hold(self, request: web.Request) -> web.Response:
        body = await _body(request)
        seconds = _seconds(body, "seconds", _LONGEST_HOLD, "hold for that long", "a year, or null")
        reason = _text(body, "reason")[:_LONGEST_REASON]
        return await self._on_channel(
            request, "hold", body, lambda name, by: self._backend.hold(name, seconds, reason, by)
        )

    async def auto(self, request: web.Request) -> web.Response:
        return await self._on_channel(request, "auto", await _body(request), self._backend.auto)

    async def stop(self, request: web.Request) -> web.Response:
        return await self._on_channel(request, "stop", await _body(request), self._backend.stop)

    async def claim(self, request: web.Request) -> web.Response:
        return await self._on_channel(request, "claim", await _body(request), self._backend.claim)

    async def drill(self, request: web.Request) -> web.Response:
        body = await _body(request)
        seconds = _seconds(body, "seconds", _LONGEST_DRILL, "drill for that long", "10 min, or null")
        return await self._on_channel(
            request, "drill", body, lambda name, by: self._backend.drill(name, seconds, by), 202
        )

    async def acknowledge(self, request: web.Request) -> web.Response:
        body = await _body(request)
        limit = _LONGEST_ACKNOWLEDGED
        seconds = _seconds(body, "for", limit, "acknowledge for that long", "12 h, or null for these")
        note = _text(body, "note")[:_LONGEST_REASON]
        code, subject = request.match_info["code"], request.match_info["subject"]
        by = self._note(request, "ack", body, PROBLEM=code, SUBJECT=subject)
        longest = limit if seconds is None else seconds
        do = partial(self._backend.acknowledge, code, subject, longest, note, by)
        return await self._done("ack", subject, by, do, note)

    async def withdraw(self, request: web.Request) -> web.Response:
        code, subject = request.match_info["code"], request.match_info["subject"]
        by = self._note(request, "unack", await _body(request), PROBLEM=code, SUBJECT=subject)
        return await self._done("unack", subject, by, partial(self._backend.withdraw, code, subject, by))

    async def alarms(self, request: web.Request) -> web.Response:
        """Said every few seconds, and by nobody who wants anything: not logged."""
        body = await _body(request)
        ways = body.get("ways")
        if not isinstance(ways, list) or not all(isinstance(one, dict) for one in ways):
            raise web.HTTPBadRequest(text="Cannot read the request: ways is not an array of objects.")
        told = [(_text(one, "way"), _text({"why": one.get("failing") or ""}, "why")) for one in ways]
        failing = {one_line(way): one_line(why, _LONGEST_REASON) for way, why in told[:_MOST_WAYS] if why}
        pictures = body.get("pictures") or []
        if not isinstance(pictures, list) or not all(isinstance(one, dict) for one in pictures):
            raise web.HTTPBadRequest(text="Cannot read the request: pictures is not an array of objects.")
        seen = [
            Seen(_text(one, "channel"), *(_lasting(one, key) for key in ("black", "frozen", "age")))
            for one in pictures[:_MOST_CHANNELS]
        ]
        self._backend.alarms(failing, seen)
        return json_answer({"message": "Noted."})

    async def _on_channel(
        self,
        request: web.Request,
        action: str,
        body: dict[str, Any],
        do: Callable[[str, str], str],
        status: int = 200,
    ) -> web.Response:
        channel = request.match_info["name"]
        by = self._note(request, action, body, CHANNEL=channel)
        return await self._done(action, channel, by, partial(do, channel, by), _text(body, "reason"), status)

    async def _done(
        self, action: str, subject: str, by: str, do: Callable[[], str], reason: str = "", status: int = 200
    ) -> web.Response:
        """Do it, see to it that the history has it, and whether it was refused, and that a restart knows."""
        try:
            message = do()
        except ControlError as refusal:
            self._backend.remember(action, subject, by, reason[:_LONGEST_REASON], str(refusal))
            raise
        self._backend.remember(action, subject, by, reason[:_LONGEST_REASON])
        if not await self._backend.has_saved():
            message = f"{message} {_NOT_SAVED}"
        return json_answer({"message": message}, status)

    def _note(self, request: web.Request, action: str, body: dict[str, Any], **about: str) -> str:
        asker = peer(request)
        by = asker.called(_text(body, "by"))
        _log.info(
            "Asked to change something",
            extra={"ACTION": action, "BY": by, "PEER_PID": asker.pid, **about},
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


def _lasting(body: dict[str, Any], key: str) -> float | None:
    """Seconds that something has lasted, 0 where it does not, None where nobody knows."""
    value = body.get(key)
    if isinstance(value, int | float) and value == 0 and value is not False:
        return 0.0
    return _seconds(body, key, _LONGEST_SEEN, "read the request", "a year of them")


def _seconds(body: dict[str, Any], key: str, longest: float, what: str, most: str) -> float | None:
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= longest:
        raise web.HTTPBadRequest(text=f"Cannot {what}: {key} is a number above 0, at most {most}.")
    return float(value)
