"""Where log records go: the journal with their fields, or plain lines on stderr, and a file if asked for.

Messages are constant (the catalog's titles); the particulars are upper-case keys of `extra`: `fields`.
No sink is written to by the thread that logs: a stalled disk or a stuck reader never holds up control.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import sys
import threading
import time
from logging.handlers import RotatingFileHandler

from systemd.journal import JournalHandler

from vrmon import settings
from vrmon.catalog import ROWS, Code, message_id

log = logging.getLogger(__name__)

_FILE_BYTES = 10_000_000
_FILE_COUNT = 5
_BACKLOG = 5_000  # records
_FLUSH_SECONDS = 2.0
_OF_THE_JOURNAL = ("MESSAGE_ID", "RECORDER", "PLACE")  # by which it explains an entry
_SUBJECTS = ("CHANNEL", "DEVICE", "ADDRESS", "REQUEST", "SOCKET", "FILE")


def setup(wanted: settings.Log) -> None:
    """Send every record where `wanted` says, in place of what an earlier call set up.

    Waits for a moment for a sink that is let go and does not come to its end.
    """
    root = logging.getLogger()
    before = _couriers()
    root.addHandler(_Courier(_journal() if on_journal() else _plain(logging.StreamHandler(sys.stderr))))
    if wanted.file:
        root.addHandler(_Courier(_plain(_LogFile(wanted.file))))
    root.setLevel(logging.WARNING)
    logging.getLogger("vrmon").setLevel(wanted.level.upper())
    _dismiss(before)


def shutdown() -> None:
    """Write out what is still waiting, for a moment at most, and let go of the sinks."""
    _dismiss(_couriers())


def failing() -> str:
    """Which file cannot be written, and why; "" where all is well."""
    files = [one.sink for one in _couriers() if isinstance(one.sink, _LogFile)]
    return next((one.failing for one in files if one.failing), "")


def fields(code: str = "", **particulars: object) -> dict[str, object]:
    """`extra` for a log call: fields(Code.TAKE_DIED, channel="PCR 1") gives CODE, MESSAGE_ID and CHANNEL.

    Particulars that are None or "" are left out. A code that the catalog lacks gets no MESSAGE_ID.
    """
    named = {"CODE": str(code), "MESSAGE_ID": message_id(code)}
    named |= {key.upper(): str(value) for key, value in particulars.items() if value is not None}
    return {key: value for key, value in named.items() if value}


def report(level: int, code: Code, **particulars: object) -> None:
    """Log the title of the code's row with these fields."""
    log.log(level, ROWS[code].title, extra=fields(code, **particulars), stacklevel=2)


def on_journal() -> bool:
    """Whether stderr goes to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        stderr = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


def _couriers() -> list[_Courier]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, _Courier)]


def _dismiss(couriers: list[_Courier]) -> None:
    # The last first: what a failing file has to say must still find its way to stderr.
    for courier in reversed(couriers):
        logging.getLogger().removeHandler(courier)
        courier.close()


class _Courier(logging.Handler):
    """Hands records to one slow sink in a thread of its own, and drops them rather than wait."""

    def __init__(self, sink: logging.Handler) -> None:
        super().__init__()
        self.sink = sink
        self._waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(_BACKLOG)
        self._dropped = 0
        self._thread = threading.Thread(target=self._carry, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=_FLUSH_SECONDS)
        self._thread.join(_FLUSH_SECONDS)
        super().close()

    def _carry(self) -> None:
        while (record := self._waiting.get()) is not None:
            self.sink.handle(record)
            if self._dropped:
                lost, self._dropped = self._dropped, 0
                report(logging.ERROR, Code.LOG_OVERRUN, count=lost)
        self.sink.close()


class _Sentence(logging.Formatter):
    """For the journal, which shows no fields by itself: "Command sent [PCR 1, stop]: the job is over"."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        shown = {key: value for key, value in vars(record).items() if key.isupper() and value}
        subject = next((shown[key] for key in _SUBJECTS if key in shown), None)
        about = ", ".join(str(part) for part in (subject, shown.get("ACTION")) if part)
        reason = shown.get("REASON")
        text = super().formatMessage(record)
        return text + (f" [{about}]" if about else "") + (f": {reason}" if reason else "")


class _Line(logging.Formatter):
    """For people without a journal: time, level, message, then the fields as KEY=value."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-8s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        pairs = [
            f"{key}={_shown(value)}"
            for key, value in vars(record).items()
            if key.isupper() and key not in _OF_THE_JOURNAL
        ]
        return " ".join([super().formatMessage(record), *pairs])


class _LogFile(RotatingFileHandler):
    """A rotated file that says once when it fails and once when it is back, and never raises.

    `failing`: which file and why, while it does; "" while all is well.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, backupCount=_FILE_COUNT, encoding="utf-8", delay=True)
        self.failing = ""
        self._failing = False
        self._error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        failed_before, self._failing = self._failing, False
        super().emit(record)
        if failed_before and not self._failing:
            self.failing = ""
            report(logging.WARNING, Code.LOG_BACK, file=self.baseFilename)
        elif self._failing and not failed_before:
            reason = getattr(self._error, "strerror", None) or str(self._error)
            self.failing = f"{self.baseFilename}: {reason}"
            report(logging.ERROR, Code.LOG_FAILING, file=self.baseFilename, reason=reason)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        self._failing = True
        self._error = sys.exc_info()[1]
        self._let_go()

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        # Closing writes what the stream still holds, which fails like everything else on a full disk.
        if self.stream is not None:
            with contextlib.suppress(OSError):
                self.stream.close()
            self.stream = None


def _journal() -> logging.Handler:
    handler: logging.Handler = JournalHandler(SYSLOG_IDENTIFIER="vrmond")
    handler.setFormatter(_Sentence("%(message)s"))
    return handler


def _plain(handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(_Line())
    return handler


def _shown(value: object) -> str:
    text = str(value)
    is_plain = text.isprintable()
    if text and is_plain and not any(char in text for char in ' "='):
        return text
    return json.dumps(text, ensure_ascii=not is_plain)
