"""One HTTP exchange with a device: within its deadline, within a size, never repeated, never redirected.

The only importer of requests in the daemon. Nothing comes out of it but an Answer or a DeviceError.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from vrmon import __version__
from vrmon.errors import BadAnswer
from vrmon.net.endpoint import Endpoint
from vrmon.net.failures import FOREIGN
from vrmon.net.pool import Pool, TlsPool
from vrmon.net.shape import ShapeError, document
from vrmon.net.sockets import Budget
from vrmon.net.tls import pool_options

LIMIT = 8 << 20
"""Bytes that an answer may have, headers included."""

Request = requests.PreparedRequest

T = TypeVar("T")

# urllib3 logs whole URLs, the password included: each request at debug, odd headers at warning.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class Answer(NamedTuple):
    """A whole answer, its announced length reached. What it means is for the caller to say."""

    status: int
    content: bytes


class Client:
    """One thread's connection to a device: kept between requests, opened anew when it is found dead.

    Not kept where it keeps the device from serving another.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._budget = Budget()
        address = (endpoint.host, endpoint.port, self._budget)
        self._pool = (
            TlsPool(*address, **pool_options(endpoint.tls, endpoint.context))
            if endpoint.secure
            else Pool(*address)
        )
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.update({"User-Agent": f"vrmon/{__version__}", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, PoolAdapter(self._pool))

    def prepare(self, method: str, *segments: str, body: object = None) -> Request:
        """A request for the resource at `segments`, with `body` as JSON. It may be sent many times."""
        content, headers = None, {}
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers = {"Content-Type": "application/json"}
        url = self.endpoint.url(*segments)
        try:
            return self._session.prepare_request(requests.Request(method, url, headers, data=content))
        except FOREIGN as error:
            raise self.endpoint.explain(error, LIMIT) from None

    def exchange(self, request: Request, limit: int = LIMIT) -> Answer:
        """Send once and give the whole answer, whatever its status."""
        with self._attempt(limit):
            response = self._session.send(request, stream=True, allow_redirects=False)
            return Answer(response.status_code, _whole(response.raw))

    def understand(self, answer: Answer, parse: Callable[[object], T]) -> T:
        """What `parse` makes of the answer's JSON; BadAnswer where it finds another shape than it wants."""
        if answer.status != 200:
            raise self.endpoint.error(BadAnswer, f"answered with status {answer.status}")
        try:
            return parse(document(answer.content))
        except ShapeError as error:
            raise self.endpoint.error(BadAnswer, f"answered nonsense: {error}") from None
        except RecursionError:
            raise self.endpoint.error(BadAnswer, "answered nonsense: nested too deeply") from None

    def close(self) -> None:
        self.endpoint.standing.discard(self)
        self._session.close()

    @contextmanager
    def _attempt(self, limit: int) -> Iterator[None]:
        self.endpoint.check()
        self._budget.start(self.endpoint.timeout, limit)
        is_new = self not in self.endpoint.standing
        self.endpoint.standing.discard(self)
        try:
            yield
        except FOREIGN as error:
            self._pool.drop()
            if is_new and self._budget.is_spent() and self.endpoint.standing:
                self.endpoint.one_at_a_time = True
            raise self.endpoint.explain(error, limit) from None
        if self.endpoint.one_at_a_time:
            self._pool.drop()
        else:
            self.endpoint.standing.add(self)


class PoolAdapter(HTTPAdapter):
    """Sends everything through one pool, which already knows whom to trust."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        super().__init__(max_retries=0)
        self._pool = pool

    def get_connection(self, *_: Any, **__: Any) -> Any:
        """The pool, for requests before 2.32."""
        return self._pool

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        """The pool, for requests 2.32 and later."""
        return self._pool

    def cert_verify(self, *_: Any) -> None:
        """Nothing: requests would add its own CA bundle to the pool's trust here."""

    def close(self) -> None:
        self._pool.close()
        super().close()


def _whole(raw: Any) -> bytes:
    """The body of a urllib3 response, its announced length reached: not every release sees to that."""
    body = bytearray()
    # In pieces: a read of the whole would set aside whatever size the device announces.
    while piece := raw.read(65536, decode_content=False):
        body += piece
    if raw.length_remaining:
        raise IncompleteRead(b"", raw.length_remaining)
    return bytes(body)
