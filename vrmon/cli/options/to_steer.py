"""The arguments of the commands to steer."""

from __future__ import annotations

from vrmon.cli import arguments
from vrmon.cli.options.common import Add, add_channel, add_socket, one_of


def add_steering(add: Add) -> None:
    argument = add(
        "reload", "cli.commands.reload:run",
        "Have the configuration read again. Fails with the reasons, and changes nothing, if it is refused.",
        "vrmon reload"
    )  # fmt: skip
    add_socket(argument)
    argument = add(
        "hold", "cli.commands.hold:run",
        "Hand a channel to a person: nothing is started or stopped there until `vrmon auto`, or for so long.",
        'vrmon hold "PCR 1" --for 2h --reason rehearsal', "vrmon hold --all --until 22:00"
    )  # fmt: skip
    add_channel(argument, several=True)
    end = one_of(argument)
    end("--for", dest="seconds", type=arguments.duration, metavar="TIME", help="such as 90s, 30m, 2h, 1h30m")
    end(
        "--until", dest="seconds", type=arguments.seconds_until, metavar="TIME",
        help='such as 22:00, the next by this machine\'s clock, or "2026-11-27 06:00"'
    )  # fmt: skip
    argument("--reason", default="", metavar="TEXT", help="shown to everybody who looks")
    add_socket(argument)
    argument = add(
        "auto", "cli.commands.auto:run", "Give a channel back to vrmon.",
        'vrmon auto "PCR 1"', "vrmon auto --all"
    )  # fmt: skip
    add_channel(argument, several=True)
    add_socket(argument)
    argument = add(
        "stop", "cli.commands.stop:run", "End a take that is kept although its job is gone.",
        'vrmon stop "PCR 1"'
    )  # fmt: skip
    add_channel(argument)
    add_socket(argument)
    argument = add(
        "claim", "cli.commands.claim:run",
        "Say that the recording on a channel is the take of its job: it is vrmon's own from then on.",
        'vrmon claim "PCR 1"'
    )  # fmt: skip
    add_channel(argument)
    add_socket(argument)
    argument = add(
        "drill", "cli.commands.drill:run",
        "Record for a few seconds what nobody needs, to see that the channel could record, and wait for what "
        "comes of it. Whatever else begins goes before it. Exit status: 0 it went well, 1 it did not.",
        'vrmon drill "PCR 1"'
    )  # fmt: skip
    add_channel(argument)
    argument("--seconds", type=arguments.positive, metavar="N", help="600 at most (default: [drill] seconds)")
    add_socket(argument)
    argument = add(
        "ack", "cli.commands.ack:run",
        "Say that you know of a problem: alarms do not repeat it, everybody sees who knows of it. That ends "
        "with the problem, when it gets worse, or in time.",
        'vrmon ack "PCR 1" --for 4h --note "spare, to be enabled at noon"', "vrmon ack dvr-unreachable"
    )  # fmt: skip
    argument("about", nargs="?", metavar="CHANNEL|CODE", help="which (default: all that are not just info)")
    argument(
        "--for", dest="seconds", type=arguments.duration, metavar="TIME", help="12h at most, and without it"
    )
    argument("--note", default="", metavar="TEXT", help="shown to everybody who looks")
    argument("--withdraw", action="store_true", help="take it back")
    add_socket(argument)
