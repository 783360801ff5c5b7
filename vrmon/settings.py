"""What a site decides, as the rest of vrmon sees it: checked, complete, frozen.

`config` makes these from vrmon.toml and the environment; nothing else does. Durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vrmon.traits import PLAIN, Traits


@dataclass(frozen=True)
class DeviceSettings:
    """A primary or a DVR. `tls` is "system", "insecure", "sha256:AB:CD:…" or the path of a CA file.

    `password` never appears in a repr. `kind` names a folder of `devices`, from which `traits` follow;
    `options` are the keys that only this kind has, with their values.
    """

    name: str
    url: str
    poll_interval: float = 5.0
    timeout: float = 5.0
    tls: str = "system"
    password: str = field(default="", repr=False)
    kind: str = ""
    options: tuple[tuple[str, object], ...] = ()
    traits: Traits = field(default=PLAIN, repr=False, compare=False)


@dataclass(frozen=True)
class Channel:
    """One ingest of a primary and the DVR source that backs it up.

    `ingest` is upper case. `source` is a unique_id or display name, or an integer index.
    """

    name: str
    primary: str
    ingest: str
    dvr: str
    source: str | int

    @property
    def key(self) -> str:
        """What memory knows the channel by: survives a new name and a new source."""
        return f"{self.primary}/{self.ingest}/{self.dvr}"


def dvr_of(key: str) -> str:
    """The DVR of the channel that has this key."""
    return key.rpartition("/")[2]


@dataclass(frozen=True)
class Sync:
    stop_delay: float = 3.0
    outage_hold: float = 900.0
    name_wait: float = 3.0
    name_template: str = "{basename}"
    continuation: str = "{name}_cont{n}"


@dataclass(frozen=True)
class Api:
    """`listen` is HOST:PORT, or "" for no TCP. `names`: what this server is called, beside its own name."""

    listen: str = "0.0.0.0:8001"
    unix_socket: Path = Path("/run/vrmon/vrmon.sock")
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Log:
    """`file` is a path, or "" for none."""

    level: str = "info"
    file: str = ""


@dataclass(frozen=True)
class Settings:
    """The whole configuration. Keys of `primaries` and `dvrs` are the devices' names."""

    primaries: dict[str, DeviceSettings] = field(default_factory=dict)
    dvrs: dict[str, DeviceSettings] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    sync: Sync = Sync()
    api: Api = Api()
    log: Log = Log()
