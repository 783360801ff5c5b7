"""What systemd is told and what it hands over: readiness, heartbeat, listening sockets.

Every call is silent and harmless where systemd is not there (sd_notify(3), sd_listen_fds(3)).
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Collection

import sdnotify
from systemd import daemon

log = logging.getLogger(__name__)


def present() -> bool:
    """Whether a service manager listens, which then also keeps what is parked with it."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


class Notifier:
    """Speaks to the service manager through $NOTIFY_SOCKET, and never waits for it."""

    def __init__(self) -> None:
        self._systemd: sdnotify.SystemdNotifier | None = None
        # Without the variable, sdnotify would open a socket and leave it to the garbage collector.
        if present():
            self._systemd = sdnotify.SystemdNotifier()
            if self._systemd.socket is not None:
                self._systemd.socket.setblocking(False)

    def ready(self, status: str = "") -> None:
        """Up, or done with reloading."""
        self._send("READY=1", *_status(status))

    def status(self, text: str) -> None:
        """One sentence for `systemctl status`."""
        self._send(*_status(text))

    def watchdog(self) -> None:
        self._send("WATCHDOG=1")

    def reloading(self) -> None:
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def close(self) -> None:
        if self._systemd is not None and self._systemd.socket is not None:
            self._systemd.socket.close()
        self._systemd = None

    def _send(self, *lines: str) -> None:
        if self._systemd is not None and lines:
            # sdnotify encodes as Latin-1 and drops what does not fit; systemd wants UTF-8.
            text = "\n".join(lines).encode("utf-8", "replace").decode("latin-1")
            self._systemd.notify(text)


def watchdog_interval() -> float | None:
    """Seconds within which systemd wants each heartbeat, or None where it wants none."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        seconds = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return None
    return seconds if seconds > 0 else None


def adopt(names: Collection[str]) -> dict[str, socket.socket]:
    """The listeners that an earlier vrmond parked under `names`: close-on-exec and non-blocking.

    Only the first call in a process can find any. Whatever else systemd hands over is closed and forgotten.
    """
    named: dict[int, str] = daemon.listen_fds_with_names()
    for variable in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(variable, None)  # the C library's unsetenv is not seen by os.environ
    listeners: dict[str, socket.socket] = {}
    for descriptor, name in named.items():
        if name in names and name not in listeners and daemon.is_socket(descriptor, listening=1):
            listeners[name] = socket.socket(fileno=descriptor)
            listeners[name].setblocking(False)
        else:
            os.close(descriptor)
            unpark(name)
            log.warning("Unknown socket handed over", extra={"SOCKET": name})
    if len(listeners) < len(named):  # a name takes all that bear it out of the store
        for name, listener in listeners.items():
            park(name, listener)
    return listeners


def park(name: str, listener: socket.socket) -> None:
    """Leave a copy of the listener with systemd, so that the next vrmond can take it over.

    Clients then wait through a restart instead of being refused.
    """
    if present():
        _notify_store(f"FDSTORE=1\nFDNAME={name}", [listener.fileno()])


def unpark(name: str) -> None:
    """Have systemd close what was parked under this name."""
    if present():
        _notify_store(f"FDSTOREREMOVE=1\nFDNAME={name}", [])


def _notify_store(text: str, descriptors: list[int]) -> None:
    # sdnotify passes no descriptors. The variable stays: every later notification needs it.
    try:
        daemon.notify(text, unset_environment=False, fds=descriptors)
    except OSError as error:
        log.warning("Socket store refused", extra={"REASON": str(error)})


def _status(text: str) -> list[str]:
    one_line = " ".join(text.split())
    return [f"STATUS={one_line}"] if one_line else []
