"""[alarm] of vrmon.toml, read leniently: a fault elsewhere must not keep anybody from being told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from vrmon.alarm.ways import Fault, Secrets, Way, find
from vrmon.config import Directories, recall, remember, text_of
from vrmon.config.reading import examine
from vrmon.errors import ConfigError, StateError
from vrmon.settings import Settings

STATE = Path("/var/lib/vrmon-alarm")
RUNTIME = Path("/run/vrmon-alarm")


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

    def read(self) -> None:
        """Read the file and what it names; where it is no TOML, the one that was read last."""
        fault: Fault | None = None
        try:
            text = text_of(self.path)
            self.settings, _ = examine(text, self.path, self._environ)
        except ConfigError as error:
            fault = Fault("vrmon.toml", f"cannot be read: {error.complaints[0]}")
            kept = recall(self.state)
            with suppress(ConfigError):
                if kept is not None:
                    self.settings, _ = examine(kept, self.path, self._environ)
        else:
            with suppress(StateError):
                remember(self.state, text)
        secrets = Secrets(self._directories.configuration / "credentials", self._directories.credentials)
        self.ways, faults = find(self.settings.alarm, secrets)
        self.faults = (*faults, *([] if fault is None else [fault]))

    @property
    def socket(self) -> Path:
        """Where vrmond listens."""
        return self.settings.api.unix_socket
