"""What a site decides, as the rest of vrmon sees it: checked, complete, frozen.

`config` makes these from vrmon.toml and the environment; nothing else does. Durations are seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from vrmon.traits import PLAIN, Traits

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class DeviceSettings:
    """A primary or a DVR. `tls` is "system", "insecure", "sha256:AB:CD:…" or the path of a CA file, whose
    content `authorities` stands for: another one makes other settings.

    `password` never appears in a repr; `password_hint` says where it belongs. `kind` names a folder of
    `devices`, from which `traits` follow; `options` are the keys that only this kind has, with their values.
    """

    name: str
    url: str
    poll_interval: float = 5.0
    timeout: float = 5.0
    tls: str = "system"
    authorities: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    password_hint: str = field(default="", repr=False, compare=False)
    kind: str = ""
    options: tuple[tuple[str, object], ...] = ()
    traits: Traits = field(default=PLAIN, repr=False, compare=False)

    @property
    def address(self) -> str:
        """By which it is known again under another name."""
        return f"{self.kind} {self.url}"


class ChannelKey(NamedTuple):
    """What memory knows a channel by: survives a new name and a new source."""

    primary: str
    ingest: str
    dvr: str

    @classmethod
    def of(cls, text: str) -> ChannelKey:
        """The one that `str` wrote. ValueError where it is none: only an ingest may hold a slash."""
        primary, first, rest = text.partition("/")
        ingest, second, dvr = rest.rpartition("/")
        if not first or not second:
            raise ValueError(f"{text!r} is no channel's key")
        return cls(primary, ingest, dvr)

    def __str__(self) -> str:
        return "/".join(self)


@dataclass(frozen=True)
class Channel:
    """One ingest of a primary and the DVR source that backs it up.

    `ingest` is upper case. `source` is a unique_id or display name, or an integer index. `spare`: nobody
    means to use it for now, so that its source may be disabled or missing while it has no job. `moving`: its
    picture never stands still.
    """

    name: str
    primary: str
    ingest: str
    dvr: str
    source: str | int
    spare: bool = False
    moving: bool = False

    @cached_property
    def key(self) -> ChannelKey:
        return ChannelKey(self.primary, self.ingest, self.dvr)


@dataclass(frozen=True)
class Sync:
    stop_delay: float = 3.0
    outage_hold: float = 900.0
    name_wait: float = 3.0
    max_take: float = 12 * 3600.0
    max_take_stop: bool = False
    name_template: str = "{basename}"
    continuation: str = "{name}_cont{n}"
    gap_tolerance: float = 3.0


@dataclass(frozen=True)
class DrillSettings:
    """`at`: the local time of day at which the channels are drilled, "HH:MM", or "" for never. `seconds`: how
    long one records. `clear`: how long a job must be over."""

    at: str = ""
    seconds: float = 10.0
    clear: float = 300.0


@dataclass(frozen=True)
class Api:
    """`listen` is HOST:PORT, or "" for no TCP. `names`: what this server is called, beside its own name.
    `frame_ancestors`: the origins of other pages that may show the board within themselves."""

    listen: str = "0.0.0.0:8001"
    unix_socket: Path = Path("/run/vrmon/vrmon.sock")
    names: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Log:
    """`file` is a path, or "" for none."""

    level: str = "info"
    file: str = ""


@dataclass(frozen=True)
class History:
    """`days`: how long it is kept; 0: there is none. `day_begins`: local HH:MM of the broadcast day."""

    days: int = 400
    day_begins: str = "06:00"


@dataclass(frozen=True)
class BySeverity:
    """Seconds, for problems that are critical and for those that are degraded."""

    critical: float
    degraded: float


class Quiet(NamedTuple):
    """From one minute of the day to another, which may be the next day's."""

    begins: int
    ends: int


class Weekly(NamedTuple):
    """`day` counts from Monday, 0; `minute` is that of the day."""

    day: int
    minute: int


@dataclass(frozen=True)
class Snmp:
    """`targets` are HOST or HOST:PORT. `user`, `auth`, `priv` and `engine_id` are version 3's."""

    targets: tuple[str, ...] = ()
    version: str = "2c"
    inform: bool = True
    secrets_file: Path | None = None
    user: str = ""
    auth: str = "SHA"
    priv: str = "AES"
    engine_id: str = ""


@dataclass(frozen=True)
class Alarm:
    """Who is told of problems, and when. The files hold what is secret; only vrmon-alarm reads them."""

    urls_file: Path | None = None
    webhook: str = field(default="", repr=False)
    after: BySeverity = BySeverity(10.0, 300.0)
    repeat: BySeverity = BySeverity(900.0, 0.0)
    escalate_after: float = 1800.0
    quiet: Quiet | None = None
    silent_after: float = 30.0
    heartbeat_url_file: Path | None = None
    hello: Weekly | None = None
    snmp: Snmp = Snmp()

    @property
    def tells_anybody(self) -> bool:
        """Whether any way is configured."""
        return bool(self.urls_file or self.webhook or self.heartbeat_url_file or self.snmp.targets)


@dataclass(frozen=True)
class Eyes:
    """Whether vrmon-alarm looks at the pictures of what is recorded: one of each channel `every` seconds. One
    is told after so many seconds that it was black, or the same."""

    enabled: bool = False
    every: float = 5.0
    black_after: float = 30.0
    frozen_after: float = 60.0


@dataclass(frozen=True)
class Pair:
    """Two hosts of which one leads. `etcd` and `peer` are URLs; `ttl`: how long a lease outlives its leader.
    The files are for etcd, `ca_file` is for the peer as well."""

    site: str
    node: str
    etcd: tuple[str, ...]
    peer: str
    ttl: float = 5.0
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    user: str = ""
    password_file: Path | None = None


@dataclass(frozen=True)
class Settings:
    """The whole configuration. Keys of `primaries` and `dvrs` are the devices' names. `pair`: None for one
    host alone."""

    primaries: dict[str, DeviceSettings] = field(default_factory=dict)
    dvrs: dict[str, DeviceSettings] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    sync: Sync = Sync()
    api: Api = Api()
    log: Log = Log()
    history: History = History()
    drill: DrillSettings = DrillSettings()
    alarm: Alarm = Alarm()
    eyes: Eyes = Eyes()
    pair: Pair | None = None

    @cached_property
    def places(self) -> dict[ChannelKey, int]:
        """The place of each channel among all."""
        return {one.key: place for place, one in enumerate(self.channels)}

    @cached_property
    def keys(self) -> frozenset[ChannelKey]:
        """Of the channels."""
        return frozenset(one.key for one in self.channels)

    @cached_property
    def addresses(self) -> dict[tuple[str, str], str]:
        """Of each device, by "primary" or "dvr" and its name."""
        primaries = {("primary", name): one.address for name, one in self.primaries.items()}
        return primaries | {("dvr", name): one.address for name, one in self.dvrs.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """The same, as people call them."""
        return frozenset(one.name for one in self.channels)

    def on_dvr(self, name: str) -> tuple[Channel, ...]:
        """The channels that record there, in their order."""
        return self._by_dvr.get(name, ())

    def on_primary(self, name: str) -> tuple[Channel, ...]:
        """The channels that mirror its ingests."""
        return self._by_primary.get(name, ())

    def ingests(self, primary: str) -> frozenset[str]:
        """Those of a primary that have a channel."""
        return self._ingests.get(primary, frozenset())

    def on_ingest(self, primary: str, ingest: str) -> tuple[Channel, ...]:
        """The channels that mirror one ingest of a primary."""
        return self._by_ingest.get((primary, ingest), ())

    @cached_property
    def _by_dvr(self) -> dict[str, tuple[Channel, ...]]:
        return _grouped(self.channels, lambda one: one.dvr)

    @cached_property
    def _by_primary(self) -> dict[str, tuple[Channel, ...]]:
        return _grouped(self.channels, lambda one: one.primary)

    @cached_property
    def _ingests(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(one.ingest for one in channels) for name, channels in self._by_primary.items()
        }

    @cached_property
    def _by_ingest(self) -> dict[tuple[str, str], tuple[Channel, ...]]:
        return _grouped(self.channels, lambda one: (one.primary, one.ingest))


def _grouped(channels: tuple[Channel, ...], place: Callable[[Channel], K]) -> dict[K, tuple[Channel, ...]]:
    found: dict[K, tuple[Channel, ...]] = {}
    for one in channels:
        found[place(one)] = (*found.get(place(one), ()), one)
    return found
