"""etcd's members, by its v3 API in JSON: asked one after another, each in time, until one answers."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vrmon.config.passwords import secret
from vrmon.errors import BadAnswer, DeviceError, EtcdError
from vrmon.net.client import Client
from vrmon.net.endpoint import Endpoint
from vrmon.net.shape import ShapeError, mapping
from vrmon.pair.renewed import Files
from vrmon.settings import DeviceSettings, Pair

TRUST = "Its CA belongs into ca_file of [pair]"
LIMIT = 4 << 20  # bytes of an answer
_GONE = 5  # gRPC's NOT_FOUND
_STALE = (3, 16)  # INVALID_ARGUMENT, UNAUTHENTICATED: the token is of before a change, or has expired

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One key and what stands there. `created`: the revision that made it, the same while it lives."""

    key: str
    value: bytes
    created: int
    modified: int
    lease: int


class NotFound(EtcdError):
    """etcd answers that there is no such thing."""


class Etcd:
    """One thread's way to the members. `answered`: the URL of the last that did so, within `took` seconds.
    Where one fails, certificates that were renewed meanwhile are used from then on.
    """

    def __init__(self, pair: Pair, timeout: float, members: tuple[str, ...] = ()) -> None:
        """`timeout`: of one member's whole answer. `members`: those to be asked, all where none is named."""
        self._pair = pair
        self._timeout = timeout
        self._urls = list(members or pair.etcd)
        self._files = Files(pair.ca_file, pair.certificate_file, pair.key_file)
        self._clients: dict[str, Client] = {}
        self._tokens: dict[str, str] = {}
        self.answered = ""
        self.took = 0.0

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def call(self, path: str, body: Body) -> dict[str, Any]:
        """What the first member that answers says. EtcdError where none does, or all refuse."""
        said = ""
        for url in tuple(self._urls):
            began = time.monotonic()
            try:
                answer = self._ask(url, path, body)
            except DeviceError as error:
                said = said or str(error)
                # The next is asked first from now on.
                self._urls.append(self._urls.pop(self._urls.index(url)))
                if self._files.are_renewed():
                    self.close()
                continue
            self.answered, self.took = url, time.monotonic() - began
            return answer
        raise EtcdError(said)

    def _ask(self, url: str, path: str, body: Body) -> dict[str, Any]:
        client = self._client(url)
        if self._pair.user and url not in self._tokens:
            self._tokens[url] = self._authenticated(client)
        answer = self._exchange(client, path, body, self._tokens.get(url, ""))
        refusal = _refusal(answer)
        code = None if refusal is None else answer.get("code")
        if code in _STALE:
            self._tokens.pop(url, None)  # the next time another is fetched
        if code == _GONE:
            raise NotFound(f"{client.endpoint.name} does not know it")
        if refusal is not None:
            raise client.endpoint.error(BadAnswer, f"refused: {client.endpoint.quoted(str(refusal))}")
        return answer

    def _client(self, url: str) -> Client:
        """Made when it is first needed: a file that cannot be read is told of by every call."""
        if url in self._clients:
            return self._clients[url]
        pair = self._pair
        tls = "system" if pair.ca_file is None else str(pair.ca_file)
        endpoint = Endpoint(DeviceSettings("etcd", url, timeout=self._timeout, tls=tls), 2379, TRUST)
        if endpoint.secure and pair.certificate_file is not None and pair.key_file is not None:
            try:
                endpoint.context.load_cert_chain(pair.certificate_file, pair.key_file)
            except OSError as error:
                text = (
                    f"cannot be asked: {pair.certificate_file} and {pair.key_file}: {error.strerror or error}"
                )
                raise endpoint.error(BadAnswer, text) from None
        client = self._clients[url] = Client(endpoint)
        return client

    def _authenticated(self, client: Client) -> str:
        assert self._pair.password_file is not None  # noqa: S101 - the configuration sees to it
        try:
            password = secret(self._pair.password_file, private=True)
        except ValueError as error:
            raise client.endpoint.error(BadAnswer, f"cannot be asked: {error}") from None
        client.endpoint.conceal(password)
        answer = self._exchange(
            client, "auth/authenticate", {"name": self._pair.user, "password": password}, ""
        )
        token = answer.get("token")
        if not isinstance(token, str) or not token:
            why = client.endpoint.quoted(str(_refusal(answer) or "it gives no token"))
            raise client.endpoint.error(BadAnswer, f"does not let {self._pair.user} in: {why}")
        return token

    def _exchange(self, client: Client, path: str, body: Body, token: str) -> dict[str, Any]:
        request = client.prepare("POST", "v3", *path.split("/"), body=body)
        if token:
            request.headers["Authorization"] = token
        answer = client.exchange(request, LIMIT, harmless=True)
        if answer.status >= 400:
            with suppress(BadAnswer):  # what it refuses, and why, stands in the body, or nowhere
                told = client.understand(answer._replace(status=200), _said)
                if _refusal(told) is not None:
                    return told
        return client.understand(answer, _said)


def _said(document: object) -> dict[str, Any]:
    answer = mapping(document)
    if not {"header", "result", "error", "message", "token"} & answer.keys():
        raise ShapeError("it is not an answer from etcd")
    return answer


def _refusal(answer: Body) -> object:
    """Why it refuses, None where it does not. Some builds, that of Debian 13 too, have a "message" alone."""
    return answer.get("error", answer.get("message"))


def encoded(value: bytes | str) -> str:
    """As etcd's JSON has keys and values."""
    return b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")


def number(value: object) -> int:
    """Its 64-bit numbers come as strings, and 0 is left out. EtcdError where it is none."""
    if value is None:
        return 0
    if isinstance(value, str | int) and not isinstance(value, bool):
        with suppress(ValueError):
            told = int(value)
            if abs(told) < 1 << 64:
                return told
    raise EtcdError("etcd answered nonsense: a number is expected")


def entries(answer: object) -> Iterator[Entry]:
    """Those of the answer to a range."""
    if not isinstance(answer, dict) or not isinstance(answer.get("kvs", []), list):
        raise EtcdError("etcd answered nonsense: a range is expected")
    for one in answer.get("kvs", []):
        try:
            key, value = b64decode(one["key"]).decode(), b64decode(one.get("value", ""))
            revisions = number(one["create_revision"]), number(one["mod_revision"])
        except (LookupError, TypeError, ValueError, AttributeError):
            raise EtcdError("etcd answered nonsense: an entry cannot be read") from None
        yield Entry(key, value, *revisions, number(one.get("lease")))


def responses(answer: Body) -> list[dict[str, Any]]:
    """What came of each request of a transaction, in order."""
    told = answer.get("responses", [])
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise EtcdError("etcd answered nonsense: the responses of a transaction are expected")
    return told
