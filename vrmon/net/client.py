"""One HTTP exchange with a device: within its deadline, within a size, never repeated, never redirected.

The only importer of requests in the daemon. Nothing comes out of it but an Answer or a DeviceError.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import HTTPConnectionPool

from vrmon import __version__
from vrmon.catalog import Code
from vrmon.errors import BadAnswer
from vrmon.model import Note, Sight
from vrmon.net import resolver
from vrmon.net.body import Answer, whole
from vrmon.net.endpoint import Endpoint
from vrmon.net.failures import FOREIGN
from vrmon.net.pool import Pool, TlsPool
from vrmon.net.shape import ShapeError, document
from vrmon.net.sockets import Budget
from vrmon.net.tls import pool_options

LIMIT = 8 << 20
"""Bytes that an answer may have, headers included."""

_HEADERS = {
    "User-Agent": f"vrmon/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-store",
    "Connection": "keep-alive",
}

Request = requests.PreparedRequest

T = TypeVar("T")

# urllib3 logs whole URLs, the password included: each request at debug, odd headers at warning.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class Client:
    """One thread's connection to a device: kept between requests, opened anew when it is found dead.

    Not kept where it keeps the device from serving another, or the device often drops what is kept.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._understood: tuple[Answer, object, Sight[Any]] | None = None
        self._budget = Budget()
        self._pool = _pool(endpoint, self._budget)
        # Without a session: it would keep cookies, follow redirects and look for proxies, none of which a
        # device is to bring about, and there is a client for each of a thousand threads.
        self._adapter = PoolAdapter(self._pool)

    def prepare(self, method: str, *segments: str, body: object = None) -> Request:
        """A request for the resource at `segments`, with `body` as JSON. It may be sent many times."""
        content, resource = None, self.endpoint.resource(*segments)
        try:
            blank = _blank(self.endpoint.base)
        except FOREIGN as error:
            raise self.endpoint.explain(error, LIMIT) from None
        request = blank.copy()
        request.method, request.url = method, f"{blank.url}/{resource}"
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            request.headers["Content-Type"] = "application/json"
        request.prepare_body(content, None)
        return request

    def exchange(self, request: Request, limit: int = LIMIT, *, harmless: bool = False) -> Answer:
        """Send it and give the whole answer, whatever its status.

        Once; but one that is `harmless` is sent again over a new connection where the device dropped it
        with the one that was kept, before anything came back.
        """
        with self._attempt(limit):
            try:
                answer = self._send(request, limit)
            except FOREIGN:
                if not self._pool.keeping.reused or self._budget.received or self._budget.is_spent():
                    raise
                self._pool.keeping.drop()
                if self._pool.keeping.drops_often:
                    self.endpoint.keeps_none = True
                if not harmless:
                    raise
                self._pool.drop()
                answer = self._send(request, limit)
        if answer.age > 0:
            text = (
                f"was answered for by a cache on the way, {answer.age} s ago. Take the cache out of the way."
            )
            raise self.endpoint.error(BadAnswer, text)
        return answer

    def understand(self, answer: Answer, parse: Callable[[object], T]) -> T:
        """What `parse` makes of the answer's JSON; BadAnswer where it finds another shape than it wants."""
        if answer.status != 200:
            raise self.endpoint.error(BadAnswer, f"answered {self.status_of(answer)}")
        try:
            return parse(document(answer.content, answer.charset))
        except ShapeError as error:
            raise self.endpoint.error(BadAnswer, f"answered nonsense: {error}") from None
        except RecursionError:
            raise self.endpoint.error(BadAnswer, "answered nonsense: nested too deeply") from None

    def sight(self, answer: Answer, parse: Callable[[object], Sight[T]]) -> Sight[T]:
        """The same, with what is to be said of the connection over which the answer, the last one, came. An
        answer that is the same, byte for byte, as the one before is understood as that was."""
        if self._understood is None or self._understood[:2] != (answer, parse):
            self._understood = answer, parse, self.understand(answer, parse)
        sight: Sight[T] = self._understood[2]
        return replace(sight, notes=(*sight.notes, *self._notes()), restarted=self._pool.keeping.restarted)

    def status_of(self, answer: Answer) -> str:
        """The answer's status, for an error, and whither it redirects, if it does."""
        target = f", a redirect to {self.endpoint.quoted(answer.target)}" if answer.target else ""
        return f"with status {answer.status}{target}"

    def close(self) -> None:
        self.endpoint.standing.discard(self)
        self._adapter.close()

    def _send(self, request: Request, limit: int) -> Answer:
        return whole(self._adapter.send(request, stream=True), limit)

    def _notes(self) -> Iterator[Note]:
        fault = resolver.fault(self.endpoint.dial, self.endpoint.port)
        if fault:
            yield Note(Code.NAME_UNRESOLVED, fault)

    @contextmanager
    def _attempt(self, limit: int) -> Iterator[None]:
        self.endpoint.check()
        self._budget.start(self.endpoint.timeout, limit)
        self._pool.keeping.begin()
        if self.endpoint.keeps_none:
            self._pool.drop()  # it may have been opened before that was known
        self.endpoint.standing.discard(self)
        began, is_beside_others = time.monotonic(), bool(self.endpoint.standing)
        try:
            yield
        except FOREIGN as error:
            self._pool.drop()
            self._fail(began, is_beside_others=is_beside_others)
            raise self.endpoint.explain(error, limit) from None
        self.endpoint.crowding.answer(is_new=is_beside_others and not self._pool.keeping.reused)
        self._pool.keeping.serve()
        if self.endpoint.keeps_none:
            self._pool.drop()
        else:
            self.endpoint.standing.add(self)

    def _fail(self, began: float, *, is_beside_others: bool) -> None:
        """Learn from an exchange that failed."""
        keeping, crowding = self._pool.keeping, self.endpoint.crowding
        if keeping.reused or keeping.ended:
            crowding.lose()
        elif is_beside_others and self._budget.is_spent() and not self._budget.received:
            self.endpoint.keeps_none = crowding.starve(began) or self.endpoint.keeps_none


@lru_cache(maxsize=256)
def _blank(base: str) -> Request:
    """What requests makes of a device's address: it looks for long at each that it is given."""
    request = requests.Request("GET", base, _HEADERS).prepare()
    request.url = (request.url or "").rstrip("/")
    return request


def _pool(endpoint: Endpoint, budget: Budget) -> Pool:
    address = (endpoint.host, endpoint.port, budget, endpoint.dial)
    if not endpoint.secure:
        return Pool(*address)
    return TlsPool(*address, **pool_options(endpoint.tls, endpoint.context))


class PoolAdapter(HTTPAdapter):
    """Sends everything through one pool, which already knows whom to trust."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        super().__init__(max_retries=0)
        self._pool = pool

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        """None is needed: the pool is there."""

    def get_connection(self, *_: Any, **__: Any) -> Any:
        """The pool, for requests before 2.32."""
        return self._pool

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        """The pool, for requests 2.32 and later."""
        return self._pool

    def build_response(self, req: Request, resp: Any) -> requests.Response:
        """Its status, headers and body, and no thought of an encoding: requests stumbles over odd ones."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        return response

    def cert_verify(self, *_: Any) -> None:
        """Nothing: requests would add its own CA bundle to the pool's trust here."""

    def close(self) -> None:
        self._pool.close()


class BudgetAdapter(PoolAdapter):
    """Sends whatever is mounted on it to one endpoint, within `budget`."""

    def __init__(self, endpoint: Endpoint, budget: Budget) -> None:
        self._only = _pool(endpoint, budget)
        super().__init__(self._only)

    def drop(self) -> None:
        """Closes the connection, also where requests gave up on an answer and left it open."""
        self._only.drop()
