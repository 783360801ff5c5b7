"""What is printed, and on what: colour on a terminal only, and never what a text says of itself."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stdout(Console):
    def on_broken_pipe(self) -> None:
        """Newer releases of rich would end the program here, as if it had failed."""
        raise BrokenPipeError


def console() -> Console:
    """stdout, without markup, emoji codes and highlighting: device names are texts, not styles."""
    return _Stdout(markup=False, emoji=False, highlight=False)


def print_line(out: Console, line: Text) -> None:
    """One line, however long: on a terminal it wraps by itself, in a pipe a line is a thing."""
    if out.is_terminal:
        out.print(line, soft_wrap=True)
    else:
        sys.stdout.write(f"{line.plain}\n")
        sys.stdout.flush()


def print_json(document: object) -> None:
    """One line, in ASCII: a program's reader meets no surprise."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def until_interrupted(work: Callable[[], None]) -> int:
    """The exit status of `work`, which Ctrl-C, SIGTERM and SIGHUP end: it is meant to end so.

    Only the first of them counts: whoever presses Ctrl-C twice wants the terminal back in order, too.
    """

    def interrupt(_number: int, _frame: object) -> None:
        be_deaf()
        raise KeyboardInterrupt

    for number in _ENDING:
        signal.signal(number, interrupt)
    with suppress(KeyboardInterrupt):
        work()
    be_deaf()
    return 0


def be_deaf() -> None:
    """From now on nothing disturbs the clearing away, and what was half made is cleared away in silence."""
    sys.unraisablehook = lambda _: None
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What would interrupt the block does so at its end."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda which, _frame: came.append(which)) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
