"""`vrmon ack`: a person knows of a problem, or does no longer."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection
from typing import Any

from vrmon.catalog import Severity
from vrmon.cli import alarm_door
from vrmon.cli.lenient import clean, part, parts, text, texts
from vrmon.cli.steering import asker
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError, Declined


def run(options: Namespace) -> int:
    client = Vrmond.of(options)
    problems = parts(client.status(), "problems")
    told = [] if options.about is None else alarm_door.told_of(options.about)
    of_told = {(text(one, "code"), channel) for one in told for channel in texts(one, "channels")}
    meant = [one for one in problems if _is_meant(options, one) or _is_told(one, of_told)]
    if not meant:
        raise ControlError(_none(options, problems))
    body = {"by": asker()}
    if not options.withdraw:
        body |= {"for": options.seconds, "note": options.note}
    for one in meant:
        try:
            done = client.about_problem(
                str(one["code"]), str(one["subject"]), "unack" if options.withdraw else "ack", **body
            )
        except Declined as error:
            if error.status != 404:
                raise
            done = str(error)  # it has ended meanwhile
        print(clean(done))
    return 0


def _is_meant(options: Namespace, problem: dict[str, Any]) -> bool:
    is_known = bool(part(problem, "acknowledged"))
    if options.about is None:
        is_wanted = text(problem, "severity") != Severity.INFO
        return is_known if options.withdraw else is_wanted and not is_known
    return options.about in (problem.get("code"), problem.get("subject"))


def _is_told(problem: dict[str, Any], of_told: Collection[tuple[str, str]]) -> bool:
    """Whether it, or what it follows from, began on many channels at once and was told under one name."""
    keys = ((text(one, "code"), text(one, "subject")) for one in (problem, part(problem, "cause")))
    return any(key in of_told for key in keys)


def _none(options: Namespace, problems: list[dict[str, Any]]) -> str:
    verb = "withdraw" if options.withdraw else "acknowledge"
    if options.about is None:
        why = "nothing is acknowledged" if options.withdraw else "there is no problem to acknowledge"
        return f"Cannot {verb} anything: {why}."
    names = dict.fromkeys(f"{text(one, 'code')} of {text(one, 'subject')}" for one in problems)
    return (
        f"Cannot {verb} {clean(options.about)}: it has no problem. There are: {', '.join(names) or 'none'}."
    )
