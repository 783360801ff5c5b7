"""Arguments that several commands have. `argument` adds one to a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vrmon.cli import arguments, completion
from vrmon.cli.completion import with_completer
from vrmon.cli.parser import Parser

Argument = Callable[..., Any]
"""add_argument of the parser of one command, or of a group in it."""
Add = Callable[..., Argument]
"""Adds a command: its name, what runs it, what it does, examples. What it returns adds its arguments."""


def add_json(argument: Argument, what: str) -> None:
    argument("--json", action="store_true", help=f"for programs: {what}, as JSON")


def add_where(argument: Argument) -> None:
    """For what TCP may read as well."""
    argument = one_of(argument)
    add_socket(argument)
    argument(
        "--url", type=arguments.http_url, metavar="URL",
        help="of a vrmond on another machine, such as http://10.1.85.10:8001"
    )  # fmt: skip


def add_socket(argument: Argument) -> None:
    with_completer(
        argument(
            "--socket", metavar="FILE", help="where vrmond listens, if not where the configuration says"
        ),
        completion.files,
    )


def add_alarms_socket(argument: Argument) -> None:
    argument(
        "--socket", metavar="FILE", help="where vrmon-alarm listens: default /run/vrmon-alarm/alarm.sock"
    )


def add_config(argument: Argument) -> None:
    with_completer(
        argument("--config", metavar="FILE", help="default: /etc/vrmon/vrmon.toml"), completion.files
    )


def add_reload(argument: Argument) -> None:
    argument("--reload", action="store_true", help="and have vrmond read it at once")
    add_socket(argument)


def add_channel(argument: Argument, *, several: bool = False) -> None:
    """`several`: or all of them."""
    if several:
        argument = one_of(argument, required=True)
    action = argument(
        "channel", metavar="CHANNEL", help="its name in vrmon.toml", nargs="?" if several else None
    )
    with_completer(action, completion.channels)
    if several:
        argument("--all", action="store_true", help="every channel, in place of one")


def one_of(argument: Argument, *, required: bool = False) -> Argument:
    """Adds arguments to the same command, of which at most one is given."""
    command: Parser = getattr(argument, "__self__")  # noqa: B009 - what it is bound to
    return command.add_mutually_exclusive_group(required=required).add_argument
