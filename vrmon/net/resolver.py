"""Names resolved in time: nothing bounds the system's resolver, so it is asked in threads of its own.

A name that could be resolved once keeps its last good address while it cannot be resolved any more.
"""

from __future__ import annotations

import socket
import threading
import time
from concurrent import futures
from typing import Any

Addresses = list[Any]  # as getaddrinfo gives them
Question = tuple[str, int]

_PATIENCE = 1.0  # seconds to wait for an answer where there is an address to fall back on
_FRESH = 10.0  # seconds for which an answer that nobody waited for serves the next who asks
_AGAIN = 30.0  # seconds between two questions for a name that cannot be resolved

_NO_WORD = "no word from the name servers yet"


class _Asked:
    """A question under way, or its answer, which came at `ended`."""

    def __init__(self) -> None:
        self.answer: futures.Future[Addresses] = futures.Future()
        self.began = time.monotonic()
        self.ended = float("inf")


_asked: dict[Question, _Asked] = {}
_good: dict[Question, Addresses] = {}
_faults: dict[Question, str] = {}  # why a name that has a last good address cannot be resolved now
_asking = threading.Lock()


def addresses(host: str, port: int, seconds: float) -> Addresses:
    """Where `host` takes TCP connections. OSError when that is not known within `seconds`, and never was.

    A question that takes longer stays asked, once for all that want to know; its answer serves the next.
    """
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        question = (host, port)
    known = _good.get(question)
    asked = _ask(question)
    futures.wait([asked.answer], seconds if known is None else min(seconds / 2, _PATIENCE))
    try:
        if not asked.answer.done():
            raise socket.gaierror(socket.EAI_AGAIN, _NO_WORD)
        _forget(question, asked)
        return asked.answer.result()
    except OSError as error:
        if known is None:
            raise
        with _asking:
            _faults[question] = error.strerror or str(error)
        return known


def fault(host: str, port: int) -> str:
    """Why `host` goes by its last good address; "" where it does not. It is asked for again meanwhile."""
    question = (host, port)
    with _asking:
        why = _faults.get(question, "")
        asked = _asked.get(question)
    if why and asked is not None and asked.answer.done() and time.monotonic() - asked.began > _AGAIN:
        _forget(question, asked)
        asked = None
    if why and asked is None:
        _ask(question)
    return why


def _ask(question: Question) -> _Asked:
    with _asking:
        asked = _asked.get(question)
        if asked is None or time.monotonic() - asked.ended > _FRESH:
            asked = _Asked()
            try:
                threading.Thread(
                    target=_resolve, args=(question, asked), name="resolver", daemon=True
                ).start()
            except RuntimeError as error:
                asked.ended = asked.began
                asked.answer.set_exception(socket.gaierror(socket.EAI_AGAIN, str(error)))
                return asked
            _asked[question] = asked
        return asked


def _forget(question: Question, asked: _Asked) -> None:
    with _asking:
        if _asked.get(question) is asked:
            del _asked[question]


def _resolve(question: Question, asked: _Asked) -> None:
    try:
        found = socket.getaddrinfo(*question, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        asked.ended = time.monotonic()
        asked.answer.set_exception(error)
    else:
        with _asking:
            _good[question] = found
            _faults.pop(question, None)
        asked.ended = time.monotonic()
        asked.answer.set_result(found)
