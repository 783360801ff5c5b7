"""The daemon's HTTP interface: one server on TCP (reading) and on a Unix socket (reading and control)."""

from vrmon.api.listeners import ListenError
from vrmon.api.server import Api

__all__ = ["Api", "ListenError"]
