"""A urllib3 pool of exactly one connection, on budget sockets, looked at before each use.

One pool belongs to one thread. What it overrides are the hooks that urllib3 1.26 and 2 have in common.
"""

from __future__ import annotations

from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from vrmon.net.sockets import Budget, BudgetSocket, connect


class _Connection(HTTPConnection):
    budget: Budget
    opened: Any = None

    def _new_conn(self) -> BudgetSocket:
        self.opened = sock = connect(self.host, self.port, self.budget)
        return sock


class _TlsConnection(_Connection, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.opened = self.sock
        self.opened.budget = self.budget


class Pool(HTTPConnectionPool):
    """Plain HTTP to one device."""

    ConnectionCls: type[Any] = _Connection

    def __init__(self, host: str, port: int, budget: Budget, **options: Any) -> None:
        super().__init__(host, port, **options)
        self._budget = budget
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
        if self._only.sock is not None and not self._only.sock.is_quiet():
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
