"""`vrmon status`: how everything is, once."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.board import board, lines
from vrmon.cli.terminal import console, print_json, print_line
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import Declined, NoDaemon
from vrmon.model import Health

_CODES: dict[str, int] = {Health.OK: 0, Health.DEGRADED: 1, Health.CRITICAL: 2}
_UNHEARD_OF = 2  # a health of a newer vrmond: nobody may take it for well


def run(options: Namespace) -> int:
    try:
        document = Vrmond.of(options).status()
    except Declined as error:
        raise NoDaemon(str(error)) from None
    if options.json:
        print_json(document)
    else:
        show(document)
    return _CODES.get(str(document.get("health")), _UNHEARD_OF)


def show(document: Document) -> None:
    out = console()
    if out.is_terminal:
        out.print(board(document))
        return
    for line in lines(document):
        print_line(out, line)
