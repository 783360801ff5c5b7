"""The arguments of the commands about alarms."""

from __future__ import annotations

from vrmon.cli import arguments
from vrmon.cli.options.common import Add, add_alarms_socket, add_json


def add_alarms(add: Add) -> None:
    argument = add(
        "alarms", "cli.commands.alarms:run",
        "What vrmon-alarm told, when and to whom, and what did not get through.",
        "vrmon alarms -n 10", "vrmon alarms --json"
    )  # fmt: skip
    argument("-n", dest="most", type=arguments.count, metavar="N", help="only the last N")
    add_json(argument, "one try a line")
    add_alarms_socket(argument)
    argument = add(
        "test-alarm", "cli.commands.test_alarm:run",
        "Have vrmon-alarm send a test on every way: was it delivered, and how long did it take. "
        "Exit status: 0 all were, 1 one was not, or there is none.",
        "vrmon test-alarm"
    )  # fmt: skip
    add_json(argument, "one way a line")
    add_alarms_socket(argument)
