"""The arguments of the commands to look at how things are."""

from __future__ import annotations

from vrmon.catalog import Severity
from vrmon.cli import arguments, completion
from vrmon.cli.completion import with_completer
from vrmon.cli.options.common import Add, add_config, add_json, add_socket, add_where
from vrmon.cli.options.legend import LEGEND


def add_looking(add: Add) -> None:
    argument = add(
        "status", "cli.commands.status:run",
        "Every problem with what to do about it, every channel, every device. "
        "Exit status: 0 Safe or Ready, 1 At risk, 2 Not safe, 3 no daemon.",
        "vrmon status", "vrmon status --url http://10.1.85.10:8001", "vrmon status --json | jq .health",
        legend=LEGEND,
    )  # fmt: skip
    add_json(argument, "the whole document")
    add_where(argument)
    add_where(add("watch", "cli.commands.watch:run", "The same, live on the whole screen.", "vrmon watch"))
    argument = add(
        "events", "cli.commands.events:run",
        "What happened: about the last 50 events, or as far back as -n or --since says and the history goes.",
        "vrmon events -n 10", 'vrmon events --since 22:00 --channel "PCR 1" --severity degraded',
        "vrmon events --follow --json"
    )  # fmt: skip
    argument("-f", "--follow", action="store_true", help="and what happens from here on, until Ctrl-C")
    argument(
        "-n", dest="most", type=arguments.count, metavar="N", help="the last N, as far as the history goes"
    )
    argument("--since", type=arguments.since, metavar="TIME", help='such as 2h, 22:00 or "2026-11-27 06:00"')
    with_completer(
        argument("--channel", metavar="CHANNEL", help="only what concerns this one"), completion.channels
    )
    argument(
        "--severity", choices=(Severity.DEGRADED, Severity.CRITICAL), help="only what is as bad, or worse"
    )
    add_json(argument, "one event a line")
    add_where(argument)
    for name, whose in (("sources", "DVRs"), ("ingests", "primaries")):
        does = f"What the {whose} offer, ready to be pasted into vrmon.toml as [[channel]]."
        argument = add(name, f"cli.commands.{name}:run", does, f"vrmon {name}")
        add_json(argument, "what is known of each")
        add_where(argument)
    argument = add(
        "bugreport", "cli.commands.bugreport:run",
        "All that whoever looks for a fault asks for: versions, configuration without secrets, status, "
        "events, sizes, the journal.",
        "vrmon bugreport > vrmon.txt"
    )  # fmt: skip
    add_config(argument)
    add_socket(argument)
    argument = add(
        "check", "cli.commands.check:run",
        "Check the configuration, then every device and every channel's source: for each ok, or what to do. "
        "vrmond looks; without it, or for another file, this command does. "
        "Exit status: 0 nothing fails, 1 something does, 78 the configuration is refused.",
        "vrmon check", "vrmon check --config new.toml"
    )  # fmt: skip
    add_config(argument)
    argument("--here", action="store_true", help="look with the eyes of whoever runs this, not with vrmond's")
    add_socket(argument)
    add_json(argument, "one finding a line")
