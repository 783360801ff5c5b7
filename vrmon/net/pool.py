"""A urllib3 pool of exactly one connection, on budget sockets, looked at before each use.

One pool belongs to one thread. What it overrides are the hooks that urllib3 1.26 and 2 have in common.
"""

from __future__ import annotations

import http.client
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from vrmon.net.keeping import Keeping
from vrmon.net.sockets import Budget, BudgetSocket, connect


class _Response(http.client.HTTPResponse):
    """Passes over every interim answer, not only 100 as the library does, and blanks behind "chunked"."""

    def begin(self) -> None:
        super().begin()
        encoding = self.headers.get("Transfer-Encoding", "")
        if not self.chunked and encoding.strip().lower() == "chunked":
            self.chunked, self.chunk_left, self.length = True, None, None
            self.will_close = self._check_close()  # type: ignore[attr-defined]

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 102 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(HTTPConnection):
    """Sends a request in one piece: the library sends its body apart from its head."""

    response_class = _Response
    dial: str
    budget: Budget
    opened: Any = None
    _unsent = b""

    def _new_conn(self) -> BudgetSocket:
        self.opened = sock = connect(self.dial, self.port, self.budget)
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._unsent += data

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        request, self._unsent = self._unsent, b""
        with suppress(BrokenPipeError):  # a device may have answered before it has heard all
            self.sock.sendall(request)
        return super().getresponse(*args, **kwargs)

    def close(self) -> None:
        self._unsent = b""
        super().close()


class _TlsConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.opened = self.sock
        self.opened.budget = self.budget


class Pool(HTTPConnectionPool):
    """Plain HTTP to one device. `host` is its name in HTTP and TLS; `dial`, where it differs, in the network.

    `keeping` is told what becomes of the connection.
    """

    ConnectionCls: type[Any] = _Connection
    # The library's own is large, and there is one for each of a thousand threads; nothing ever lies in it.
    QueueCls: Any = staticmethod(lambda _size: SimpleQueue())

    def __init__(self, host: str, port: int, budget: Budget, dial: str = "", **options: Any) -> None:
        super().__init__(host, port, **options)
        self.keeping = Keeping()
        self._budget = budget
        self._dial = dial or host
        self._only: Any = None

    def drop(self) -> None:
        """Close the connection; the next use opens a new one."""
        if self._only is not None:
            self._only.close()
            if self._only.opened is not None:
                self._only.opened.abandon()

    def close(self) -> None:
        self.drop()
        super().close()

    def _get_conn(self, *_: Any, **__: Any) -> Any:
        # In place of urllib3's own look at the connection, to which a TLS session ticket that lies
        # unread after the handshake is the sign of a dropped connection.
        if self._only is None:
            self._only = self._new_conn()
            self._only.budget = self._budget
            self._only.dial = self._dial
        if self._only.sock is None:
            self.keeping.renew(ended=False)
        elif self._only.sock.is_quiet():
            self.keeping.reuse()
        else:
            self.keeping.renew(ended=True)
            self._only.close()
        return self._only

    def _put_conn(self, conn: Any) -> None:
        """Nothing to put back: the one connection never left."""

    def _validate_conn(self, conn: Any) -> None:
        # Without urllib3's warning of an unverified request: a site that writes "insecure" means it.
        if conn.sock is None:
            conn.connect()


class TlsPool(Pool, HTTPSConnectionPool):
    """The same over TLS. `options` are those of urllib3's HTTPSConnectionPool."""

    ConnectionCls = _TlsConnection
