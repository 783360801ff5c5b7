"""The daemon as the command sees it: asked through its Unix socket, or by TCP to read; every wait bounded."""

from __future__ import annotations

import errno
import json
import os
import socket
import ssl
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from vrmon.cli import site
from vrmon.cli.address import where
from vrmon.cli.lenient import clean
from vrmon.errors import Declined, NoDaemon
from vrmon.net.client import BudgetAdapter
from vrmon.net.endpoint import Endpoint
from vrmon.net.failures import FOREIGN
from vrmon.net.sockets import Budget
from vrmon.net.unix import UnixAdapter
from vrmon.settings import DeviceSettings

PATIENCE = 5.0  # seconds for a whole answer
EVENT_PATIENCE = 8.0  # seconds between two status documents; the daemon sends one every two
_LIMIT = 16 << 20  # bytes
_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_CUT_SHORT = (TimeoutError, ConnectionResetError)  # after the request may have been read

Document = dict[str, Any]


class Vrmond:
    """One vrmond, by the path of its socket or by its URL, where it answers to reading only.

    Every call raises NoDaemon where there is none, Declined where it says no.
    """

    def __init__(self, at: Path | str) -> None:
        self.at = at
        self._budget = Budget()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept-Encoding"] = "identity"
        self._adapter: UnixAdapter | BudgetAdapter
        if isinstance(at, Path):
            self._base = "http://vrmon"
            self._adapter = UnixAdapter(at, self._budget)
        else:
            self._base = at
            self._adapter = BudgetAdapter(Endpoint(DeviceSettings("vrmond", at), trust=""), self._budget)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    @classmethod
    def of(cls, options: Namespace) -> Vrmond:
        """The one that the options name, else this machine's."""
        return cls(where(options))

    def status(self) -> Document:
        return self.ask("GET", "/status")

    def control(self, channel: str, verb: str, **body: object) -> str:
        """Has the daemon "hold", "auto", "stop" or "claim" a channel: what came of it."""
        if channel in ("", ".", ".."):  # no address can hold them
            raise Declined(f"Cannot find channel {channel!r}: vrmon.toml has none of that name.", 404)
        return str(self.ask("POST", f"/channels/{quote(channel, safe='')}/{verb}", body).get("message", ""))

    def about_problem(self, code: str, subject: str, verb: str, **body: object) -> str:
        """Has the daemon "ack" or "unack" a problem: what came of it."""
        if subject in (".", ".."):  # no address can hold them
            raise Declined(f"Cannot find {code} of {subject!r}: it has to be called otherwise.", 404)
        path = f"/problems/{quote(code, safe='')}/{quote(subject, safe='')}/{verb}"
        return str(self.ask("POST", path, body).get("message", ""))

    def ask(self, method: str, path: str, body: object = None, seconds: float = PATIENCE) -> Document:
        """The document that answers one request."""
        try:
            self._budget.start(seconds, _LIMIT)
            answer = self._session.request(method, f"{self._base}{path}", json=body, allow_redirects=False)
            document = _whole(answer)
        except (*FOREIGN, RecursionError) as error:
            told = self._no_daemon(error, seconds)
            if method != "GET" and any(isinstance(cause, _CUT_SHORT) for cause in _causes(error)):
                told = NoDaemon(f"{told}\nIt may still do what it was asked to: see vrmon status")
            raise told from None
        finally:
            self._adapter.drop()
        is_done = answer.status_code in (200, 202)
        if not isinstance(document, dict) or not (is_done or "error" in document):
            raise self._stranger()
        if not is_done:
            complaints = document.get("complaints")
            lines = [clean(str(one)) for one in (complaints if isinstance(complaints, list) else ())]
            raise Declined(clean(str(document["error"])), answer.status_code, tuple(lines))
        return document

    def events(self) -> Iterator[Document]:
        """Status documents as they come, the first at once. Ends only by an error."""
        try:
            self._budget.start(EVENT_PATIENCE, _LIMIT)
            answer = self._session.get(f"{self._base}/events", stream=True, allow_redirects=False)
            if answer.headers.get("Content-Type") != "text/event-stream":
                raise self._stranger()
            # In whatever pieces they are sent: a read of any size would wait until it is full.
            for line in answer.iter_lines(chunk_size=None):
                if line.startswith(b"data:"):
                    yield self._event(line)
                    self._budget.start(EVENT_PATIENCE, _LIMIT)
        except (*FOREIGN, RecursionError) as error:
            raise self._no_daemon(error, EVENT_PATIENCE) from None
        finally:
            self._adapter.drop()
        raise NoDaemon("Cannot follow vrmond: it ended the stream.")

    def _event(self, line: bytes) -> Document:
        document = json.loads(line.removeprefix(b"data:"))
        if not isinstance(document, dict):
            raise self._stranger()
        return document

    def _stranger(self) -> NoDaemon:
        hint = (
            "Give --socket." if isinstance(self.at, Path) else "Its port is 8001, unless api.listen differs."
        )
        return NoDaemon(f"Cannot understand what answers on {self.at}: it is not vrmond. {hint}")

    def _no_daemon(self, error: BaseException, seconds: float) -> NoDaemon:
        reasons = (_reason(cause, self.at, seconds) for cause in _causes(error))
        text = next(filter(None, reasons), "")
        return NoDaemon(f"Cannot reach vrmond: {text}") if text else self._stranger()


def _whole(answer: requests.Response) -> Any:
    """The JSON of an answer that was not cut short, which older libraries take for a good one."""
    if answer.status_code == 503 and not answer.content:
        raise NoDaemon("Cannot reach vrmond: too many are connected to it. Try again.")
    if len(answer.content) != int(answer.headers.get("Content-Length", -1)):
        raise ValueError("cut short, or of no announced length")
    return json.loads(answer.content)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__context__


def _reason(error: BaseException, at: Path | str, seconds: float) -> str:
    """Why, and what to do; "" where the error does not tell."""
    is_here = isinstance(at, Path)
    start = (
        f"Start it: systemctl start {site.service()}"
        if is_here
        else "Does vrmond run there, and listen on TCP?"
    )
    if isinstance(error, TimeoutError | BlockingIOError):
        look = (
            f"See what it does: journalctl -u {site.service()}"
            if is_here
            else "Is the address right, and its network up?"
        )
        return f"it does not answer within {seconds:g} s. {look}"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"there is no {at}. {start}"
    if isinstance(error, PermissionError):
        return f"you may not use {at}. Add yourself to the group vrmon, then log in again."
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens on {at}. {start}"
    if isinstance(error, ConnectionError):
        return f"{at} broke off. Is it just restarting? Try again."
    if isinstance(error, socket.gaierror):
        return f"the name in {at} cannot be resolved."
    if isinstance(error, ssl.SSLError):
        return f"{at} shows a certificate that is not trusted here."
    if not is_here and isinstance(error, OSError) and error.errno in _NO_WAY:
        return f"{at}: {os.strerror(error.errno)}."
    return ""
