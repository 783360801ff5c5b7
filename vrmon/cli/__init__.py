# PYTHON_ARGCOMPLETE_OK
"""The operator's command. Whatever takes long to import is imported by the command that needs it."""

from __future__ import annotations

import importlib
import io
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from vrmon.cli.errors import NoDaemon
from vrmon.cli.options import make_parser
from vrmon.errors import VrmonError

REFUSED = 1
NO_DAEMON = 3
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or what vrmon(1) says of others."""
    parser = make_parser()
    if "_ARGCOMPLETE" in os.environ:
        importlib.import_module("argcomplete").autocomplete(parser)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Neither a terminal's encoding nor a device's odd character is a reason to fail at 3 a.m.
            stream.reconfigure(errors="replace")
    try:
        return _run(options)
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except VrmonError as error:
        print(error, file=sys.stderr)
        return NO_DAEMON if isinstance(error, NoDaemon) else REFUSED


def _run(options: Namespace) -> int:
    module, _, function = options.run.partition(":")
    run: Callable[[Namespace], int] = getattr(importlib.import_module(module), function)
    code = run(options)
    sys.stdout.flush()
    return code
