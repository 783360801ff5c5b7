"""The arguments of the commands to look at what was."""

from __future__ import annotations

from vrmon.cli import arguments, completion
from vrmon.cli.completion import with_completer
from vrmon.cli.options.common import Add, add_channel, add_json, add_where, one_of


def add_looking_back(add: Add) -> None:
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
    form = one_of(argument)
    form("--csv", action="store_true", help="for a spreadsheet: the columns of an as-run log")
    with_completer(
        form("--html", metavar="FILE", help="one file for a browser, with a timeline; - for the output"),
        completion.files,
    )
    add_json(form, "the whole document")
    where = one_of(argument)
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
    add_channel(argument)
    argument(
        "-n", dest="most", type=arguments.count, default=5, metavar="N", help="how many jobs (default 5)"
    )
    add_json(argument, "the channel, its problems and its jobs")
    add_where(argument)
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
    add_json(argument, "one a line")
    add_where(argument)
