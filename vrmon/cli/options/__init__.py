"""Every command with its arguments, its help and an example. Imports nothing that takes long."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from textwrap import fill

from vrmon import __version__
from vrmon.cli import arguments
from vrmon.cli.options.about_alarms import add_alarms
from vrmon.cli.options.common import Argument, add_json
from vrmon.cli.options.to_look import add_looking
from vrmon.cli.options.to_look_back import add_looking_back
from vrmon.cli.options.to_set_up import add_setting_up
from vrmon.cli.options.to_stand_by import add_standing_by
from vrmon.cli.options.to_steer import add_steering
from vrmon.cli.parser import Parser

__all__ = ["make_parser"]


def make_parser() -> Parser:
    """The parser; `run` of what it returns is MODULE:FUNCTION of the command that was chosen."""
    parser = Parser(
        prog="vrmon",
        description="Look at vrmond and steer it. Without a command: vrmon status.",
    )
    parser.add_argument("--version", action="version", version=f"vrmon {__version__}")
    parser.add_argument(
        "--site", type=arguments.site, metavar="SITE", help="of several on this machine: that of vrmon@SITE"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def add(name: str, run: str, does: str, *examples: str, legend: str = "") -> Argument:
        lines = "".join(f"  {example}\n" for example in examples)
        epilog = f"example:\n{lines}" if len(examples) == 1 else f"examples:\n{lines}"
        epilog += f"\n{legend}" if legend else ""
        command = commands.add_parser(
            name,
            help=does,
            description=fill(does, 78),
            epilog=epilog,
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=f"vrmon.{run}")
        return command.add_argument

    add_looking(add)
    add_looking_back(add)
    add_alarms(add)
    add_steering(add)
    add_setting_up(add)
    add_standing_by(add)
    argument = add(
        "demo", "demo:run", "A show without hardware: simulated devices, vrmond, and a fault now and then.",
        "vrmon demo", "vrmon demo --seconds 60 --json"
    )  # fmt: skip
    argument(
        "--seconds", type=arguments.positive, metavar="N", help="end after so long (default: with Ctrl-C)"
    )
    argument("--kinds", action="store_true", help="on a recorder of each kind that there is")
    argument("--seed", type=int, default=1, metavar="N", help="of the drama (default %(default)s)")
    add_json(argument, "one event a line")
    return parser
