"""Every command with its arguments, its help and an example. Imports nothing that takes long."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from textwrap import fill
from typing import Any

from vrmon import __version__
from vrmon.catalog import Severity
from vrmon.cli import arguments, completion
from vrmon.cli.completion import with_completer
from vrmon.cli.parser import Parser

_LEGEND = """\
phases of a channel:
  ○ idle        no job                      ◌ stopping    its job is over
  ◌ starting    told to record, not seen    ◐ keeping     records on: its job may be lost, not over
  ● recording   seen recording              ? unverified  should record, was not seen lately
  ✖ blocked     cannot record: see why      ◇ foreign     somebody else records there
  ? doubtful    nobody knows whose recording it is: `vrmon claim`, or stop it by hand
severities: ▲ degraded, protection is reduced; ✖ critical, an active job has no backup
"missing" is what the backup lacks of the running job so far, "up to" where nobody could look
"verified" is when the take was last seen recording; on hold, vrmon leaves a channel alone
"""


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

    def add(name: str, run: str, does: str, *examples: str, legend: str = "") -> Callable[..., Any]:
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

    _add_looking(add)
    _add_looking_back(add)
    _add_alarms(add)
    _add_steering(add)
    _add_setting_up(add)
    _add_standing_by(add)
    argument = add(
        "demo", "demo:run", "A show without hardware: simulated devices, vrmond, and a fault now and then.",
        "vrmon demo", "vrmon demo --seconds 60 --json"
    )  # fmt: skip
    argument(
        "--seconds", type=arguments.positive, metavar="N", help="end after so long (default: with Ctrl-C)"
    )
    argument("--kinds", action="store_true", help="on a recorder of each kind that there is")
    argument("--seed", type=int, default=1, metavar="N", help="of the drama (default %(default)s)")
    _add_json(argument, "one event a line")
    return parser


def _add_looking_back(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "report", "cli.commands.report:run",
        "Of each job of the last whole broadcast day, or of another time: is it on the backup, all of it, "
        "and what is missing why? Exit status: 0, or 1 where a job surely lacks a part.",
        "vrmon report", "vrmon report --from 2026-11-25 --to 2026-11-26 --csv > as-run.csv",
        'vrmon report --from 2026-11-25T20:00 --channel "PCR 1"', "vrmon report --html /tmp/report.html",
        "vrmon report --file copy/history.db"
    )  # fmt: skip
    argument("--from", dest="first", metavar="D", help="a broadcast day such as 2026-11-25, or a time")
    argument("--to", dest="last", metavar="D", help="the same; a day is included (default: now)")
    with_completer(argument("--channel", metavar="CHANNEL", help="of this one only"), completion.channels)
    form = _one_of(argument)
    form("--csv", action="store_true", help="for a spreadsheet: the columns of an as-run log")
    with_completer(
        form("--html", metavar="FILE", help="one file for a browser, with a timeline; - for the output"),
        completion.files,
    )
    _add_json(form, "the whole document")
    where = _one_of(argument)
    with_completer(
        where("--file", metavar="FILE", help="a copied history.db, in place of asking vrmond"),
        completion.files,
    )
    where("--socket", metavar="FILE", help="where vrmond listens, if not where the configuration says")
    where("--url", type=arguments.http_url, metavar="URL", help="of a vrmond on another machine")
    argument(
        "--day-begins", type=arguments.time_of_day, metavar="HH:MM",
        help="with --file: when the broadcast day begins, if not when the configuration here says"
    )  # fmt: skip
    argument(
        "--tolerance", type=arguments.positive, metavar="S",
        help="with --file: seconds that a job may lack, if not those of the configuration here"
    )  # fmt: skip
    argument = add(
        "show", "cli.commands.show:run", "One channel as it is now, and its last jobs with what they lack.",
        'vrmon show "PCR 1"', 'vrmon show "PCR 1" -n 20 --json'
    )  # fmt: skip
    _add_channel(argument)
    argument(
        "-n", dest="most", type=arguments.count, default=5, metavar="N", help="how many jobs (default 5)"
    )
    _add_json(argument, "the channel, its problems and its jobs")
    _add_where(argument)
    argument = add(
        "history", "cli.commands.history:run",
        "What stands in the history, the newest first: events, jobs, takes, problems, or commands.",
        "vrmon history", 'vrmon history --kind command --channel "PCR 1" --from 2026-11-25T20:00 -n 200'
    )  # fmt: skip
    kinds = ("event", "job", "take", "problem", "command")
    argument("--kind", choices=kinds, default="event", help="of what (default: event)")
    argument("--from", dest="first", metavar="T", help="what began since then: a day, or a time")
    argument("--to", dest="last", metavar="T", help="what began before then")
    with_completer(argument("--channel", metavar="CHANNEL", help="of this one only"), completion.channels)
    argument("-n", dest="most", type=arguments.count, default=50, metavar="N", help="how many (default 50)")
    _add_json(argument, "one a line")
    _add_where(argument)


def _add_looking(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "status", "cli.commands.status:run",
        "Every problem with what to do about it, every channel, every device. "
        "Exit status: 0 ok, 1 degraded, 2 critical, 3 no daemon.",
        "vrmon status", "vrmon status --url http://10.1.85.10:8001", "vrmon status --json | jq .health",
        legend=_LEGEND,
    )  # fmt: skip
    _add_json(argument, "the whole document")
    _add_where(argument)
    _add_where(add("watch", "cli.commands.watch:run", "The same, live on the whole screen.", "vrmon watch"))
    argument = add(
        "events", "cli.commands.events:run", "What happened lately: the last 50 events.",
        "vrmon events -n 10", 'vrmon events --since 22:00 --channel "PCR 1" --severity degraded',
        "vrmon events --follow --json"
    )  # fmt: skip
    argument("-f", "--follow", action="store_true", help="and what happens from here on, until Ctrl-C")
    argument("-n", dest="most", type=arguments.count, metavar="N", help="only the last N")
    argument("--since", type=arguments.since, metavar="TIME", help='such as 2h, 22:00 or "2026-11-27 06:00"')
    with_completer(
        argument("--channel", metavar="CHANNEL", help="only what concerns this one"), completion.channels
    )
    argument(
        "--severity", choices=(Severity.DEGRADED, Severity.CRITICAL), help="only what is as bad, or worse"
    )
    _add_json(argument, "one event a line")
    _add_where(argument)
    for name, whose in (("sources", "DVRs"), ("ingests", "primaries")):
        does = f"What the {whose} offer, ready to be pasted into vrmon.toml as [[channel]]."
        argument = add(name, f"cli.commands.{name}:run", does, f"vrmon {name}")
        _add_json(argument, "what is known of each")
        _add_where(argument)
    argument = add(
        "bugreport", "cli.commands.bugreport:run",
        "All that whoever looks for a fault asks for: versions, configuration without secrets, status, "
        "events, sizes, the journal.",
        "vrmon bugreport > vrmon.txt"
    )  # fmt: skip
    _add_config(argument)
    _add_socket(argument)
    argument = add(
        "check", "cli.commands.check:run",
        "Check the configuration, then every device and every channel's source: for each ok, or what to do. "
        "vrmond looks; without it, or for another file, this command does. "
        "Exit status: 0 nothing fails, 1 something does, 78 the configuration is refused.",
        "vrmon check", "vrmon check --config new.toml"
    )  # fmt: skip
    _add_config(argument)
    argument("--here", action="store_true", help="look with the eyes of whoever runs this, not with vrmond's")
    _add_socket(argument)
    _add_json(argument, "one finding a line")


def _add_alarms(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "alarms", "cli.commands.alarms:run",
        "What vrmon-alarm told, when and to whom, and what did not get through.",
        "vrmon alarms -n 10", "vrmon alarms --json"
    )  # fmt: skip
    argument("-n", dest="most", type=arguments.count, metavar="N", help="only the last N")
    _add_json(argument, "one try a line")
    _add_alarms_socket(argument)
    argument = add(
        "test-alarm", "cli.commands.test_alarm:run",
        "Have vrmon-alarm send a test on every way: was it delivered, and how long did it take. "
        "Exit status: 0 all were, 1 one was not, or there is none.",
        "vrmon test-alarm"
    )  # fmt: skip
    _add_json(argument, "one way a line")
    _add_alarms_socket(argument)


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
        'vrmon hold "PCR 1" --for 2h --reason rehearsal', "vrmon hold --all --until 22:00"
    )  # fmt: skip
    _add_channel(argument, several=True)
    end = _one_of(argument)
    end("--for", dest="seconds", type=arguments.duration, metavar="TIME", help="such as 90s, 30m, 2h, 1h30m")
    end(
        "--until", dest="seconds", type=arguments.seconds_until, metavar="TIME",
        help='such as 22:00, the next by this machine\'s clock, or "2026-11-27 06:00"'
    )  # fmt: skip
    argument("--reason", default="", metavar="TEXT", help="shown to everybody who looks")
    _add_socket(argument)
    argument = add(
        "auto", "cli.commands.auto:run", "Give a channel back to vrmon.",
        'vrmon auto "PCR 1"', "vrmon auto --all"
    )  # fmt: skip
    _add_channel(argument, several=True)
    _add_socket(argument)
    argument = add(
        "stop", "cli.commands.stop:run", "End a take that is kept although its job is gone.",
        'vrmon stop "PCR 1"'
    )  # fmt: skip
    _add_channel(argument)
    _add_socket(argument)
    argument = add(
        "claim", "cli.commands.claim:run",
        "Say that the recording on a channel is the take of its job: it is vrmon's own from then on.",
        'vrmon claim "PCR 1"'
    )  # fmt: skip
    _add_channel(argument)
    _add_socket(argument)
    argument = add(
        "drill", "cli.commands.drill:run",
        "Record for a few seconds what nobody needs, to see that the channel could record, and wait for what "
        "comes of it. Whatever else begins goes before it. Exit status: 0 it went well, 1 it did not.",
        'vrmon drill "PCR 1"'
    )  # fmt: skip
    _add_channel(argument)
    argument("--seconds", type=arguments.positive, metavar="N", help="600 at most (default: [drill] seconds)")
    _add_socket(argument)
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
    _add_socket(argument)


def _add_setting_up(add: Callable[..., Callable[..., Any]]) -> None:
    argument = add(
        "setup", "cli.commands.setup:run",
        "Set up a new installation, question by question: the devices, a password, the channels.",
        "vrmon setup"
    )  # fmt: skip
    _add_config(argument)
    _add_socket(argument)
    argument = add(
        "add", "cli.commands.add:run",
        "Add channels: ask which source backs up each ingest that has no channel yet.",
        "vrmon add"
    )  # fmt: skip
    _add_config(argument)
    _add_socket(argument)
    argument = add(
        "unmap", "cli.commands.unmap:run",
        "Take a channel out of vrmon.toml. Comments are kept, and a recording that runs is left alone.",
        'vrmon unmap "PCR 5" --reload'
    )  # fmt: skip
    _add_channel(argument)
    _add_config(argument)
    _add_reload(argument)
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
    _add_config(argument)
    _add_reload(argument)
    argument = add(
        "password", "cli.commands.password:run",
        "Ask for a DVR's password, without showing it, and put it where vrmond reads it.",
        "vrmon password movierecorder --reload"
    )  # fmt: skip
    with_completer(argument("name", metavar="NAME", help="of a DVR in vrmon.toml"), completion.dvrs)
    _add_config(argument)
    _add_reload(argument)
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
    _add_config(argument)
    _add_reload(argument)


def _add_standing_by(add: Callable[..., Callable[..., Any]]) -> None:
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
    _add_config(argument)
    _add_socket(argument)


def _add_json(argument: Callable[..., Any], what: str) -> None:
    argument("--json", action="store_true", help=f"for programs: {what}, as JSON")


def _add_where(argument: Callable[..., Any]) -> None:
    """For what TCP may read as well."""
    argument = _one_of(argument)
    _add_socket(argument)
    argument(
        "--url", type=arguments.http_url, metavar="URL",
        help="of a vrmond on another machine, such as http://10.1.85.10:8001"
    )  # fmt: skip


def _add_socket(argument: Callable[..., Any]) -> None:
    with_completer(
        argument(
            "--socket", metavar="FILE", help="where vrmond listens, if not where the configuration says"
        ),
        completion.files,
    )


def _add_alarms_socket(argument: Callable[..., Any]) -> None:
    argument(
        "--socket", metavar="FILE", help="where vrmon-alarm listens: default /run/vrmon-alarm/alarm.sock"
    )


def _add_config(argument: Callable[..., Any]) -> None:
    with_completer(
        argument("--config", metavar="FILE", help="default: /etc/vrmon/vrmon.toml"), completion.files
    )


def _add_reload(argument: Callable[..., Any]) -> None:
    argument("--reload", action="store_true", help="and have vrmond read it at once")
    _add_socket(argument)


def _add_channel(argument: Callable[..., Any], *, several: bool = False) -> None:
    """`several`: or all of them."""
    if several:
        argument = _one_of(argument, required=True)
    action = argument(
        "channel", metavar="CHANNEL", help="its name in vrmon.toml", nargs="?" if several else None
    )
    with_completer(action, completion.channels)
    if several:
        argument("--all", action="store_true", help="every channel, in place of one")


def _one_of(argument: Callable[..., Any], *, required: bool = False) -> Callable[..., Any]:
    """Adds arguments to the same command, of which at most one is given."""
    command: Parser = getattr(argument, "__self__")  # noqa: B009 - what it is bound to
    return command.add_mutually_exclusive_group(required=required).add_argument
