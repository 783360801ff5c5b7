"""[alarm] of vrmon.toml, read leniently: a fault elsewhere must not keep anybody from being told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from vrmon.alarm.ways import Fault, Secrets, Way, find
from vrmon.config import Directories, recall, remember, text_of
from vrmon.config.complaints import Complaints
from vrmon.config.reading import examine
from vrmon.config.schema import TABLES
from vrmon.errors import ConfigError, StateError
from vrmon.settings import Settings

STATE = Path("/var/lib/vrmon-alarm")
RUNTIME = Path("/run/vrmon-alarm")
_READ = {"alarm", "api", "eyes"}


def door_of(environ: Mapping[str, str]) -> Path:
    """The socket on which vrmon-alarm is asked what it told, and to try its ways."""
    return Path(environ.get("VRMON_ALARM_SOCKET") or RUNTIME / "alarm.sock")


class Configured:
    """`settings` of the file as it was read last, `ways` and `faults` that follow from them."""

    def __init__(self, path: Path | None, environ: Mapping[str, str]) -> None:
        self._directories = Directories.from_environ(environ)
        self.path = path or self._directories.configuration_file
        self.state = Path(environ["STATE_DIRECTORY"]) if environ.get("STATE_DIRECTORY") else STATE
        # Its own runtime folder is not vrmond's, whose socket lies there.
        self._environ = {name: value for name, value in environ.items() if name != "RUNTIME_DIRECTORY"}
        self.settings = Settings()
        self.ways: tuple[Way, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self._text: str | None = None

    def read(self) -> None:
        """Read the file and what it names. What is at fault there stays as it was accepted last."""
        fault: Fault | None = None
        try:
            text = text_of(self.path)
            settings, complaints = examine(text, self.path, self._environ)
        except ConfigError as error:
            fault = Fault("vrmon.toml", f"cannot be read: {error.complaints[0]}")
            self.settings = self._accepted() or self.settings
        else:
            refused = _refused(settings, complaints)
            accepted = self._accepted() if refused else None
            if "alarm" in refused:
                fault = Fault("vrmon.toml", f"is refused: {complaints.refusing[0]}")
            if accepted is not None:
                settings = replace(settings, **{table: getattr(accepted, table) for table in refused})
            else:
                self._text = text
                with suppress(StateError):
                    remember(self.state, text)
            self.settings = settings
        secrets = Secrets(self._directories.configuration / "credentials", self._directories.credentials)
        self.ways, faults = find(self.settings.alarm, secrets)
        self.faults = (*faults, *([] if fault is None else [fault]))

    def _accepted(self) -> Settings | None:
        """What the file said when it was last without a fault in what is read of it; None where nothing is
        kept."""
        text = recall(self.state) if self._text is None else self._text
        if text is None:
            return None
        try:
            return examine(text, self.path, self._environ)[0]
        except ConfigError:
            return None

    @property
    def socket(self) -> Path:
        """Where vrmond listens."""
        return self.settings.api.unix_socket


def _refused(settings: Settings, complaints: Complaints) -> set[str]:
    """The tables of those that are read here which cannot be gone by."""
    refused = _READ & complaints.tables
    if complaints.tables - TABLES.keys() and not settings.alarm.tells_anybody:
        refused.add("alarm")  # which an unknown table may be meant to be
    return refused
