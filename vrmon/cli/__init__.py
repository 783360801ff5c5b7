# PYTHON_ARGCOMPLETE_OK
"""The operator's command. Whatever takes long to import is imported by the command that needs it."""

from __future__ import annotations

import importlib
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from vrmon.cli import site, streams
from vrmon.cli.completion import complete
from vrmon.cli.options import make_parser
from vrmon.cli.parser import Parser
from vrmon.errors import NoDaemon, VrmonError

REFUSED = 1
NO_DAEMON = 3
INTERRUPTED = 130
UNREAD = 141  # as where SIGPIPE ends a program


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or what vrmon(1) says of others."""
    streams.prepare()
    parser = make_parser()
    complete(parser)
    try:
        return _run(parser, sys.argv[1:] if arguments is None else arguments)
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):
            streams.drop(stream)
        return UNREAD
    except OSError as error:
        streams.drop(sys.stdout)
        streams.complain(f"Cannot continue: {error.strerror or error}.")
        return os.EX_IOERR


def _run(parser: Parser, arguments: Sequence[str]) -> int:
    """As `main`; OSError where the output cannot be written."""
    try:
        if any("\udc80" <= char <= "\udcff" for argument in arguments for char in argument):
            parser.error("an argument is not UTF-8")
        options = parser.parse(arguments)
        site.enter(options)
        module, _, function = options.run.partition(":")
        run: Callable[[Namespace], int] = getattr(importlib.import_module(module), function)
        return run(options)
    except KeyboardInterrupt:
        # What was only half made when Ctrl-C came complains when it is cleared away: nobody's fault.
        sys.unraisablehook = lambda _: None
        return INTERRUPTED
    except VrmonError as error:
        streams.complain(str(error))
        return NO_DAEMON if isinstance(error, NoDaemon) else REFUSED
    finally:
        sys.stdout.flush()
