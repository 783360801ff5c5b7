"""Names resolved in time: nothing bounds the system's resolver, so it is asked in threads of its own."""

from __future__ import annotations

import socket
import threading
from concurrent import futures
from typing import Any

Addresses = list[Any]  # as getaddrinfo gives them
Question = tuple[str, int]

_asked: dict[Question, futures.Future[Addresses]] = {}
_asking = threading.Lock()


def addresses(host: str, port: int, seconds: float) -> Addresses:
    """Where `host` takes TCP connections. OSError when that is not known within `seconds`.

    A question that takes longer stays asked, once for all that want to know; its answer serves the next.
    """
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        answer = _ask((host, port))
    futures.wait([answer], seconds)
    if not answer.done():
        raise socket.gaierror(socket.EAI_AGAIN, "no word from the name servers yet")
    _forget((host, port), answer)
    return answer.result()


def _ask(question: Question) -> futures.Future[Addresses]:
    with _asking:
        if question not in _asked:
            answer: futures.Future[Addresses] = futures.Future()
            threading.Thread(target=_resolve, args=(question, answer), name="resolver", daemon=True).start()
            _asked[question] = answer
        return _asked[question]


def _forget(question: Question, answer: futures.Future[Addresses]) -> None:
    with _asking:
        if _asked.get(question) is answer:
            del _asked[question]


def _resolve(question: Question, answer: futures.Future[Addresses]) -> None:
    try:
        answer.set_result(socket.getaddrinfo(*question, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)
