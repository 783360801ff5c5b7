"""The configuration in force: the file's, the last accepted one's, or none at all; and why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vrmon import config
from vrmon.config import Directories
from vrmon.errors import ConfigError, StateError
from vrmon.settings import Settings
from vrmon.text import few, rfc3339

_FEW = 5  # complaints in a sentence that goes into alarms, the journal and every table


class InForce:
    """`complaints`: why the file is refused, if it is. `failing`: why it cannot be remembered, if so."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.settings = Settings()
        self.complaints: tuple[str, ...] = ()
        self.failing = ""
        self.path = path
        self._environ = environ
        self._state = Directories.from_environ(environ).state
        self._origin = "none"
        self._loaded = time.time()
        self._fallback = ""
        self._accepted: str | None = None

    def read(self) -> Settings:
        """Put the file in force. ConfigError when it is refused: what was in force stays so."""
        try:
            text = config.text_of(self.path)
            settings = config.parse(text, self.path, self._environ)
        except ConfigError as error:
            self.complaints = error.complaints
            raise
        self.settings, self.complaints, self._origin, self._fallback = settings, (), "file", ""
        self._loaded, self._accepted = time.time(), text
        return settings

    def remember(self) -> None:
        """Keep the file that was accepted last for a start with a refused one."""
        if self._accepted is None:
            return
        try:
            config.remember(self._state, self._accepted)
            self.failing = ""
        except StateError as error:
            self.failing = str(error)

    def fall_back(self) -> Settings:
        """Put the last accepted configuration in force, or an empty one."""
        self.settings, self._fallback = config.fall_back(self.path, self._environ)
        self._origin = "last-good" if self.settings.channels or self.settings.dvrs else "none"
        return self.settings

    def trouble(self) -> str:
        """What is wrong with the file, in a few sentences; "" when nothing is. `shown` has all of it."""
        if not self.complaints:
            return ""
        stays = self._fallback or f"{self.path} is refused: what was in force before stays so."
        all_of_them = "" if len(self.complaints) <= _FEW else ": vrmon check names all"
        return f"{stays} {few(self.complaints, ' ', _FEW)}{all_of_them}"

    def shown(self) -> dict[str, Any]:
        """Its part of /status."""
        return {
            "file": str(self.path.absolute()),
            "in_force": self._origin,
            "loaded": rfc3339(self._loaded),
            "complaints": list(self.complaints),
        }
