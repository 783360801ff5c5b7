"""The HyperDeck Ethernet Protocol: lines over one connection, which all threads of a deck share.

There is one because older decks take no second client. An exchange has one deadline, the wait for its turn
included, and a bound in bytes. One that goes wrong ends the connection, so that no answer can be taken for
that to another question; a refusal is an answer.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from vrmon.errors import BadAnswer, DeviceError, Refused, Unreachable
from vrmon.net.endpoint import Endpoint
from vrmon.net.sockets import Budget, BudgetSocket, TooLong, connect
from vrmon.settings import DeviceSettings

PORT = 9993
LIMIT = 256 << 10
"""Bytes that an exchange may bring, what the deck says unasked included."""

_HEAD = re.compile(r"(\d{3}) (.{0,200}?)(:?)")
_UNASKED = range(500, 600)
_GREETING, _REJECTED = 500, 120
_ONE_CLIENT = "Older decks take one client: another program is connected, or another vrmon"

T = TypeVar("T")


class Said(NamedTuple):
    """One answer: `values` are the lines that follow its head, by what stands before their colon, in lower
    case."""

    code: int
    text: str
    values: Mapping[str, str]


class Ethernet:
    """`slots` is for whoever asks to keep what the deck has: None before it is known."""

    def __init__(self, device: DeviceSettings) -> None:
        self.endpoint = Endpoint(device, PORT)
        self.slots: int | None = None
        self._turn = threading.Lock()
        self._users = 0
        self._budget = Budget()
        self._socket: BudgetSocket | None = None
        self._read = b""  # what has come and was not looked at yet

    def converse(self, talk: Callable[[Callable[[str], Said]], T]) -> T:
        """What `talk` returns, which is given a function that sends one line and returns the answer to it.

        DeviceError, and nothing else; a line that was sent may have had its effect.
        """
        self.endpoint.check()
        due = time.monotonic() + self.endpoint.timeout
        if not self._turn.acquire(timeout=self.endpoint.timeout):
            text = f"was busy with what it had been asked before, for {self.endpoint.timeout:g} s"
            raise self.endpoint.error(Unreachable, text)
        is_done = False
        try:
            self._budget.start(due - time.monotonic(), LIMIT)
            self._open()
            told = talk(self._ask)
            is_done = True
            return told
        except Refused:
            is_done = True
            raise
        except EOFError:
            raise self.endpoint.error(Unreachable, "closed the connection without an answer") from None
        except (OSError, TooLong) as error:
            raise self.endpoint.explain(error, LIMIT) from None
        finally:
            if not is_done:
                self._close()
            self._turn.release()

    def join(self) -> None:
        """One more uses it, until it leaves."""
        with self._turn:
            self._users += 1

    def leave(self) -> None:
        """The connection ends with the last who used it."""
        with self._turn:
            self._users -= 1
            if self._users <= 0:
                self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._read = None, b""

    def _open(self) -> None:
        if self._socket is not None:
            more = self._socket.waiting()
            if more is not None:
                # The rest of what it had begun to say unasked, which may end with the next answer only.
                self._read = (self._read + more).lstrip()
                if not self._read or self._read.startswith(b"5"):
                    return
            self._close()
        self._socket = connect(self.endpoint.dial, self.endpoint.port, self._budget)
        try:
            greeting = self._said()
        except EOFError:
            raise self.endpoint.error(Unreachable, f"closed the connection at once. {_ONE_CLIENT}") from None
        if greeting.code == _REJECTED:
            raise self.endpoint.error(Unreachable, f"rejected the connection. {_ONE_CLIENT}")
        if greeting.code != _GREETING:
            raise self._nonsense()

    def _ask(self, line: str) -> Said:
        if self._socket is None:
            raise self.endpoint.error(Unreachable, "closed the connection")
        self._socket.sendall(f"{line}\r\n".encode("utf-8", "replace"))
        while (said := self._said()).code in _UNASKED:
            pass
        return said

    def _said(self) -> Said:
        while not (head := self._line()):
            pass
        found = _HEAD.fullmatch(head)
        if found is None:
            raise self._nonsense()
        values: dict[str, str] = {}
        while found[3] and (line := self._line()):
            key, _, value = line.partition(":")
            values.setdefault(key.strip().lower(), value.strip())
        return Said(int(found[1]), self.endpoint.quoted(found[2]), values)

    def _line(self) -> str:
        while b"\n" not in self._read:
            piece = self._socket.recv(4096) if self._socket is not None else b""
            if not piece:
                raise EOFError
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _nonsense(self) -> DeviceError:
        return self.endpoint.error(BadAnswer, "answered something that no HyperDeck says. Is its url right?")
