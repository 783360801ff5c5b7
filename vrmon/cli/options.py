"""Every command with its arguments, its help and an example. Imports nothing that takes long."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from textwrap import fill
from typing import Any, NoReturn

from vrmon import __version__

_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_SECONDS = (86400, 3600, 60, 1)
_LONGEST = 366 * 86400


class _Parser(ArgumentParser):
    """Ends with os.EX_USAGE in place of argparse's 2, which stands for "critical" here."""

    def error(self, message: str) -> NoReturn:
        quotes = " A name that holds a space stands in quotes." if message.startswith("unrecognized") else ""
        self.print_usage(sys.stderr)
        self.exit(os.EX_USAGE, f"{self.prog}: {message}.{quotes} Help: {self.prog} --help\n")


def make_parser() -> ArgumentParser:
    """The parser; `run` of what it returns is MODULE:FUNCTION of the command that was chosen."""
    parser = _Parser(prog="vrmon", description="Look at vrmond and steer it.")
    parser.add_argument("--version", action="version", version=f"vrmon {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, run: str, does: str, *examples: str) -> Callable[..., Any]:
        lines = "".join(f"  {example}\n" for example in examples)
        epilog = f"example:\n{lines}" if len(examples) == 1 else f"examples:\n{lines}"
        command = commands.add_parser(
            name,
            help=does,
            description=fill(does, 78),
            epilog=epilog,
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=f"vrmon.{run}")
        return command.add_argument

    _add_looking(add)
    _add_steering(add)
    _add_setting_up(add)
    argument = add(
        "demo", "demo:run", "A show without hardware: simulated devices, vrmond, and a fault now and then.",
        "vrmon demo", "vrmon demo --seconds 60 --json"
    )  # fmt: skip
    argument("--seconds", type=_positive, metavar="N", help="end after so long (default: with Ctrl-C)")
    argument("--seed", type=int, default=1, metavar="N", help="of the drama (default %(default)s)")
    _add_json(argument, "one event a line")
    return parser


def _add_looking(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "status", "cli.commands.status:run",
        "Every problem with what to do about it, every channel, every device. "
        "Exit status: 0 ok, 1 degraded, 2 critical, 3 no daemon.",
        "vrmon status", "vrmon status --json | jq .health"
    )  # fmt: skip
    _add_json(argument, "the whole document")
    _add_socket(argument)
    _add_socket(add("watch", "cli.commands.watch:run", "The same, live on the whole screen.", "vrmon watch"))
    argument = add(
        "events", "cli.commands.events:run", "What happened lately.",
        "vrmon events", "vrmon events --follow --json"
    )  # fmt: skip
    argument("-f", "--follow", action="store_true", help="and what happens from here on, until Ctrl-C")
    _add_json(argument, "one event a line")
    _add_socket(argument)
    for name, whose in (("sources", "DVRs"), ("ingests", "primaries")):
        does = f"What the {whose} offer, ready to be pasted into vrmon.toml as [[channel]]."
        argument = add(name, f"cli.commands.{name}:run", does, f"vrmon {name}")
        _add_json(argument, "what is known of each")
        _add_socket(argument)
    argument = add(
        "check", "cli.commands.check:run",
        "Judge the configuration, then every device and every channel's source: for each ok, or what to do. "
        "Exit status: 0 all is ok, 1 something is not, 78 the configuration is refused.",
        "vrmon check", "vrmon check --config new.toml"
    )  # fmt: skip
    _add_config(argument)
    _add_json(argument, "one finding a line")


def _add_steering(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "reload", "cli.commands.reload:run",
        "Have the configuration read again. Fails with the reasons, and changes nothing, if it is refused.",
        "vrmon reload"
    )  # fmt: skip
    _add_socket(argument)
    argument = add(
        "hold", "cli.commands.hold:run",
        "Hand a channel to a person: nothing is started or stopped there until `vrmon auto`, or for so long.",
        'vrmon hold "PCR 1" --for 2h --reason rehearsal'
    )  # fmt: skip
    _add_channel(argument)
    argument("--for", dest="seconds", type=duration, metavar="TIME", help="such as 90s, 30m, 2h, 1h30m")
    argument("--reason", default="", metavar="TEXT", help="shown to everybody who looks")
    _add_socket(argument)
    argument = add("auto", "cli.commands.auto:run", "Give a channel back to vrmon.", 'vrmon auto "PCR 1"')
    _add_channel(argument)
    _add_socket(argument)
    argument = add(
        "stop",
        "cli.commands.stop:run",
        "End a take that is kept although its job is gone.",
        'vrmon stop "PCR 1"',
    )
    _add_channel(argument)
    _add_socket(argument)
    argument = add(
        "claim",
        "cli.commands.claim:run",
        "Say that the recording on a channel is the take of its job: it is vrmon's own from then on.",
        'vrmon claim "PCR 1"',
    )
    _add_channel(argument)
    _add_socket(argument)


def _add_setting_up(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "map", "cli.commands.map:run", "Add a channel to vrmon.toml, or change one. Comments are kept.",
        'vrmon map "PCR 5" --ingest 9C64992CFF3A4A3FA3C635BB7D9B6071 --source "4XT00292 - 4"'
    )  # fmt: skip
    argument("name", metavar="NAME", help="what people call the channel")
    argument("--ingest", metavar="ID", help="the primary's ingestId: see `vrmon ingests`")
    argument("--source", metavar="SOURCE", help="the DVR's source: see `vrmon sources`")
    argument("--primary", metavar="NAME", help="whose ingest, where there are several primaries")
    argument("--dvr", metavar="NAME", help="whose source, where there are several DVRs")
    _add_config(argument)
    _add_reload(argument)
    argument = add(
        "trust", "cli.commands.trust:run",
        "Show a device's certificate, and trust it and no other from then on.",
        "vrmon trust playbox", "vrmon trust movierecorder --kind dvr --yes --reload"
    )  # fmt: skip
    argument("name", metavar="NAME", help="of a primary or a DVR in vrmon.toml")
    argument("--kind", choices=("primary", "dvr"), help="which, where both have that name")
    argument("--yes", action="store_true", help="do not ask whether the certificate is the right one")
    _add_config(argument)
    _add_reload(argument)


def duration(text: str) -> float:
    """Seconds of "90s", "30m", "1h30m", "2d"."""
    found = _DURATION.fullmatch(text)
    seconds = (
        sum(int(n or 0) * each for n, each in zip(found.groups(), _SECONDS, strict=True)) if found else 0
    )
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90s, 30m, 2h or 1h30m, at most a year")
    return float(seconds)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def _add_json(argument: Callable[..., Any], what: str) -> None:
    argument("--json", action="store_true", help=f"for programs: {what}, as JSON")


def _add_socket(argument: Callable[..., Any]) -> None:
    argument("--socket", metavar="FILE", help="where vrmond listens, if not where the configuration says")


def _add_config(argument: Callable[..., Any]) -> None:
    argument("--config", metavar="FILE", help="default: /etc/vrmon/vrmon.toml")


def _add_reload(argument: Callable[..., Any]) -> None:
    argument("--reload", action="store_true", help="and have vrmond read it at once")
    _add_socket(argument)


def _add_channel(argument: Callable[..., Any]) -> None:
    argument("channel", metavar="CHANNEL", help="its name in vrmon.toml").completer = _channels


def _channels(parsed_args: Namespace, **_: object) -> list[str]:
    """Their names, for a shell that completes one."""
    from vrmon.cli.vrmond import channels  # noqa: PLC0415

    return channels(parsed_args)
