"""Names for the shell to complete: quickly, and without a word where there are none."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.client import Client
from vrmon.cli.document import parts, text
from vrmon.cli.where import socket_path
from vrmon.errors import ControlError

_PATIENCE = 1.0  # seconds: somebody has a finger on the Tab key


def channels(options: Namespace) -> list[str]:
    try:
        status = Client(socket_path(options)).ask("GET", "/status", seconds=_PATIENCE)
    except ControlError:
        return []
    return [text(channel, "name") for channel in parts(status, "channels")]
