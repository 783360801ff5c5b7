"""The arguments of the commands to set up."""

from __future__ import annotations

from vrmon.cli import completion
from vrmon.cli.completion import with_completer
from vrmon.cli.options.common import Add, add_channel, add_config, add_reload, add_socket


def add_setting_up(add: Add) -> None:
    argument = add(
        "setup", "cli.commands.setup:run",
        "Set up a new installation, question by question: the devices, a password, the channels.",
        "vrmon setup"
    )  # fmt: skip
    add_config(argument)
    add_socket(argument)
    argument = add(
        "add", "cli.commands.add:run",
        "Add channels: ask which source backs up each ingest that has no channel yet.",
        "vrmon add"
    )  # fmt: skip
    add_config(argument)
    add_socket(argument)
    argument = add(
        "unmap", "cli.commands.unmap:run",
        "Take a channel out of vrmon.toml. Comments are kept, and a recording that runs is left alone.",
        'vrmon unmap "PCR 5" --reload'
    )  # fmt: skip
    add_channel(argument)
    add_config(argument)
    add_reload(argument)
    argument = add(
        "map", "cli.commands.map:run", "Add a channel to vrmon.toml, or change one. Comments are kept.",
        'vrmon map "PCR 5" --ingest 9C64992CFF3A4A3FA3C635BB7D9B6071 --source "4XT00292 - 4"'
    )  # fmt: skip
    with_completer(argument("name", metavar="NAME", help="what people call the channel"), completion.channels)
    for option, metavar, what, completer in (
        ("--ingest", "ID", "the primary's ingestId: see `vrmon ingests`", completion.ingests),
        ("--source", "SOURCE", "the DVR's source: see `vrmon sources`", completion.sources),
        ("--primary", "NAME", "whose ingest, where there are several primaries", completion.primaries),
        ("--dvr", "NAME", "whose source, where there are several DVRs", completion.dvrs),
    ):
        with_completer(argument(option, metavar=metavar, help=what), completer)
    argument("--force", action="store_true", help="also a source that the DVR does not have now")
    add_config(argument)
    add_reload(argument)
    argument = add(
        "password", "cli.commands.password:run",
        "Ask for a DVR's password, without showing it, and put it where vrmond reads it.",
        "vrmon password movierecorder --reload"
    )  # fmt: skip
    with_completer(argument("name", metavar="NAME", help="of a DVR in vrmon.toml"), completion.dvrs)
    add_config(argument)
    add_reload(argument)
    argument = add(
        "trust", "cli.commands.trust:run",
        "Show a device's certificate, and trust it and no other from then on.",
        "vrmon trust playbox", "vrmon trust movierecorder --kind dvr --yes --reload"
    )  # fmt: skip
    with_completer(
        argument("name", metavar="NAME", help="of a primary or a DVR in vrmon.toml"), completion.devices
    )
    argument("--kind", choices=("primary", "dvr"), help="which, where both have that name")
    argument("--yes", action="store_true", help="do not ask whether the certificate is the right one")
    add_config(argument)
    add_reload(argument)
