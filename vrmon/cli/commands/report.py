"""`vrmon report`: is what ran in a time on the backup, all of it?"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from vrmon.cli.lenient import parts
from vrmon.cli.naming import there_are
from vrmon.cli.reports import sentences
from vrmon.cli.reports.sentences import Document
from vrmon.cli.terminal import console, print_json, print_line
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ConfigError, ControlError

if TYPE_CHECKING:
    from vrmon.settings import Settings

PATIENCE = 60.0  # seconds
_INCOMPLETE = 1


def run(options: Namespace) -> int:
    """1 where a job surely lacks a part."""
    document = _document(options)
    called = "Last night" if options.first is options.last is None else "In all"
    if options.json:
        print_json(document)
    elif options.csv:
        from vrmon.cli.reports.spreadsheet import table  # noqa: PLC0415

        sys.stdout.write(table(document))
    elif options.html is not None:
        from vrmon.cli.reports.web import page  # noqa: PLC0415

        _write(options.html, page(document, called))
    else:
        from vrmon.cli.reports.printed import lines  # noqa: PLC0415

        out = console()
        for line in lines(document, called):
            print_line(out, line)
    return _INCOMPLETE if any(sentences.is_lacking(job, document) for job in parts(document, "jobs")) else 0


def _write(file: str, html: str) -> None:
    if file == "-":
        sys.stdout.write(html)
        return
    try:
        Path(file).write_text(html, encoding="utf-8")
    except OSError as error:
        raise ControlError(f"Cannot write {file}: {error.strerror or error}.") from None
    print(f"The report is in {file}.")


def _document(options: Namespace) -> Document:
    query = {"from": options.first, "to": options.last, "channel": options.channel}
    asked = {key: value for key, value in query.items() if value is not None}
    if not asked.keys() & {"from", "to"}:
        asked["day"] = "last"
    if options.file is not None:
        return _read(Path(options.file), asked, options.day_begins, options.tolerance)
    if options.day_begins is not None or options.tolerance is not None:
        raise ControlError("Cannot use --day-begins or --tolerance without --file: vrmond has its own.")
    return Vrmond.of(options).ask("GET", f"/report?{urlencode(asked)}", seconds=PATIENCE)


def _read(file: Path, asked: dict[str, str], day_begins: str | None, tolerance: float | None) -> Document:
    """From a copy of the history, where no vrmond has it."""
    from contextlib import closing  # noqa: PLC0415

    from vrmon.history import days  # noqa: PLC0415
    from vrmon.history.database import open_to_read  # noqa: PLC0415
    from vrmon.history.report import channels, report  # noqa: PLC0415

    settings = _configured()
    time_asked = days.asked(asked, day_begins or settings.history.day_begins, time.time())
    if tolerance is None:
        tolerance = settings.sync.gap_tolerance
    channel = asked.get("channel", "")
    with closing(open_to_read(file)) as connection:
        document = report(connection, time_asked, channel, tolerance)
        if channel and not document["jobs"] and channel not in (names := channels(connection)):
            raise ControlError(
                f"Cannot find channel {channel!r}: {file} has none of its jobs. {there_are(channel, names)}"
            )
    return document


def _configured() -> Settings:
    """What the configuration of this machine says, where it can be read."""
    from vrmon.config import Directories, text_of  # noqa: PLC0415
    from vrmon.config.reading import examine  # noqa: PLC0415
    from vrmon.settings import Settings  # noqa: PLC0415

    file = Directories.from_environ(os.environ).configuration_file
    try:
        return examine(text_of(file), file, os.environ)[0]
    except ConfigError:
        return Settings()
