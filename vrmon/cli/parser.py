"""argparse as people meet it: another exit status for a wrong command line, and a guess at what was meant."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from vrmon.cli.streams import complain
from vrmon.text import nearest


class Parser(ArgumentParser):
    """Ends with os.EX_USAGE in place of argparse's 2, which stands for "critical" here."""

    def error(self, message: str) -> NoReturn:
        complain(f"{self.format_usage()}{self.prog}: {_sentence(message)} Help: {self.prog} --help")
        self.exit(os.EX_USAGE)

    def parse(self, arguments: Sequence[str]) -> Namespace:
        """As parse_args, with a hint where a command or an option is almost right. No argument: status."""
        given, first = list(arguments), _first(arguments)
        given += ["status"] if len(given) == first else []
        known = self.commands()
        name = given[first] if first < len(given) else "-"
        if not name.startswith("-") and name not in known:
            self.error(f"there is no command {name!r}{did_you_mean(name, known)}")
        options, rest = self.parse_known_args(given)
        if rest:
            command = known.get(name, self)
            command.error(_superfluous(rest, command.format_help()))
        return options

    def commands(self) -> dict[str, Parser]:
        """By their names."""
        return {
            name: command
            for action in self._actions
            if isinstance(action, _SubParsersAction)
            for name, command in _choices(action).items()
        }


def _first(arguments: Sequence[str]) -> int:
    """Where the command stands, or would stand: behind the site that is given."""
    begins = arguments[0] if arguments else ""
    return 2 if begins == "--site" else 1 if begins.startswith("--site=") else 0


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """What follows the complaint that there is no `text`: "" where nothing that is known is like it."""
    found = nearest(text, known)
    return "" if found is None else f". Did you mean {found!r}?"


def _superfluous(arguments: Sequence[str], help_text: str) -> str:
    first = arguments[0]
    if first.startswith("-"):
        return f"there is no option {first!r}{did_you_mean(first, re.findall(r'--[a-z-]+', help_text))}"
    return f"{first!r} is one argument too many. A name that holds a space stands in quotes"


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _choices(action: Any) -> dict[str, Parser]:
    return dict(action.choices)
