"""The daemon's HTTP interface: one server on TCP (reading) and on a Unix socket (reading and control)."""

from vrmon.api.listeners import TCP, UNIX, ListenError
from vrmon.api.server import Api

__all__ = ["TCP", "UNIX", "Api", "ListenError"]
