"""One thread's session with OBS: a WebSocket that is kept, a password that is proved, requests in batches.

An exchange has one deadline and a bound in bytes; one that goes wrong ends the session.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, NamedTuple, NoReturn, TypeVar

from vrmon.errors import BadAnswer, DeviceError, PasswordRefused, Unreachable
from vrmon.net.endpoint import Endpoint
from vrmon.net.redact import one_line
from vrmon.net.shape import ShapeError, array, document, mapping
from vrmon.net.sockets import Budget, BudgetSocket, TooLong, connect

try:
    import websocket
except ImportError:  # a recommended package: who has no OBS needs none
    _library: Any = None
else:
    _library = websocket

PORT = 4455
LIMIT = 8 << 20
"""Bytes that an exchange may bring."""

_VERSION = 1  # of the remote procedure calls, which obs-websocket 5 speaks
_HELLO, _IDENTIFY, _IDENTIFIED, _BATCH, _RESULTS = 0, 1, 2, 8, 9
_WRONG_PASSWORD = 4009
_NOT_READY = 207  # OBS 30 says so of each request
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_SWITCHED = 101  # the HTTP status with which a WebSocket begins
_NOT_OBS = "answered something that no WebSocket server of OBS says. Is its url right?"
_PACKAGE = "cannot be asked: python3-websocket is not installed here. apt install python3-websocket"


T = TypeVar("T")


class Ask(NamedTuple):
    """A request of obs-websocket, and what it needs."""

    kind: str
    data: Mapping[str, object] = {}


class Reply(NamedTuple):
    """`why` is OBS's comment on a failure. `data` is empty where it gives none."""

    done: bool
    code: int
    why: str
    data: dict[str, object]


class Session:
    """`is_new`: nothing was asked in it yet."""

    def __init__(self, endpoint: Endpoint, password: str) -> None:
        self.endpoint = endpoint
        self.is_new = True
        self._password = password
        self._budget = Budget()
        self._numbers = count(1)
        self._socket: BudgetSocket | None = None
        self._ws: Any = None

    def converse(self, talk: Callable[[Callable[..., tuple[Reply, ...]]], T]) -> T:
        """What `talk` returns. It is given a function that asks, in one batch, and returns a reply for each
        request, in their order, whether it was done or not. After a DeviceError each may have been."""
        self.endpoint.check()
        if _library is None:
            raise self.endpoint.error(Unreachable, _PACKAGE)
        is_done = False
        try:
            self._budget.start(self.endpoint.timeout, LIMIT)
            self._open()
            told = talk(self._batch)
            is_done, self.is_new = True, False
            return told
        except ShapeError as error:
            raise self.endpoint.error(BadAnswer, f"answered nonsense: {error}") from None
        except RecursionError:
            raise self.endpoint.error(BadAnswer, "answered nonsense: nested too deeply") from None
        except (OSError, TooLong) as error:
            raise self.endpoint.explain(error, LIMIT) from None
        except _library.WebSocketException as error:
            raise self._explained(error) from None
        finally:
            if not is_done:
                self.close()

    def ask(self, *asked: Ask) -> tuple[Reply, ...]:
        """One batch."""
        return self.converse(lambda ask: ask(*asked))

    def close(self) -> None:
        """End it; the next exchange opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = self._ws = None

    def _batch(self, *asked: Ask) -> tuple[Reply, ...]:
        number = str(next(self._numbers))
        requests = [{"requestType": one.kind, "requestData": dict(one.data)} for one in asked]
        self._send(_BATCH, {"requestId": number, "haltOnFailure": False, "requests": requests})
        told = self._receive(_RESULTS)
        if told.get("requestId") != number:
            raise ShapeError("an answer to another request")
        results = array(told.get("results"), "results")
        if len(results) != len(asked):
            raise ShapeError(f"{len(results)} results for {len(asked)} requests")
        replies = tuple(_reply(one, f"results[{place}]") for place, one in enumerate(results))
        if any(one.code == _NOT_READY for one in replies):
            raise self.endpoint.error(Unreachable, "is not ready: it starts, ends, or changes its profile")
        return replies

    def _open(self) -> None:
        if self._socket is not None:
            if self._socket.waiting() == b"":
                return
            self.close()
        self.is_new = True
        self._socket = connect(self.endpoint.dial, self.endpoint.port, self._budget)
        self._ws = self._shake_hands(self._socket)
        self._ws.settimeout(self.endpoint.timeout)  # the budget's time is in force; the library wants one
        challenge = self._receive(_HELLO).get("authentication")
        identify: dict[str, object] = {"rpcVersion": _VERSION, "eventSubscriptions": 0}
        if challenge is not None:
            if not self._password:
                raise self.endpoint.error(PasswordRefused, "wants a password.")
            identify["authentication"] = _proof(self._password, mapping(challenge, "authentication"))
        self._send(_IDENTIFY, identify)
        self._receive(_IDENTIFIED)

    def _shake_hands(self, connected: BudgetSocket) -> Any:
        """The library's WebSocket over this connection, and no other: to whatever an answer might redirect
        it, it would connect itself, without an end in time."""
        host = f"[{self.endpoint.host}]" if ":" in self.endpoint.host else self.endpoint.host
        try:
            ws = _library.create_connection(
                f"ws://{host}:{self.endpoint.port}/",
                socket=connected,
                redirect_limit=0,
                skip_utf8_validation=True,
                suppress_origin=True,
            )
        except (ValueError, LookupError, TypeError):  # its slips over an answer that is no HTTP
            raise self.endpoint.error(BadAnswer, _NOT_OBS) from None
        if ws.getstatus() != _SWITCHED:
            raise self.endpoint.error(BadAnswer, _NOT_OBS)
        return ws

    def _send(self, operation: int, data: Mapping[str, object]) -> None:
        self._ws.send(json.dumps({"op": operation, "d": data}).encode(), opcode=_TEXT)

    def _receive(self, operation: int) -> dict[str, object]:
        """The next message of that kind; whatever else comes is not asked for."""
        while True:
            kind, content = self._ws.recv_data(control_frame=True)
            if kind == _CLOSE:
                self._closed(content)
            if kind in (_PING, _PONG):
                continue
            told = mapping(document(content), "the message")
            if told.get("op") == operation:
                return mapping(told.get("d"), "d")

    def _closed(self, content: bytes) -> NoReturn:
        code, words = int.from_bytes(content[:2], "big"), content[2:200].decode("utf-8", "replace")
        if code == _WRONG_PASSWORD:
            raise self.endpoint.error(PasswordRefused, "refused the password that it was given.")
        said = f": {self.endpoint.quoted(words)}" if words else ""
        raise self.endpoint.error(Unreachable, f"closed the connection ({code}){said}")

    def _explained(self, error: Exception) -> DeviceError:
        if isinstance(error, _library.WebSocketTimeoutException):
            return self.endpoint.explain(TimeoutError(), LIMIT)
        if isinstance(error, _library.WebSocketConnectionClosedException):
            return self.endpoint.error(Unreachable, "closed the connection without an answer")
        return self.endpoint.error(BadAnswer, _NOT_OBS)


def _reply(value: object, where: str) -> Reply:
    entry = mapping(value, where)
    status = mapping(entry.get("requestStatus"), f"{where}.requestStatus")
    code, words = status.get("code"), status.get("comment")
    data = entry.get("responseData")
    return Reply(
        status.get("result") is True,
        code if isinstance(code, int) else 0,
        one_line(words) if isinstance(words, str) else "",
        mapping(data, f"{where}.responseData") if data is not None else {},
    )


def _proof(password: str, challenge: Mapping[str, object]) -> str:
    salt, question = challenge.get("salt"), challenge.get("challenge")
    if not isinstance(salt, str) or not isinstance(question, str):
        raise ShapeError("authentication: salt and challenge are expected")
    return _digest(_digest(password + salt) + question)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()
