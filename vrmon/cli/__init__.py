# PYTHON_ARGCOMPLETE_OK
"""The operator's command. Whatever takes long to import is imported by the command that needs it."""

from __future__ import annotations

import importlib
import io
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from vrmon.cli import signs, site
from vrmon.cli.completion import complete
from vrmon.cli.options import make_parser
from vrmon.errors import NoDaemon, VrmonError

REFUSED = 1
NO_DAEMON = 3
INTERRUPTED = 130
UNREAD = 141  # as where SIGPIPE ends a program


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or what vrmon(1) says of others."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for as long as the program runs
    parser = make_parser()
    complete(parser)
    arguments = sys.argv[1:] if arguments is None else arguments
    if any("\udc80" <= char <= "\udcff" for argument in arguments for char in argument):
        parser.error("an argument is not UTF-8")
    options = parser.parse(arguments)
    site.enter(options)
    signs.register()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Neither a terminal's encoding nor a device's odd character is a reason to fail at 3 a.m.
            stream.reconfigure(errors=signs.NAME)
    try:
        return _run(options)
    except BrokenPipeError:
        _drop_output()
        return UNREAD
    except OSError as error:
        _drop_output()
        print(f"Cannot continue: {error.strerror or error}.", file=sys.stderr)
        return os.EX_IOERR
    except KeyboardInterrupt:
        # What was only half made when Ctrl-C came complains when it is cleared away: nobody's fault.
        sys.unraisablehook = lambda _: None
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


def _drop_output() -> None:
    """Python would complain once more when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
