"""How every answer looks: JSON for programs, the same safe headers, no word of what is inside."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from vrmon.api.backend import Unknown
from vrmon.api.limited_log import LimitedLog
from vrmon.api.peer import over_unix
from vrmon.errors import ConfigError, ControlError, HistoryError, NoSuchChannel, NoSuchPage
from vrmon.views.brief import API

JSON = "application/json"
_PIECE = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_POLICY = "Content-Security-Policy"
_HEADERS = {
    "Server": "vrmon",
    "Vrmon-Api": str(API),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    _POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; "
    ),
}
_SURROGATES = re.compile(r"\\\\|\\ud[89ab]..\\ud[c-f]..|\\ud[89a-f]..")  # a backslash, a pair, one alone
_ALONE = len(r"\ud800")
_CONTROL_LIVES_ELSEWHERE = (
    "Cannot change anything over TCP: it only reads. Use the vrmon command on the server itself."
)


def encode(document: object) -> bytes:
    """One line of ASCII. Half a surrogate pair, which clients choke on, becomes "?"."""
    text = json.dumps(document, separators=(",", ":"))
    if "\\ud" in text:
        text = _SURROGATES.sub(lambda found: "?" if len(found[0]) == _ALONE else found[0], text)
    return text.encode("ascii")


def bytes_answer(body: bytes, content_type: str, headers: dict[str, str] | None = None) -> web.Response:
    """Of a document that others get as well: one who takes it slowly makes no copy of what is left of it."""
    if len(body) <= _PIECE:
        return web.Response(body=body, headers={"Content-Type": content_type, **(headers or {})})
    length = {"Content-Length": str(len(body)), "Content-Type": content_type}
    return web.Response(body=_pieces(body), headers={**length, **(headers or {})})


async def _pieces(body: bytes) -> AsyncIterator[memoryview]:
    for start in range(0, len(body), _PIECE):
        yield memoryview(body)[start : start + _PIECE]


def json_answer(document: object, status: int = 200) -> web.Response:
    return web.Response(body=encode(document), status=status, content_type=JSON)


def error_answer(status: int, text: str, **more: Any) -> web.Response:
    return json_answer({"error": text, **more}, status)


class Headers:
    """What every answer carries. The site says which other pages may show ours in a frame."""

    def __init__(self) -> None:
        self._all: dict[str, str] = {}
        self.learn(())

    def learn(self, frame_ancestors: Iterable[str]) -> None:
        ancestors = " ".join(("'self'", *frame_ancestors))
        self._all = {**_HEADERS, _POLICY: f"{_HEADERS[_POLICY]}frame-ancestors {ancestors}"}

    async def dress(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Puts them on an answer, just before it is sent."""
        response.headers.update(self._all)
        response.headers.setdefault("Cache-Control", "no-store")


class ErrorAnswers:
    """Turns every error into `{"error": "Cannot X: why. Hint."}` with the status that fits."""

    def __init__(self) -> None:
        self._mistakes = LimitedLog("Answering a request failed", logging.ERROR)

    @web.middleware
    async def explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST" and not over_unix(request):
            return error_answer(403, _CONTROL_LIVES_ELSEWHERE)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return _http_error(request, error)
        except Unknown as error:
            return error_answer(404, str(error))
        except ConfigError as error:
            text = "Cannot reload: the configuration is refused. The running one stays in force."
            return error_answer(422, text, complaints=list(error.complaints))
        except ControlError as error:
            return error_answer(409, str(error))
        except NoSuchPage as error:
            return error_answer(400, str(error))
        except NoSuchChannel as error:
            return error_answer(404, str(error))
        except HistoryError as error:
            return error_answer(503, str(error))
        except ConnectionError:  # it went away while it was answered: nobody reads this
            return error_answer(400, "Cannot answer: the client is gone.")
        except Exception as error:  # noqa: BLE001  # the top of a request's task
            self._mistakes.note(error, REQUEST=request.path)
            return error_answer(500, "Cannot answer: vrmon made a mistake. Its journal holds the details.")


def _http_error(request: web.Request, error: web.HTTPException) -> web.Response:
    if isinstance(error, web.HTTPNotFound):
        return error_answer(404, f"Cannot find {request.path}: vrmon has no such page.")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        answer = error_answer(405, f"Cannot {request.method} {request.path}: it takes {allowed}.")
        answer.headers["Allow"] = allowed
        return answer
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return error_answer(413, "Cannot take the request: its body is too long.")
    return error_answer(error.status, error.text or f"Cannot answer: {error.reason}.")
