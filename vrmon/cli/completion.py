"""What a shell completes: the names that vrmond knows, and no files but where a file is wanted."""

from __future__ import annotations

import importlib
import os
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable

from vrmon.errors import ControlError

Completer = Callable[..., list[str]]
_PATIENCE = 1.0  # seconds: somebody has a finger on the Tab key


def complete(parser: ArgumentParser) -> None:
    """Answers the shell, where it is one that asks, and ends the process."""
    if "_ARGCOMPLETE" in os.environ:
        importlib.import_module("argcomplete").autocomplete(parser, default_completer=nothing)


def with_completer(action: Action, completer: Completer) -> None:
    action.completer = completer  # type: ignore[attr-defined]


def nothing(**_: object) -> list[str]:
    return []


def files(prefix: str, **more: object) -> list[str]:
    completer = importlib.import_module("argcomplete.completers").FilesCompleter()
    return list(completer(prefix, **more))


def channels(parsed_args: Namespace, **_: object) -> list[str]:
    from vrmon.cli.naming import names_in  # noqa: PLC0415

    return names_in(_ask(parsed_args, "/status"))


def sources(parsed_args: Namespace, **_: object) -> list[str]:
    """Those of the DVR that is given, else of all."""
    return _offered(parsed_args, "dvrs", getattr(parsed_args, "dvr", None), "sources", "unique_id")


def ingests(parsed_args: Namespace, **_: object) -> list[str]:
    return _offered(parsed_args, "primaries", getattr(parsed_args, "primary", None), "ingests", "ingest")


def primaries(parsed_args: Namespace, **_: object) -> list[str]:
    return _names(parsed_args, "primaries")


def dvrs(parsed_args: Namespace, **_: object) -> list[str]:
    return _names(parsed_args, "dvrs")


def devices(parsed_args: Namespace, **_: object) -> list[str]:
    return [*primaries(parsed_args), *dvrs(parsed_args)]


def _names(options: Namespace, group: str) -> list[str]:
    from vrmon.cli.lenient import clean, part  # noqa: PLC0415

    return [clean(name) for name in part(_ask(options, "/devices"), group)]


def _offered(options: Namespace, group: str, device: str | None, kind: str, key: str) -> list[str]:
    from vrmon.cli.lenient import part, parts, text  # noqa: PLC0415

    offers = part(_ask(options, "/devices"), group)
    return [
        text(one, key) for name in offers if device in (None, name) for one in parts(part(offers, name), kind)
    ]


def _ask(options: Namespace, path: str) -> dict[str, object]:
    """Quickly, and without a word where there is no vrmond."""
    from vrmon.cli import site  # noqa: PLC0415
    from vrmon.cli.vrmond import Vrmond  # noqa: PLC0415

    site.enter(options)
    try:
        return Vrmond.of(options).ask("GET", path, seconds=_PATIENCE)
    except ControlError:
        return {}
