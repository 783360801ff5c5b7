"""HTTP over a Unix socket for requests: within one deadline and one size, never repeated.

What it overrides are the hooks that urllib3 1.26 and 2 have in common.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from vrmon.net.client import PoolAdapter
from vrmon.net.sockets import Budget, BudgetSocket


class UnixAdapter(PoolAdapter):
    """Sends whatever is mounted on it through the socket at `path`, within `budget`."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self._connections = _Pool(path, budget)
        super().__init__(self._connections)

    def drop(self) -> None:
        """Closes the connection, also where requests gave up on an answer and left it open."""
        if self._connections.opened is not None:
            self._connections.opened.abandon()

    def close(self) -> None:
        self.drop()
        super().close()


class _Pool(HTTPConnectionPool):
    def __init__(self, path: Path, budget: Budget) -> None:
        super().__init__("vrmon")
        self._path = path
        self._budget = budget
        self.opened: BudgetSocket | None = None

    def _get_conn(self, *_: Any, **__: Any) -> Any:
        # A new one for each exchange: the daemon is on this machine, and may be another one by now.
        return _Connection(self.open)

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:  # as it is where Ctrl-C ended the exchange
            conn.close()

    def open(self) -> BudgetSocket:
        sock = self.opened = _UnixSocket(socket.AF_UNIX)
        try:
            sock.settimeout(self._budget.seconds())
            sock.connect(str(self._path))
        except OSError:
            sock.close()
            raise
        sock.budget = self._budget
        return sock


class _Connection(HTTPConnection):
    def __init__(self, connect: Callable[[], BudgetSocket]) -> None:
        super().__init__("vrmon")
        self._connect = connect

    def _new_conn(self) -> BudgetSocket:
        return self._connect()


class _UnixSocket(BudgetSocket):
    def _before_receiving(self) -> None:
        self._before_sending()  # TCP's own options have no place here
