"""The arguments of the commands for a second host."""

from __future__ import annotations

from vrmon.cli import arguments
from vrmon.cli.options.common import Add, add_config, add_json, add_socket


def add_standing_by(add: Add) -> None:
    argument = add(
        "pair", "cli.commands.pair:run",
        "Of two hosts: which leads, what each hears of the other, and how etcd does; hand-over has the other "
        "host lead. Exit status: 1 where this host hears nothing of the other one or of etcd.",
        "vrmon pair", "vrmon pair hand-over"
    )  # fmt: skip
    argument("action", nargs="?", choices=["hand-over"], help="(default: only show)")
    add_json(argument, "pair of /status")
    add_socket(argument)
    argument = add(
        "promote", "cli.commands.promote:run",
        "Start vrmond on this host, a cold standby, for good. Refused while that of the other host answers; "
        "where nobody answers there, it asks whether that host is really off. Run as root.",
        "vrmon promote --peer http://10.1.85.10:8001"
    )  # fmt: skip
    argument(
        "--peer", type=arguments.http_url, metavar="URL",
        help="where the other host's vrmond answers (default: peer of [pair])"
    )  # fmt: skip
    argument("--yes", action="store_true", help="do not ask: you know that vrmon does not run there")
    add_config(argument)
    add_socket(argument)
