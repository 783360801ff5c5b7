"""`vrmon status`: how everything is, once."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.board import board
from vrmon.cli.client import Client
from vrmon.cli.errors import Declined, NoDaemon
from vrmon.cli.terminal import console, print_json
from vrmon.cli.where import socket_path

_CODES = {"ok": 0, "degraded": 1, "critical": 2}
_UNHEARD_OF = 2  # a health of a newer vrmond: nobody may take it for well


def run(options: Namespace) -> int:
    try:
        document = Client(socket_path(options)).status()
    except Declined as error:
        raise NoDaemon(str(error)) from None
    if options.json:
        print_json(document)
    else:
        console().print(board(document))
    return _CODES.get(str(document.get("health")), _UNHEARD_OF)
