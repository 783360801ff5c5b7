"""What the environment says: systemd's folders, and the variables that existing installations use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vrmon.config.complaints import Complaints
from vrmon.config.schema import TABLES
from vrmon.config.values import LISTEN

URL_VARIABLES = {"primary": ("PRIMARY_API_BASE_URL", "playbox"), "dvr": ("DVR_API_BASE_URL", "movierecorder")}
OVERRIDES = frozenset({"POLL_INTERVAL", "FLASK_PORT", *(variable for variable, _ in URL_VARIABLES.values())})


@dataclass(frozen=True)
class Directories:
    """Where vrmon's files are. `credentials` is None where systemd handed none over."""

    configuration: Path = Path("/etc/vrmon")
    state: Path = Path("/var/lib/vrmon")
    runtime: Path = Path("/run/vrmon")
    credentials: Path | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Directories:
        def first(variable: str, otherwise: Path) -> Path:
            # systemd joins several directories with colons.
            return next((Path(path) for path in environ.get(variable, "").split(":") if path), otherwise)

        credentials = environ.get("CREDENTIALS_DIRECTORY")
        return cls(
            first("CONFIGURATION_DIRECTORY", cls.configuration),
            first("STATE_DIRECTORY", cls.state),
            first("RUNTIME_DIRECTORY", cls.runtime),
            Path(credentials) if credentials else None,
        )

    @property
    def configuration_file(self) -> Path:
        return self.configuration / "vrmon.toml"

    @property
    def unix_socket(self) -> Path:
        return self.runtime / "vrmon.sock"


def override_devices(document: dict[str, Any], environ: Mapping[str, str], complaints: Complaints) -> None:
    """Puts the URLs and the poll interval of the environment into the raw document.

    A URL variable speaks for the only device of its kind, or makes one where the file names none.
    """
    for kind, (variable, only_name) in URL_VARIABLES.items():
        url = environ.get(variable, "")
        devices = document.setdefault(kind, {}) if url else None
        if not isinstance(devices, dict):
            continue
        if len(devices) > 1:
            wrong = f"is ambiguous, for the file names {', '.join(sorted(devices))}"
            complaints.add_variable(variable, kind, wrong, "no such variable where there are several")
            continue
        name = next(iter(devices), only_name)
        if isinstance(devices.setdefault(name, {}), dict):
            devices[name]["url"] = url
            complaints.variables[(kind, name, "url")] = variable
    if environ.get("POLL_INTERVAL"):
        _override_poll_interval(document, environ["POLL_INTERVAL"], complaints)


def _override_poll_interval(document: dict[str, Any], text: str, complaints: Complaints) -> None:
    seconds = next(key.value for key in TABLES["primary"] if key.name == "poll_interval")
    try:
        interval = seconds.read(_number(text))
    except ValueError as wrong:
        complaints.add_variable("POLL_INTERVAL", "poll_interval", str(wrong), seconds.expected)
        return
    for group in (document.get("primary"), document.get("dvr")):
        for device in group.values() if isinstance(group, dict) else ():
            if isinstance(device, dict):
                device["poll_interval"] = interval


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("is not a number") from None


def override_port(listen: str, environ: Mapping[str, str], complaints: Complaints) -> str:
    """As `with_port`; a FLASK_PORT that is no port changes nothing and is complained of."""
    try:
        return with_port(listen, environ)
    except ValueError:
        complaints.add_variable("FLASK_PORT", "api.listen", "is not a port", "a whole number, 0 to 65535")
        return listen


def with_port(listen: str, environ: Mapping[str, str]) -> str:
    """`listen` with the port of FLASK_PORT; without TCP there is no port to change.

    ValueError where that is no port.
    """
    port = environ.get("FLASK_PORT", "").strip()
    if not port or not listen:
        return listen
    return str(LISTEN.read(f"{listen.rpartition(':')[0]}:{port}"))
